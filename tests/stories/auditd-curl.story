Linux: a program that curl wrote, by audit records

file audit.log
host build-1
08:00:00 audit pid=60 ppid=50 exe=/usr/bin/bash comm=bash args="bash -i"
08:00:01 audit pid=61 ppid=60 exe=/usr/bin/curl comm=curl args="curl -s -o /tmp/x https://files.example/x"
08:00:02 audit pid=61 ppid=60 exe=/usr/bin/curl comm=curl created=/tmp/x
08:00:03 audit pid=62 ppid=60 exe=/tmp/x comm=x args="/tmp/x"
! 08:00:04 audit pid=63 ppid=62 exe=/usr/bin/id comm=id args="id -u"

path process_start image download
origin download url=https://files.example/x downloaded=/tmp/x
unblamed curl
