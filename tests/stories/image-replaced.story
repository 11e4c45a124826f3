An image replaced between write and start: what was started is the last writer's

process explorer 50   C:\Windows\explorer.exe
process good     60   C:\Users\user1\good.exe
process bad      61   C:\Users\user1\bad.exe
process tool     200  C:\Users\user1\tool.exe

07:00:00.000 sysmon15 explorer file=C:\Users\user1\good.exe zone=https://good.example/
07:00:01.000 sysmon15 explorer file=C:\Users\user1\bad.exe zone=https://bad.example/
08:00:00.000 sysmon1 good < explorer
08:00:01.000 sysmon1 bad < explorer
08:00:02.000 sysmon11 good file=C:\Users\user1\tool.exe
08:00:03.000 sysmon11 bad file=C:\Users\user1\tool.exe
! 08:00:04.000 sysmon1 tool < explorer
08:00:09.000 sysmon11 good file=C:\Users\user1\tool.exe

path image file_create image marked
origin download url=https://bad.example/
never good.exe
