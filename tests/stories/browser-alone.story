A browser with an alert and nothing else: what made it do this is in no record, and its release is not blamed

process explorer 50   C:\Windows\explorer.exe
process edge     200  "C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"

08:00:00.000 sysmon1 edge < explorer company="Microsoft Corporation" product="Microsoft Edge" version=120.0
! 08:00:10.000 sysmon22 edge query=c2.example

path gap
origin gap
never Microsoft Edge
