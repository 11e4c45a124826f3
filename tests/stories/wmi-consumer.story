A WMI consumer starts a program: who made the consumer, not the service that runs it

process explorer 50   C:\Windows\explorer.exe
process dropper  60   C:\Users\user1\dropper.exe
process wmi      20   C:\Windows\System32\wbem\WmiPrvSE.exe
process ps       200  C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe

08:00:00.000 sysmon15 explorer file=C:\Users\user1\dropper.exe zone=https://dropper.example/
08:00:05.000 sysmon1 dropper < explorer
08:00:10.000 sysmon20 dropper Name=Helper Type="Command Line" Destination="powershell.exe -enc AAAA"
1+08:00:00.000 sysmon1 ps < wmi cmd="powershell.exe -enc AAAA"
! 1+08:00:01.000 sysmon22 ps query=c2.example

path wmi image marked
origin download url=https://dropper.example/
never WmiPrvSE.exe
