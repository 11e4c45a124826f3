Explorer copied it from another drive: the same content lies there

process explorer 50   C:\Windows\explorer.exe
process first    199  E:\evil.exe
process evil     200  C:\Users\user1\evil.exe

08:00:00.000 sysmon1 first < explorer hash=evil
08:00:10.000 sysmon11 explorer file=C:\Users\user1\evil.exe
! 08:00:15.000 sysmon1 evil < explorer hash=evil

origin removable path=E:\evil.exe
