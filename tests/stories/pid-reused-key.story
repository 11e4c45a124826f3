A pid used again within a second, with the product's keys: the key tells them apart

process explorer 50   C:\Windows\explorer.exe
process first    200  C:\Users\user1\same.exe
process second   200  C:\Users\user1\same.exe
process one      60   C:\Users\user1\one.exe
process two      61   C:\Users\user1\two.exe

08:00:00.000 sysmon1 first < one
08:00:00.300 sysmon5 first
08:00:00.600 sysmon1 second < two
! 08:00:00.900 sysmon22 second query=c2.example

others its start is in no record
never one.exe
