A start that 4688 tells alone, acts with the product's key: they are one process

process starter  60   C:\Users\user1\starter.exe
process explorer 50   C:\Windows\explorer.exe
process cmd      200  C:\Windows\System32\cmd.exe

07:00:00.000 sysmon15 explorer file=C:\Users\user1\starter.exe zone=https://starter.example/
08:00:00.000 security4688 cmd < starter cmd="cmd.exe /c whoami"
! 08:00:10.000 sysmon22 cmd query=c2.example

path process_start image marked
origin download url=https://starter.example/
