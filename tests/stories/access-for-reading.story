A process opened another for reading only: that changes nothing in it

process inj      60   C:\Users\user1\inj.exe
process explorer 50   C:\Windows\explorer.exe
process app      200  C:\Windows\System32\notepad.exe

07:30:00.000 sysmon1 inj < explorer
07:30:30.000 sysmon1 app < explorer
07:31:00.000 sysmon10 inj > app access=0x1410
! 07:32:00.000 sysmon22 app query=c2.example

never inj.exe
origin logon
