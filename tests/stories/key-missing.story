A record without ProcessGuid belongs to the process of that pid and image that runs then

process browser  40   "C:\Program Files\Google\Chrome\Application\chrome.exe"
process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\Downloads\evil.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe zone=https://files.example/evil.exe
08:01:00.000 sysmon1 evil < explorer
! 08:02:00.000 sysmon22 evil guid=- ProcessGuid=- query=c2.example

path image marked
origin download url=https://files.example/evil.exe
