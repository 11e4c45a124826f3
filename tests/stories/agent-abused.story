A management agent that its server told to drop a program: a deployment, carried by the agent

process agent    40   "C:\Program Files (x86)\Kaseya\agent1\AgentMon.exe"
process cmd      60   C:\Windows\System32\cmd.exe
process evil     200  C:\kworking\agent.exe

08:00:00.000 sysmon1 agent company="Kaseya" product="Kaseya Agent" version=9.5
08:00:01.000 sysmon11 agent file=C:\kworking\agent.crt
08:00:02.000 sysmon1 cmd < agent cmd="cmd.exe /c certutil -decode C:\kworking\agent.crt C:\kworking\agent.exe & C:\kworking\agent.exe"
08:00:03.000 sysmon11 cmd file=C:\kworking\agent.exe
! 08:00:04.000 sysmon1 evil < cmd

origin deployment delivered_by="C:\Program Files (x86)\Kaseya\agent1\AgentMon.exe"
never Kaseya Agent
unblamed AgentMon.exe
