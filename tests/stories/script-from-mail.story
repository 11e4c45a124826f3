wscript runs what came with a message: the mail program wrote it, which message is not recorded

process explorer 50   C:\Windows\explorer.exe
process outlook  60   "C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE"
process wscript  200  C:\Windows\System32\wscript.exe

08:00:00.000 sysmon1 outlook < explorer company="Microsoft Corporation"
08:00:05.000 sysmon11 outlook file=C:\Users\user1\AppData\Local\Temp\invoice.js
08:00:10.000 sysmon1 wscript < outlook cmd="wscript.exe C:\Users\user1\AppData\Local\Temp\invoice.js"
! 08:00:20.000 sysmon22 wscript query=c2.example

path script download
origin download downloaded=C:\Users\user1\AppData\Local\Temp\invoice.js
gap which one is in no record
unblamed OUTLOOK.EXE
