A scheduled task (4698): who made it, not the service that runs tasks

process explorer 50   C:\Windows\explorer.exe
process dropper  60   C:\Users\user1\dropper.exe
process sched    20   C:\Windows\System32\svchost.exe
process ps       200  C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe

08:00:00.000 sysmon15 explorer file=C:\Users\user1\dropper.exe zone=https://dropper.example/
08:00:05.000 sysmon1 dropper < explorer
08:00:10.000 security4698 dropper TaskName=\Update TaskContent="<Exec><Command>powershell.exe</Command><Arguments>-enc AAAA</Arguments></Exec>"
2+08:00:00.000 sysmon1 ps < sched cmd="powershell.exe -enc AAAA"
! 2+08:00:01.000 sysmon22 ps query=c2.example

path task image marked
origin download url=https://dropper.example/
unblamed powershell.exe
never svchost.exe
