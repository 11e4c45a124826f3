Two hosts and a file of the same path: each host's file is its own

host pc-01
process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process app      200  C:\Users\user1\app.exe
08:00:00.000 sysmon15 browser file=C:\Users\user1\app.exe zone=https://one.example/
!a 08:10:00.000 sysmon1 app < explorer
machine 0000a002
host pc-02
process browser2 40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer2 50  C:\Windows\explorer.exe
process app2     200  C:\Users\user1\app.exe
08:00:00.000 sysmon15 browser2 file=C:\Users\user1\app.exe zone=https://two.example/
!b 08:10:00.000 sysmon1 app2 < explorer2

alert a
origin download url=https://one.example/ host=pc-01
alert b
origin download url=https://two.example/ host=pc-02
