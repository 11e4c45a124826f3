A program on another drive that no record tells of a write to

process explorer 50   C:\Windows\explorer.exe
process evil     200  E:\evil.exe

! 08:00:05.000 sysmon1 evil < explorer

path image drive
origin removable path=E:\evil.exe
gap whether it is removable is in no record
