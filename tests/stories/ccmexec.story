CcmExec delivered it: the deployment carried it, its agent is not the origin's name

process ccm      40   C:\Windows\CCM\CcmExec.exe
process explorer 50   C:\Windows\explorer.exe
process tool     200  C:\ProgramData\tool\tool.exe

08:00:00.000 sysmon11 ccm file=C:\ProgramData\tool\tool.exe
! 08:06:00.000 sysmon1 tool < explorer

path image deployed
origin deployment delivered_by=C:\Windows\CCM\CcmExec.exe
unblamed CcmExec.exe
