The same, inside an archive: the archive

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\a.zip zone=https://files.example/a.zip
! 09:00:00.000 defender1116 Path="containerfile:_C:\Users\user1\Downloads\a.zip; file:_C:\Users\user1\Downloads\a.zip->x.exe"

path marked
origin download url=https://files.example/a.zip
