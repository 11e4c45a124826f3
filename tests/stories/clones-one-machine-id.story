Two clones with one machine id: a file of one is no cause on the other

host pc-01
process explorer 50   C:\Windows\explorer.exe
process one      60   C:\Users\user1\one.exe
process a        200  C:\Users\user1\tool.exe

08:00:00.000 sysmon1 one < explorer
08:00:01.000 sysmon11 one file=C:\Users\user1\tool.exe
08:00:02.000 sysmon15 one file=C:\Users\user1\tool.exe zone=https://one.example/tool.exe
!a 08:00:30.000 sysmon1 a < explorer

host pc-02
!b 08:00:40.000 sysmon1 a < explorer

alert a
origin download url=https://one.example/tool.exe host=pc-01
alert b
path image gap
origin gap host=pc-02
never one.exe
