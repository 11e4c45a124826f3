A session over RDP (type 10): started in it, so from that address

process explorer 50   C:\Windows\explorer.exe
process cmd      200  C:\Windows\System32\cmd.exe

07:00:00.000 security4624 TargetUserName=user1 TargetLogonId=0x77aa LogonType=10 IpAddress=198.51.100.9 WorkstationName=-
08:00:01.000 sysmon1 cmd < explorer cmd="cmd.exe" LogonId=0x77aa
! 08:00:01.500 sysmon22 cmd query=c2.example

path logon
origin remote_host remote=198.51.100.9
never explorer.exe
