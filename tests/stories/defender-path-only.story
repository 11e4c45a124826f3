Another product's alert with a path and no process: the file, and where it is from

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe zone=https://files.example/evil.exe
! 09:00:00.000 defender1116 "Threat Name"=x Path=file:_C:\Users\user1\Downloads\evil.exe "Process Name"=Unknown

path marked
origin download url=https://files.example/evil.exe
