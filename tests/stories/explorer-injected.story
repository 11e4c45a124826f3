Explorer does what another process put into it: that process, and explorer is not blamed

process inj      60   C:\Users\user1\inj.exe
process explorer 50   C:\Windows\explorer.exe
process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe

07:00:00.000 sysmon15 browser file=C:\Users\user1\inj.exe zone=https://inj.example/
07:30:00.000 sysmon1 inj < explorer
07:31:00.000 sysmon8 inj > explorer
! 07:32:00.000 sysmon22 explorer query=c2.example

path remote_thread image marked
origin download url=https://inj.example/
unblamed explorer.exe
