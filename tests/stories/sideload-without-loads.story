The same without records of loads, program and library by two writers: still the library's writer

process explorer 50   C:\Windows\explorer.exe
process copier   59   C:\Users\user1\copier.exe
process agent    60   C:\Users\user1\agent.exe
process msmpeng  200  C:\ProgramData\cache\MsMpEng.exe

08:00:00.000 sysmon15 explorer file=C:\Users\user1\agent.exe zone=https://agent.example/agent.exe
08:00:05.000 sysmon1 copier < explorer
08:00:06.000 sysmon11 copier file=C:\ProgramData\cache\MsMpEng.exe
08:00:10.000 sysmon1 agent < explorer
08:00:12.000 sysmon11 agent file=C:\ProgramData\cache\mpsvc.dll
08:00:20.000 sysmon1 msmpeng < explorer company="Microsoft Corporation" product="Windows Defender" version=4.5
! 08:00:30.000 sysmon22 msmpeng query=c2.example

path side_load file_create image marked
origin download url=https://agent.example/agent.exe
never Windows Defender
