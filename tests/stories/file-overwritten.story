A file overwritten between two starts: each start is of its own writer

process explorer 50   C:\Windows\explorer.exe
process one      60   C:\Users\user1\one.exe
process two      61   C:\Users\user1\two.exe
process first    200  C:\Users\user1\tool.exe
process second   201  C:\Users\user1\tool.exe

07:00:00.000 sysmon15 explorer file=C:\Users\user1\one.exe zone=https://one.example/
07:00:01.000 sysmon15 explorer file=C:\Users\user1\two.exe zone=https://two.example/
08:00:00.000 sysmon1 one < explorer
08:00:01.000 sysmon11 one file=C:\Users\user1\tool.exe
!a 08:00:02.000 sysmon1 first < explorer
08:10:00.000 sysmon1 two < explorer
08:10:01.000 sysmon11 two file=C:\Users\user1\tool.exe
!b 08:10:02.000 sysmon1 second < explorer

alert a
path image file_create image marked
origin download url=https://one.example/
never two.exe
alert b
path image file_create image marked
origin download url=https://two.example/
never one.exe
