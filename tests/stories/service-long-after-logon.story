A logon an hour before a service is no reason for it

process services 20   C:\Windows\System32\services.exe
process cmd      200  C:\Windows\System32\cmd.exe

07:00:00.000 security4624 TargetUserName=admin1 TargetLogonId=0x51a2 LogonType=3 IpAddress=192.0.2.44 WorkstationName=PC-44
08:00:01.000 system7045 ServiceName=Run ImagePath="cmd.exe /c echo 1 > C:\Windows\out" AccountName=LocalSystem
08:00:02.000 sysmon1 cmd < services cmd="cmd.exe /c echo 1 > C:\Windows\out"
! 08:00:02.500 sysmon11 cmd file=C:\Windows\out

path gap
origin gap
gap names no process
