7-Zip unpacked it: the archive it was given, and where that was fetched from

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process zip      60   C:\Program Files\7-Zip\7zG.exe
process evil     200  C:\Users\user1\Downloads\tool\tool.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\tool.zip zone=https://files.example/tool.zip
08:00:10.000 sysmon1 zip < explorer cmd='"C:\Program Files\7-Zip\7zG.exe" x C:\Users\user1\Downloads\tool.zip'
08:00:11.000 sysmon11 zip file=C:\Users\user1\Downloads\tool\tool.exe
! 08:00:20.000 sysmon1 evil < explorer

path image file_create script marked
origin download url=https://files.example/tool.zip
unblamed 7zG.exe
