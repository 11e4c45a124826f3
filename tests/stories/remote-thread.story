A known process makes a thread in another: that process acts

process explorer 50   C:\Windows\explorer.exe
process inj      60   C:\Users\user1\inj.exe
process target   200  "C:\Program Files\Notes\notes.exe"

07:00:00.000 sysmon15 explorer file=C:\Users\user1\inj.exe zone=https://inj.example/
07:59:00.000 sysmon1 inj < explorer
07:59:30.000 sysmon1 target < explorer company="Notes Ltd" product=Notes version=4.2
08:00:00.000 sysmon8 inj > target
! 08:00:10.000 sysmon22 target query=c2.example

path remote_thread image marked
origin download url=https://inj.example/
never Notes
