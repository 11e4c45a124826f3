The same, and who started it is known: by whom is still in no record, the starter stands beside

process explorer 50   C:\Windows\explorer.exe
process starter  60   C:\Users\user1\starter.exe
process notes    200  "C:\Program Files\Notes\notes.exe"

07:00:00.000 sysmon15 explorer file=C:\Users\user1\starter.exe zone=https://starter.example/
07:59:00.000 sysmon1 starter < explorer
08:00:00.000 sysmon1 notes < starter company="Notes Ltd" product=Notes version=4.2
08:00:01.000 sysmon25 notes Type="Image is replaced"
! 08:00:10.000 sysmon22 notes query=c2.example

gap possible injection
never Notes
