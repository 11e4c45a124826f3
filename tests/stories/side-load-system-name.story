A system program copied out of its folder beside a foreign library (version.dll): the library's writer

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process drop     60   C:\Users\user1\drop.exe
process odd      200  C:\ProgramData\x\rundll32.exe

07:00:00.000 sysmon15 browser file=C:\Users\user1\drop.exe zone=https://drop.example/
07:30:00.000 sysmon1 drop < explorer
07:30:01.000 sysmon11 drop file=C:\ProgramData\x\rundll32.exe
07:30:02.000 sysmon11 drop file=C:\ProgramData\x\version.dll
07:31:00.000 sysmon1 odd < explorer company="Microsoft Corporation" product="Windows"
! 07:32:00.000 sysmon22 odd query=c2.example

path image file_create image marked
origin download url=https://drop.example/
never Windows
