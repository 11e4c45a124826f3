A pid used again within a second: the second program acted, the first has nothing to do with it

process explorer 50   C:\Windows\explorer.exe
process first    200  C:\Users\user1\first.exe
process second   200  C:\Users\user1\second.exe
process child    300  C:\Windows\System32\cmd.exe

08:00:00.000 security4688 first < explorer
08:00:00.400 security4689 first
08:00:00.700 security4688 second < explorer
! 08:00:00.900 security4688 child < second cmd="cmd.exe /c whoami"

path process_start image gap
through second.exe
never first.exe
