PowerShell copied it: the same content elsewhere, or what its command names

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process ps       60   C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe
process evil     200  C:\ProgramData\evil.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\a.exe hash=evil
08:00:01.000 sysmon15 browser file=C:\Users\user1\Downloads\a.exe zone=https://files.example/a.exe
08:01:00.000 sysmon1 ps < explorer cmd="powershell.exe Copy-Item C:\Users\user1\Downloads\a.exe C:\ProgramData\evil.exe"
08:01:01.000 sysmon11 ps file=C:\ProgramData\evil.exe
! 08:02:00.000 sysmon1 evil < explorer hash=evil

origin download url=https://files.example/a.exe
unblamed powershell.exe
