An extension of an editor: its process does what the extension's file says

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process code     60   "C:\Users\user1\AppData\Local\Programs\Microsoft VS Code\Code.exe"
process node     200  "C:\Users\user1\AppData\Local\Programs\Microsoft VS Code\Code.exe"
process cmd      201  C:\Windows\System32\cmd.exe

08:00:00.000 sysmon1 code company="Microsoft Corporation" product="Visual Studio Code" version=1.90
08:00:01.000 sysmon11 code file=C:\Users\user1\.vscode\extensions\tools.themes-1.2.0\out\main.js
08:00:02.000 sysmon1 node < code cmd='Code.exe "C:\Users\user1\.vscode\extensions\tools.themes-1.2.0\out\main.js"' company="Microsoft Corporation" product="Visual Studio Code" version=1.90
08:00:03.000 sysmon1 cmd < node cmd="cmd.exe /c whoami"
! 08:00:04.000 sysmon22 cmd query=c2.example

origin package product=tools.themes ecosystem=vscode
never Visual Studio Code
