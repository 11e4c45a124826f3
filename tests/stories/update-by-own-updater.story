An update under the same product: the release that is running, not the one before

process explorer 50   C:\Windows\explorer.exe
process update   55   C:\Users\user1\AppData\Local\Phone\Update.exe
process old      199  C:\Users\user1\AppData\Local\Phone\app-18.11\Phone.exe
process new      200  C:\Users\user1\AppData\Local\Phone\app-18.12\Phone.exe

06:00:01.000 sysmon11 update file=C:\Users\user1\AppData\Local\Phone\app-18.11\Phone.exe
06:30:00.000 sysmon1 old < explorer company="Phone Ltd" product=Phone version=18.11
07:00:01.000 sysmon11 update file=C:\Users\user1\AppData\Local\Phone\app-18.12\Phone.exe
08:00:00.000 sysmon1 new < explorer company="Phone Ltd" product=Phone version=18.12
! 08:00:30.000 sysmon22 new query=c2.example

origin release product=Phone version=18.12
