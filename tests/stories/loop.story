A wrote B and B wrote A: the walk goes round once and ends

process explorer 50   C:\Windows\explorer.exe
process a1       60   C:\Users\user1\a.exe
process b1       61   C:\Users\user1\b.exe
process a2       62   C:\Users\user1\a.exe

08:00:00.000 sysmon1 a1 < explorer
08:00:01.000 sysmon11 a1 file=C:\Users\user1\b.exe
08:00:02.000 sysmon1 b1 < a1
08:00:03.000 sysmon11 b1 file=C:\Users\user1\a.exe
08:00:04.000 sysmon1 a2 < b1
08:00:05.000 sysmon11 a2 file=C:\Users\user1\b.exe
! 08:00:06.000 sysmon22 a2 query=c2.example

through b.exe
unblamed explorer.exe
