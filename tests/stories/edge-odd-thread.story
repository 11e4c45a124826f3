A browser does what its image does not explain: a thread by nobody recorded is a possible injection

process explorer 50   C:\Windows\explorer.exe
process update   60   "C:\Program Files (x86)\Microsoft\EdgeUpdate\MicrosoftEdgeUpdate.exe"
process edge     200  "C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"

07:00:00.000 sysmon11 update file="C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"
08:00:00.000 sysmon1 edge < explorer company="Microsoft Corporation" product="Microsoft Edge" version=120.0
08:00:05.000 sysmon8 edge SourceProcessGUID=- SourceProcessId=- SourceImage=- TargetProcessGUID={0000a001-0000-0000-0003-000000000000} TargetProcessId=200 TargetImage="C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"
! 08:00:10.000 sysmon10 edge TargetImage=C:\Windows\System32\lsass.exe access=0x1010 SourceProcessGUID={0000a001-0000-0000-0003-000000000000} SourceProcessId=200

path gap
origin gap
gap possible injection
never Microsoft Edge
