Linux: a program that dpkg brought: the package

file audit.log
host build-1
08:00:00 audit pid=60 ppid=50 exe=/usr/bin/dpkg comm=dpkg args="dpkg -i /tmp/phone_18.12_amd64.deb"
08:00:02 audit pid=60 ppid=50 exe=/usr/bin/dpkg comm=dpkg created=/opt/phone/phone
09:00:03 audit pid=62 ppid=1 exe=/opt/phone/phone comm=phone args="/opt/phone/phone"
! 09:00:04 audit pid=63 ppid=62 exe=/usr/bin/id comm=id args="id -u"

origin package product=phone
unblamed dpkg
