A file written over a share by the System process: the host that wrote it

process system   4    System
process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Windows\evil.exe

08:00:00.000 security5145 ShareName=\\*\ADMIN$ RelativeTargetName=evil.exe AccessMask=0x2 IpAddress=192.0.2.44 SubjectUserName=admin1 SubjectLogonId=0x51a2
08:00:00.500 sysmon11 system file=C:\Windows\evil.exe
! 08:00:05.000 sysmon1 evil < explorer

path image share_access
origin remote_host remote=192.0.2.44
never System
