A signed program of an installer, an unsigned library of another writer in its folder

process explorer 50   C:\Windows\explorer.exe
process msi      55   C:\Windows\System32\msiexec.exe
process dropper  60   C:\Users\user1\dropper.exe
process app      200  "C:\Program Files\Notes\notes.exe"

07:00:00.000 sysmon1 msi < explorer company="Microsoft Corporation"
07:00:01.000 sysmon11 msi file="C:\Program Files\Notes\notes.exe"
07:00:02.000 msi1033 list="Notes|4.2|1033|0|Notes Ltd"
08:00:00.000 sysmon15 explorer file=C:\Users\user1\dropper.exe zone=https://dropper.example/
08:00:10.000 sysmon1 dropper < explorer
08:00:12.000 sysmon11 dropper file="C:\Program Files\Notes\version.dll"
08:00:20.000 sysmon1 app < explorer company="Notes Ltd" product=Notes version=4.2
08:00:21.000 sysmon7 app load="C:\Program Files\Notes\version.dll" status=Unavailable Signed=false
! 08:00:30.000 sysmon22 app query=c2.example

path module file_create image marked
origin download url=https://dropper.example/
never Notes
