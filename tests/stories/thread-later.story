A thread made after the alert did not act in it

process explorer 50   C:\Windows\explorer.exe
process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process inj      60   C:\Users\user1\inj.exe
process app      200  C:\Users\user1\app.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\app.exe zone=https://app.example/
08:00:10.000 sysmon1 inj < explorer
08:10:00.000 sysmon1 app < explorer
! 08:10:20.000 sysmon22 app query=c2.example
08:20:01.000 sysmon8 inj > app

path image marked
origin download url=https://app.example/
never inj.exe
