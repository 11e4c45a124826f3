The System process wrote a file and no share was told of: a gap, and System is not at fault

process system   4    System
process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\evil.exe

08:00:00.500 sysmon11 system file=C:\Users\user1\evil.exe
! 08:00:05.000 sysmon1 evil < explorer

path image gap
origin gap path=C:\Users\user1\evil.exe
unblamed System
