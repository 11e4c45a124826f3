An update brought the library alone: its release, and not the one that brought the program

process explorer 50   C:\Windows\explorer.exe
process msi1     55   C:\Windows\System32\msiexec.exe
process msi2     56   C:\Windows\System32\msiexec.exe
process phone    200  "C:\Program Files\Phone\Phone.exe"

07:00:01.000 sysmon11 msi1 file="C:\Program Files\Phone\Phone.exe"
07:00:02.000 sysmon11 msi1 file="C:\Program Files\Phone\ffmpeg.dll"
07:00:03.000 msi1033 list="Phone|18.11|1033|0|Phone Ltd"
2+07:00:02.000 sysmon11 msi2 file="C:\Program Files\Phone\ffmpeg.dll"
2+07:00:03.000 msi1033 list="Phone|18.12|1033|0|Phone Ltd"
2+08:00:00.000 sysmon1 phone < explorer company="Phone Ltd" product=Phone version=18.11
2+08:00:01.000 sysmon7 phone load="C:\Program Files\Phone\ffmpeg.dll" status=Unavailable Signed=false
! 2+08:00:30.000 sysmon22 phone query=c2.example

path module installed
origin release product=Phone version=18.12
