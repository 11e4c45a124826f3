A setup program brought it: the release, and where its setup was fetched from

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process setup    60   C:\Users\user1\Downloads\PhoneSetup.exe
process phone    200  "C:\Program Files\Phone\Phone.exe"

06:59:00.000 sysmon15 browser file=C:\Users\user1\Downloads\PhoneSetup.exe zone=https://phone.example/setup.exe
07:00:00.000 sysmon1 setup < explorer company="Phone Ltd" product=Phone version=18.12.407
07:00:01.000 sysmon11 setup file="C:\Program Files\Phone\Phone.exe"
08:00:00.000 sysmon1 phone < explorer company="Phone Ltd" product=Phone version=18.12.407
! 08:00:30.000 sysmon22 phone query=c2.example

origin release product=Phone version=18.12.407 url=https://phone.example/setup.exe
