services.exe itself in an alert: the operating system's own program is not an origin

process wininit  19   C:\Windows\System32\wininit.exe
process services 20   C:\Windows\System32\services.exe

07:00:00.000 sysmon1 services < wininit company="Microsoft Corporation" product="Microsoft Windows Operating System"
! 08:00:01.000 sysmon13 services key=HKLM\System\CurrentControlSet\Services\x\ImagePath data=C:\x.exe

unblamed services.exe
never Microsoft Windows Operating System
