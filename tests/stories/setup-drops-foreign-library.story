A setup program of somebody else puts a library beside an installed program: the setup's, not the program's

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process msi      55   C:\Windows\System32\msiexec.exe
process setup    60   C:\Users\user1\Downloads\game-setup.exe
process app      200  "C:\Program Files\Notes\notes.exe"

07:00:01.000 sysmon11 msi file="C:\Program Files\Notes\notes.exe"
07:00:02.000 msi1033 list="Notes|4.2|1033|0|Notes Ltd"
08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\game-setup.exe zone=https://game.example/setup.exe
08:00:10.000 sysmon1 setup < explorer company="Game Ltd"
08:00:12.000 sysmon11 setup file="C:\Program Files\Notes\version.dll"
08:20:20.000 sysmon1 app < explorer company="Notes Ltd" product=Notes version=4.2
! 08:20:30.000 sysmon22 app query=c2.example

path side_load file_create image marked
origin download url=https://game.example/setup.exe
never Notes
