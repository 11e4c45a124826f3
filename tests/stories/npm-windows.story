node runs a fresh package's install script: the package, and not node

process cmd      50   C:\Windows\System32\cmd.exe
process npm      60   C:\Program Files\nodejs\node.exe
process node     200  C:\Program Files\nodejs\node.exe
process child    201  C:\Windows\System32\cmd.exe

08:00:00.000 sysmon1 npm < cmd cmd="node npm-cli.js install left-tool"
08:00:05.000 sysmon11 npm file=C:\work\node_modules\left-tool\setup.js
08:00:06.000 sysmon1 node < npm cmd="node setup.js" dir=C:\work\node_modules\left-tool\ product=Node.js company="Node.js"
! 08:00:07.000 sysmon1 child < node cmd="cmd.exe /c whoami"

origin package product=left-tool ecosystem=npm
through node.exe
unblamed node.exe
never Node.js
