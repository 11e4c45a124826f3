A program without version information that an MSI brought: the product of the record around its writing

process msi      55   C:\Windows\System32\msiexec.exe
process explorer 50   C:\Windows\explorer.exe
process tool     200  C:\Tools\helper.exe

07:00:00.300 msi1040 list="C:\Users\user1\Downloads\phone.msi|54|(NULL)"
07:00:01.000 sysmon11 msi file=C:\Tools\helper.exe
07:00:03.000 msi1033 list="Phone|18.12.407|1033|0|Phone Ltd"
07:00:04.000 msi1042 list="C:\Users\user1\Downloads\phone.msi|54|(NULL)"
08:00:00.000 sysmon1 tool < explorer
! 08:00:30.000 sysmon22 tool query=c2.example

path image installed
origin release product=Phone version=18.12.407
