A value of the Run key that names an interpreter only: what a user starts by hand is not its doing

process explorer 50   C:\Windows\explorer.exe
process dropper  60   C:\Users\user1\dropper.exe
process ps       200  C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe

08:00:05.000 sysmon1 dropper < explorer
08:00:10.000 sysmon13 dropper key=HKU\S-1-5-21\Software\Microsoft\Windows\CurrentVersion\Run\Help data="powershell.exe -enc AAAA"
09:00:00.000 sysmon1 ps < explorer cmd="powershell.exe -noprofile Get-Date"
! 09:00:01.000 sysmon22 ps query=c2.example

never dropper.exe
origin logon
