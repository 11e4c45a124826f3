A process opened another for writing before it acted strangely: weaker than a thread, it stands beside

process inj      60   C:\Users\user1\inj.exe
process explorer 50   C:\Windows\explorer.exe
process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process app      200  C:\Windows\System32\notepad.exe

07:00:00.000 sysmon15 browser file=C:\Users\user1\inj.exe zone=https://inj.example/
07:30:00.000 sysmon1 inj < explorer
07:30:30.000 sysmon1 app < explorer
07:31:00.000 sysmon10 inj > app access=0x1fffff
! 07:32:00.000 sysmon22 app query=c2.example

path process_access image marked
origin download url=https://inj.example/
unblamed notepad.exe
