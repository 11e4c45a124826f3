A file deleted and written again by nobody recorded: the deleted file's writer wrote another content

process explorer 50   C:\Windows\explorer.exe
process one      60   C:\Users\user1\one.exe
process tool     200  C:\Users\user1\tool.exe

08:00:00.000 sysmon1 one < explorer
08:00:01.000 sysmon11 one file=C:\Users\user1\tool.exe
08:00:10.000 sysmon23 one file=C:\Users\user1\tool.exe
! 08:05:00.000 sysmon1 tool < explorer

path image gap
origin gap path=C:\Users\user1\tool.exe
gap deleted before
never one.exe
