An alert with a SHA-1 and no process: a record with both hashes joins it to the file with the SHA-256

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\Desktop\evil.exe

host pc-01
08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe hash=evil
08:00:01.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe zone=https://files.example/evil.exe
08:06:00.000 sysmon1 evil < explorer hash=all:evil
! {"Timestamp":"2026-03-02T09:00:00Z","AlertId":"da1","Title":"Malware","EntityType":"File","EvidenceRole":"Related","SHA1":"$sha1(evil)","DeviceName":"pc-01","Severity":"High"}

origin download url=https://files.example/evil.exe
