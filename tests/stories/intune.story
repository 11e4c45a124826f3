Intune's agent ran a script that it had been sent: a deployment

process intune   40   "C:\Program Files (x86)\Microsoft Intune Management Extension\Microsoft.Management.Services.IntuneWindowsAgent.exe"
process ps       200  C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe

08:00:00.000 sysmon11 intune file="C:\Program Files (x86)\Microsoft Intune Management Extension\Policies\Scripts\a.ps1"
08:06:00.000 sysmon1 ps < intune cmd='powershell.exe -file "C:\Program Files (x86)\Microsoft Intune Management Extension\Policies\Scripts\a.ps1"'
! 08:07:00.000 sysmon22 ps query=c2.example

path script deployed
origin deployment
unblamed Microsoft.Management.Services.IntuneWindowsAgent.exe
unblamed powershell.exe
