PSEXESVC starts a program: the host whose logon came just before

process services 20   C:\Windows\System32\services.exe
process psexe    21   C:\Windows\PSEXESVC.exe
process cmd      200  C:\Windows\System32\cmd.exe

08:00:00.000 security4624 TargetUserName=admin1 TargetLogonId=0x51a2 LogonType=3 IpAddress=192.0.2.44
08:00:01.000 sysmon1 psexe < services
08:00:02.000 sysmon1 cmd < psexe cmd="cmd.exe /c whoami" LogonId=0x51a2
! 08:00:02.500 sysmon22 cmd query=c2.example

path logon
origin remote_host remote=192.0.2.44
