The same where the record (5861) names no process: the gap says so

process wmi      20   C:\Windows\System32\wbem\WmiPrvSE.exe
process ps       200  C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe

08:00:10.000 wmi5861 CONSUMER="CommandLineEventConsumer=Helper" PossibleCause="CommandLineTemplate = powershell.exe -enc AAAA"
1+08:00:00.000 sysmon1 ps < wmi cmd="powershell.exe -enc AAAA"
! 1+08:00:01.000 sysmon22 ps query=c2.example

origin gap
never WmiPrvSE.exe
unblamed powershell.exe
