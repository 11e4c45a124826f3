A security product's program copied beside a foreign library, loads recorded: the library's writer

process explorer 50   C:\Windows\explorer.exe
process agent    60   C:\Users\user1\agent.exe
process msmpeng  200  C:\Windows\MsMpEng.exe

08:00:00.000 sysmon15 explorer file=C:\Users\user1\agent.exe zone=https://agent.example/agent.exe
08:00:10.000 sysmon1 agent < explorer
08:00:11.000 sysmon11 agent file=C:\Windows\MsMpEng.exe
08:00:12.000 sysmon11 agent file=C:\Windows\mpsvc.dll
08:00:20.000 sysmon1 msmpeng < agent company="Microsoft Corporation" product="Windows Defender" version=4.5
08:00:21.000 sysmon7 msmpeng load=C:\Windows\mpsvc.dll status=Unavailable hash=foreign
! 08:00:30.000 sysmon22 msmpeng query=c2.example

through mpsvc.dll
origin download url=https://agent.example/agent.exe
never Windows Defender
