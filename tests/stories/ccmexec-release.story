CcmExec delivered a program that says what it is: its release

process ccm      40   C:\Windows\CCM\CcmExec.exe
process explorer 50   C:\Windows\explorer.exe
process phone    200  C:\Program Files\Phone\Phone.exe

08:00:00.000 sysmon11 ccm file="C:\Program Files\Phone\Phone.exe"
08:06:00.000 sysmon1 phone < explorer company="Phone Ltd" product=Phone version=18.12.407
! 08:07:00.000 sysmon22 phone query=c2.example

path image deployed
origin release product=Phone version=18.12.407 delivered_by=C:\Windows\CCM\CcmExec.exe
