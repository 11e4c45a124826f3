Explorer unpacked it: which archive is in no record, and explorer is not at fault

process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\Downloads\tool\tool.exe

08:00:11.000 sysmon11 explorer file=C:\Users\user1\Downloads\tool\tool.exe
! 08:00:20.000 sysmon1 evil < explorer

path image gap
origin gap path=C:\Users\user1\Downloads\tool\tool.exe
gap copied by the operating system's own program
unblamed explorer.exe
