rundll32 and a library: the library acted

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process rundll   200  C:\Windows\System32\rundll32.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\x.dll zone=https://files.example/x.dll
08:00:10.000 sysmon1 rundll < explorer cmd="rundll32.exe C:\Users\user1\Downloads\x.dll,Start"
! 08:00:20.000 sysmon22 rundll query=c2.example

path script marked
origin download url=https://files.example/x.dll
unblamed rundll32.exe
