A second name for a file (a hard link): the content is the first name's

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process evil     200  C:\Users\user1\nice.exe

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\evil.exe zone=https://files.example/evil.exe
08:05:00.000 security4664 FileName=C:\Users\user1\Downloads\evil.exe LinkName=C:\Users\user1\nice.exe SubjectUserName=user1
! 08:06:00.000 sysmon1 evil < explorer

path image file_link marked
origin download url=https://files.example/evil.exe path=C:\Users\user1\Downloads\evil.exe
