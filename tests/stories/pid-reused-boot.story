A pid of before the machine started again is another process

process explorer 50   C:\Windows\explorer.exe
process before   200  C:\Users\user1\before.exe
process edge     70   C:\Windows\System32\cmd.exe

08:00:00.000 security4688 before < explorer
08:30:00.000 boot12
! 09:00:00.000 security4688 edge ProcessId=200 cmd="cmd.exe /c whoami"

never before.exe
origin gap
