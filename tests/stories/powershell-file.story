PowerShell runs a script file: the script's origin

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process ps       200  C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\fix.ps1 zone=https://files.example/fix.ps1
08:00:10.000 sysmon1 ps < explorer cmd="powershell.exe -ExecutionPolicy Bypass -File C:\Users\user1\Downloads\fix.ps1"
! 08:00:20.000 sysmon22 ps query=c2.example

path script marked
origin download url=https://files.example/fix.ps1
unblamed powershell.exe
