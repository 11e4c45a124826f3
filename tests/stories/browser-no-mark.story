A browser's download without a mark: fetched, from where is in no record

process browser  40   C:\Program Files\Mozilla Firefox\firefox.exe
process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\Downloads\evil.exe

08:00:00.000 sysmon11 browser file=C:\Users\user1\Downloads\evil.exe
! 08:06:00.000 sysmon1 evil < explorer

path image download
origin download downloaded=C:\Users\user1\Downloads\evil.exe
gap the address is in no record
unblamed firefox.exe
