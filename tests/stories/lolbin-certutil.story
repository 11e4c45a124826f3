certutil decodes a program: what it was given

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process cert     60   C:\Windows\System32\certutil.exe
process evil     200  C:\Users\user1\evil.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.zip zone=https://files.example/evil.zip
08:00:10.000 sysmon1 cert < explorer cmd="certutil.exe -decode C:\Users\user1\Downloads\evil.zip C:\Users\user1\evil.exe"
08:00:11.000 sysmon11 cert file=C:\Users\user1\evil.exe
! 08:00:20.000 sysmon1 evil < explorer

through evil.zip
origin download url=https://files.example/evil.zip
unblamed certutil.exe
