A value of the Run key: who set it, and not explorer that follows it

process explorer 50   C:\Windows\explorer.exe
process dropper  60   C:\Users\user1\dropper.exe
process explorer2 51  C:\Windows\explorer.exe
process ps       200  C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe

08:00:00.000 sysmon15 explorer file=C:\Users\user1\dropper.exe zone=https://dropper.example/
08:00:05.000 sysmon1 dropper < explorer
08:00:10.000 sysmon13 dropper key=HKU\S-1-5-21\Software\Microsoft\Windows\CurrentVersion\Run\Help data="powershell.exe -enc AAAA"
1+08:00:00.000 sysmon1 ps < explorer2 cmd="powershell.exe -enc AAAA"
! 1+08:00:01.000 sysmon22 ps query=c2.example

through dropper.exe
origin download url=https://dropper.example/
unblamed explorer.exe
