The same, and the library bears no signature: its writer is the updater, so it is the release's still

process explorer 50   C:\Windows\explorer.exe
process update   55   C:\Users\user1\AppData\Local\Programs\Phone\Update.exe
process phone    200  C:\Users\user1\AppData\Local\Programs\Phone\app-18.12.407\Phone.exe

07:00:00.000 sysmon1 update < explorer company="Phone Ltd" product=Phone
07:00:01.000 sysmon11 update file=C:\Users\user1\AppData\Local\Programs\Phone\app-18.12.407\Phone.exe
07:00:02.000 sysmon11 update file=C:\Users\user1\AppData\Local\Programs\Phone\app-18.12.407\ffmpeg.dll
08:00:00.000 sysmon1 phone < explorer company="Phone Ltd" product=Phone version=18.12.407
08:00:01.000 sysmon7 phone load=C:\Users\user1\AppData\Local\Programs\Phone\app-18.12.407\ffmpeg.dll status=Unavailable Signed=false
! 08:00:30.000 sysmon22 phone query=c2.example

origin release product=Phone version=18.12.407
