Sysmon 25 says that the image was replaced in memory: a possible injection, not the image's vendor

process starter  60   C:\Users\user1\starter.exe
process notepad  200  "C:\Program Files\Notes\notes.exe"

08:00:00.000 sysmon1 notepad company="Notes Ltd" product=Notes version=4.2
08:00:01.000 sysmon25 notepad Type="Image is replaced"
! 08:00:10.000 sysmon22 notepad query=c2.example

path gap
gap possible injection
never Notes
