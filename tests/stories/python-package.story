A script of a Python package: the package

file audit.log
host build-1
08:00:00 audit pid=60 ppid=50 exe=/usr/bin/python3.11 comm=pip args="pip install request5" cwd=/work
08:00:05 audit pid=60 ppid=50 exe=/usr/bin/python3.11 comm=pip created=/usr/lib/python3/dist-packages/request5/__init__.py
08:00:06 audit pid=200 ppid=50 exe=/usr/bin/python3.11 comm=python3 args="python3 /usr/lib/python3/dist-packages/request5/__init__.py" cwd=/work
! 08:00:07 audit pid=201 ppid=200 exe=/usr/bin/id comm=id args="id -u"

origin package product=request5 ecosystem=pypi
unblamed python3.11
