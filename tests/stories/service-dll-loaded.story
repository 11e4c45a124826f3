svchost without the service's name, its load recorded: the library's writer

process explorer 50   C:\Windows\explorer.exe
process services 20   C:\Windows\System32\services.exe
process dropper  60   C:\Users\user1\dropper.exe
process svchost  200  C:\Windows\System32\svchost.exe

08:00:00.000 sysmon15 explorer file=C:\Users\user1\dropper.exe zone=https://dropper.example/
08:00:10.000 sysmon1 dropper < explorer
08:00:11.000 sysmon11 dropper file=C:\ProgramData\helper.dll
08:10:00.000 sysmon1 svchost < services cmd="C:\Windows\System32\svchost.exe -k netsvcs"
08:10:01.000 sysmon7 svchost load=C:\ProgramData\helper.dll status=Unavailable
! 08:10:20.000 sysmon22 svchost query=c2.example

path module file_create image marked
origin download url=https://dropper.example/
unblamed svchost.exe
