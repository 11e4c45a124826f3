java runs a jar: the jar

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process java     200  "C:\Program Files\Java\bin\javaw.exe"

08:00:00.000 sysmon15 browser file=C:\Users\user1\Downloads\tool.jar zone=https://files.example/tool.jar
08:00:10.000 sysmon1 java < explorer cmd="javaw.exe -jar C:\Users\user1\Downloads\tool.jar" company="Java Ltd" product="Java Platform" version=17
! 08:00:20.000 sysmon22 java query=c2.example

path script marked
origin download url=https://files.example/tool.jar
never Java Platform
