A browser's download with a mark: the address, with the browser as what carried it

process browser  40   C:\Program Files\Mozilla Firefox\firefox.exe
process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\Downloads\evil.exe

08:00:00.000 sysmon11 browser file=C:\Users\user1\Downloads\evil.exe
08:00:03.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe zone=https://files.example/evil.exe
! 08:06:00.000 sysmon1 evil < explorer

path image marked
origin download url=https://files.example/evil.exe delivered_by="C:\Program Files\Mozilla Firefox\firefox.exe"
unblamed firefox.exe
