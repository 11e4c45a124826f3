Explorer unpacked it and carried the archive's mark over

process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\Downloads\tool\tool.exe

08:00:11.000 sysmon11 explorer file=C:\Users\user1\Downloads\tool\tool.exe
08:00:11.500 sysmon15 explorer file=C:\Users\user1\Downloads\tool\tool.exe zone=https://files.example/tool.zip
! 08:00:20.000 sysmon1 evil < explorer

path image marked
origin download url=https://files.example/tool.zip
unblamed explorer.exe
