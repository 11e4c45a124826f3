A process of which no start is recorded: its image is known, what started it is a gap

process evil     200  C:\Windows\System32\cmd.exe

! 08:01:00.000 sysmon22 evil query=c2.example

path gap
origin gap
gap its start is in no record
