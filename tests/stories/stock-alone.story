A program of the system with nothing that tells more: a gap that has a name, and no vendor

process svchost  20   C:\Windows\System32\svchost.exe
process wmic     200  C:\Windows\System32\wbem\wmic.exe

! 08:00:01.000 sysmon1 wmic < svchost company="Microsoft Corporation" product="Microsoft Windows Operating System" version=10.0

path gap
origin gap
gap who made the service or task is in no record
never svchost.exe
never Microsoft Windows Operating System
