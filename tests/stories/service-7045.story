A service whose making names no process, and System 7045 only: the file it runs

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process services 20   C:\Windows\System32\services.exe
process evil     200  C:\ProgramData\evil.exe

08:00:00.000 sysmon15 browser file=C:\ProgramData\evil.exe zone=https://files.example/evil.exe
08:00:10.000 system7045 ServiceName=Evil ImagePath=C:\ProgramData\evil.exe AccountName=LocalSystem
08:00:11.000 sysmon1 evil < services
! 08:00:20.000 sysmon22 evil query=c2.example

path image marked
origin download url=https://files.example/evil.exe
never services.exe
