Records out of order, in two files: time orders them, not the file

file b.jsonl
process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\Downloads\evil.exe
process child    201  C:\Users\user1\AppData\second.exe

08:03:00.000 sysmon11 evil file=C:\Users\user1\AppData\second.exe
08:01:00.000 sysmon1 evil < explorer
file a.jsonl
! 08:04:00.000 sysmon1 child < explorer
08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe zone=https://files.example/evil.exe

path image file_create image marked
origin download url=https://files.example/evil.exe
