What was written after the start did not start

process explorer 50   C:\Windows\explorer.exe
process later    60   C:\Users\user1\later.exe
process tool     200  C:\Users\user1\tool.exe

! 08:00:00.000 sysmon1 tool < explorer
08:05:00.000 sysmon1 later < explorer
08:05:01.000 sysmon11 later file=C:\Users\user1\tool.exe

path image gap
origin gap
never later.exe
