A service made by a process (4697): that process, through services.exe

process explorer 50   C:\Windows\explorer.exe
process dropper  60   C:\Users\user1\dropper.exe
process services 20   C:\Windows\System32\services.exe
process cmd      200  C:\Windows\System32\cmd.exe

08:00:00.000 sysmon15 explorer file=C:\Users\user1\dropper.exe zone=https://dropper.example/
08:00:05.000 sysmon1 dropper < explorer
08:00:10.000 security4697 dropper ServiceName=Evil ServiceFileName="cmd.exe /c C:\ProgramData\run" SubjectLogonId=0x3e7
! 08:00:11.000 sysmon1 cmd < services cmd="cmd.exe /c C:\ProgramData\run"

path service image marked
origin download url=https://dropper.example/
