A start whose record names no parent: the parent is drawn as missing and never skipped

process evil     200  C:\Windows\System32\cmd.exe

! 08:01:00.000 sysmon1 evil cmd="cmd.exe /c whoami"

path gap
origin gap
gap names no parent
through (not recorded)
