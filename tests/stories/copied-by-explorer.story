Explorer copied it: the same content stands under another path, and that one is marked

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process seen     199  C:\Users\user1\Downloads\evil.exe
process evil     200  C:\Users\user1\Desktop\nice.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe hash=evil
08:00:01.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe zone=https://files.example/evil.exe
08:05:00.000 sysmon11 explorer file=C:\Users\user1\Desktop\nice.exe
! 08:06:00.000 sysmon1 evil < explorer hash=evil

path image same_content marked
origin download url=https://files.example/evil.exe path=C:\Users\user1\Downloads\evil.exe
unblamed explorer.exe
