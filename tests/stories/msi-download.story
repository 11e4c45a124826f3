An MSI through the installer's service: the package that it was asked for, and where that was fetched

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process explorer 50   C:\Windows\explorer.exe
process ask      54   C:\Windows\System32\msiexec.exe
process msi      55   C:\Windows\System32\msiexec.exe
process services 20   C:\Windows\System32\services.exe
process phone    200  "C:\Program Files\Phone\Phone.exe"

06:59:00.000 sysmon15 browser file=C:\Users\user1\Downloads\phone.msi zone=https://phone.example/phone.msi
07:00:00.000 sysmon1 ask < explorer cmd="msiexec.exe /i C:\Users\user1\Downloads\phone.msi"
07:00:00.300 msi1040 list="C:\Users\user1\Downloads\phone.msi|54|(NULL)"
07:00:00.500 sysmon1 msi < services cmd="C:\Windows\System32\msiexec.exe /V"
07:00:01.000 sysmon11 msi file="C:\Program Files\Phone\Phone.exe"
07:00:03.000 msi1033 list="Phone|18.12.407|1033|0|Phone Ltd"
08:00:00.000 sysmon1 phone < explorer company="Phone Ltd" product=Phone version=18.12.407
! 08:00:30.000 sysmon22 phone query=c2.example

origin release product=Phone version=18.12.407 url=https://phone.example/phone.msi delivered_by=C:\Windows\System32\msiexec.exe
