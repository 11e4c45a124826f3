regsvr32 and a component: the component acted

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process reg      200  C:\Windows\System32\regsvr32.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\x.ocx zone=https://files.example/x.ocx
08:00:10.000 sysmon1 reg < explorer cmd='regsvr32.exe /s "C:\Users\user1\Downloads\x.ocx"'
! 08:00:20.000 sysmon22 reg query=c2.example

path script marked
origin download url=https://files.example/x.ocx
unblamed regsvr32.exe
