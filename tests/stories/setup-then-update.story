A setup program brought the program and its updater a library: both are the release's

process explorer 50   C:\Windows\explorer.exe
process setup    54   C:\Users\user1\Downloads\PhoneSetup.exe
process update   55   C:\Users\user1\AppData\Local\Phone\Update.exe
process phone    200  C:\Users\user1\AppData\Local\Phone\app-18.12\Phone.exe

07:00:01.000 sysmon11 setup file=C:\Users\user1\AppData\Local\Phone\app-18.12\Phone.exe
07:30:02.000 sysmon11 update file=C:\Users\user1\AppData\Local\Phone\app-18.12\ffmpeg.dll
08:00:00.000 sysmon1 phone < explorer company="Phone Ltd" product=Phone version=18.12
! 08:00:30.000 sysmon22 phone query=c2.example

origin release product=Phone version=18.12
