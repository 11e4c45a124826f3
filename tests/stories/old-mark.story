The mark of an overwritten file says nothing of what replaced it

process browser  40   C:\Program Files\Mozilla Firefox\firefox.exe
process explorer 50   C:\Windows\explorer.exe
process other    60   C:\Users\user1\other.exe
process evil     200  C:\Users\user1\Downloads\tool.exe

08:00:00.000 sysmon11 browser file=C:\Users\user1\Downloads\tool.exe
08:00:03.000 sysmon15 browser file=C:\Users\user1\Downloads\tool.exe zone=https://good.example/tool.exe
08:30:00.000 sysmon1 other < explorer
08:30:01.000 sysmon11 other file=C:\Users\user1\Downloads\tool.exe
! 09:06:00.000 sysmon1 evil < explorer

path image file_create image gap
through other.exe
never https://good.example/tool.exe
