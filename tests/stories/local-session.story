A system program that somebody started at the machine: a logon, and no vendor

process explorer 50   C:\Windows\explorer.exe
process cmd      200  C:\Windows\System32\cmd.exe

08:00:01.000 sysmon1 cmd < explorer cmd="cmd.exe" user=PC-01\user1 company="Microsoft Corporation" product="Windows"
! 08:00:01.500 sysmon22 cmd query=c2.example

path process_start
origin logon remote=PC-01\user1
gap no record
never explorer.exe
never Windows
unblamed cmd.exe
