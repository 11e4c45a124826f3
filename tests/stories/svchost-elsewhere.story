A svchost.exe outside its folder has no part to play: it is a program like any other

process explorer 50   C:\Windows\explorer.exe
process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process fake     200  C:\Users\user1\svchost.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\svchost.exe zone=https://files.example/s.exe
08:00:10.000 sysmon1 fake < explorer
! 08:00:20.000 sysmon22 fake query=c2.example

path image marked
origin download url=https://files.example/s.exe
