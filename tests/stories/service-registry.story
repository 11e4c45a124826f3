A service made in the registry (Sysmon 13): the process that set it

process explorer 50   C:\Windows\explorer.exe
process dropper  60   C:\Users\user1\dropper.exe
process services 20   C:\Windows\System32\services.exe
process cmd      200  C:\Windows\System32\cmd.exe

08:00:00.000 sysmon15 explorer file=C:\Users\user1\dropper.exe zone=https://dropper.example/
08:00:05.000 sysmon1 dropper < explorer
08:00:10.000 sysmon13 dropper key=HKLM\System\CurrentControlSet\Services\Evil\ImagePath data="cmd.exe /c C:\ProgramData\run"
! 08:00:11.000 sysmon1 cmd < services cmd="cmd.exe /c C:\ProgramData\run"

path service image marked
origin download url=https://dropper.example/
