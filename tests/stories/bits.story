BITS fetched it: the address of the job

process svchost  40   C:\Windows\System32\svchost.exe
process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\evil.exe

08:00:00.000 bits16403 LocalName=C:\Users\user1\evil.exe RemoteName=https://files.example/evil.exe User=user1
08:00:05.000 sysmon11 svchost file=C:\Users\user1\evil.exe
! 08:06:00.000 sysmon1 evil < explorer

path image marked
origin download url=https://files.example/evil.exe
unblamed svchost.exe
