A document from a message starts PowerShell: the document, which the mail program wrote

process outlook  60   "C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE"
process word     61   "C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"
process ps       200  C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe

08:00:05.000 sysmon11 outlook file=C:\Users\user1\AppData\Local\Temp\invoice.docm
08:00:10.000 sysmon1 word < outlook cmd='"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE" /n "C:\Users\user1\AppData\Local\Temp\invoice.docm"' company="Microsoft Corporation" product="Microsoft Office" version=16.0
08:00:15.000 sysmon1 ps < word cmd="powershell.exe -enc AAAA"
! 08:00:20.000 sysmon22 ps query=c2.example

path process_start script download
origin download downloaded=C:\Users\user1\AppData\Local\Temp\invoice.docm
never Microsoft Office
