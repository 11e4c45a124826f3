The same where the pid began twice before: the second start is its start

process one      60   C:\Users\user1\one.exe
process two      61   C:\Users\user1\two.exe
process first    200  C:\Windows\System32\cmd.exe
process cmd      200  C:\Windows\System32\cmd.exe

08:00:00.000 security4688 first < one cmd="cmd.exe /c dir"
08:05:00.000 security4688 cmd < two cmd="cmd.exe /c whoami"
! 08:05:10.000 sysmon22 cmd query=c2.example

through two.exe
never one.exe
