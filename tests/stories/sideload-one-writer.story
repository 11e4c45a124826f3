Program and foreign library by one writer, loads not recorded: the writer, and not the program's vendor

process explorer 50   C:\Windows\explorer.exe
process agent    60   C:\Users\user1\agent.exe
process msmpeng  200  C:\ProgramData\cache\MsMpEng.exe

08:00:00.000 sysmon15 explorer file=C:\Users\user1\agent.exe zone=https://agent.example/agent.exe
08:00:10.000 sysmon1 agent < explorer
08:00:11.000 sysmon11 agent file=C:\ProgramData\cache\MsMpEng.exe
08:00:12.000 sysmon11 agent file=C:\ProgramData\cache\mpsvc.dll
08:00:20.000 sysmon1 msmpeng < explorer company="Microsoft Corporation" product="Windows Defender" version=4.5
! 08:00:30.000 sysmon22 msmpeng query=c2.example

through agent.exe
origin download url=https://agent.example/agent.exe
never Windows Defender
