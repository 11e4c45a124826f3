Sysmon 1 and 4688 tell one process: what each knows of it counts for the other

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process word     60   C:\Users\user1\tool.exe
process evil     200  C:\Users\user1\Downloads\evil.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe zone=https://files.example/evil.exe
08:01:00.000 sysmon1 evil ParentProcessGuid=-
08:01:00.300 security4688 evil < word
! 08:02:00.000 security5156 evil ProcessGuid=- ProcessID=200 Application=C:\Users\user1\Downloads\evil.exe DestAddress=192.0.2.7 DestPort=443 Direction=%%14593

path image marked
origin download url=https://files.example/evil.exe
never tool.exe
