A logon over the network, then a service: another host asked for it, at this address

process services 20   C:\Windows\System32\services.exe
process cmd      200  C:\Windows\System32\cmd.exe

08:00:00.000 security4624 TargetUserName=admin1 TargetLogonId=0x51a2 LogonType=3 IpAddress=192.0.2.44 WorkstationName=PC-44
08:00:01.000 security4697 ServiceName=Run ServiceFileName="cmd.exe /c echo 1 > C:\Windows\out" SubjectLogonId=0x51a2 SubjectUserName=admin1
08:00:02.000 sysmon1 cmd < services cmd="cmd.exe /c echo 1 > C:\Windows\out" logon=0x3e7
! 08:00:02.500 sysmon11 cmd file=C:\Windows\out

path logon
origin remote_host remote=192.0.2.44
never services.exe
