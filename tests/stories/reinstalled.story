A machine installed anew under its name: who wrote the file in the earlier life did not write it in this

host pc-01
process explorer 50   C:\Windows\explorer.exe
process one      60   C:\Users\user1\one.exe
machine 0000b002
process explorer2 50  C:\Windows\explorer.exe
process tool     200  C:\Users\user1\tool.exe

08:00:00.000 sysmon1 one < explorer
08:00:01.000 sysmon11 one file=C:\Users\user1\tool.exe
08:00:02.000 sysmon15 one file=C:\Users\user1\tool.exe zone=https://one.example/tool.exe
3+08:00:00.000 sysmon1 explorer2
! 3+09:00:00.000 sysmon1 tool < explorer2

path image gap
origin gap
never one.exe
