A service that another host asked for: the walk goes on there, to the download

process services 20   C:\Windows\System32\services.exe
process cmd      200  C:\Windows\System32\cmd.exe
process svchost  30   C:\Windows\System32\svchost.exe

host PC-02
08:00:00.000 security4624 TargetUserName=admin1 TargetLogonId=0x51a2 LogonType=3 IpAddress=192.0.2.44 WorkstationName=PC-44
08:00:01.000 security4697 ServiceName=Run ServiceFileName="cmd.exe /c echo 1 > C:\Windows\out" SubjectLogonId=0x51a2 SubjectUserName=admin1
08:00:02.000 sysmon1 cmd < services cmd="cmd.exe /c echo 1 > C:\Windows\out" logon=0x3e7
08:00:02.200 sysmon3 svchost ip=198.51.100.9 SourceIp=192.0.2.17 Initiated=true DestinationPort=443
! 08:00:02.500 sysmon11 cmd file=C:\Windows\out

host PC-44
machine 5a5a5a5a
process tool     900  C:\Users\user1\Downloads\tool.exe
process chrome   910  "C:\Program Files\Google\Chrome\Application\chrome.exe"
process explorer 920  C:\Windows\explorer.exe
07:50:00.000 sysmon11 chrome file=C:\Users\user1\Downloads\tool.exe
07:50:01.000 sysmon15 chrome file=C:\Users\user1\Downloads\tool.exe:Zone.Identifier zone=http://files.example/tool.exe
07:59:00.000 sysmon1 tool < explorer
07:59:58.000 sysmon3 tool ip=192.0.2.17 SourceIp=192.0.2.44 Initiated=true DestinationPort=445

path logon network_connect image marked
origin download url=http://files.example/tool.exe host=PC-44
others remote_host
never services.exe
