Two supply chains: a trading program, an employee's machine, the vendor's build machine, an installer, a customer

process explorer 50   C:\Windows\explorer.exe
process chrome   910  "C:\Program Files\Google\Chrome\Application\chrome.exe"

host EMPLOYEE
machine 11111111
process trader   900  C:\Users\user1\Downloads\trader-setup.exe
2+07:50:00.000 sysmon11 chrome file=C:\Users\user1\Downloads\trader-setup.exe
2+07:50:01.000 sysmon15 chrome file=C:\Users\user1\Downloads\trader-setup.exe:Zone.Identifier zone=https://trader.example/setup.exe
2+07:59:00.000 sysmon1 trader < explorer
4+07:59:58.000 sysmon3 trader ip=192.0.2.17 SourceIp=192.0.2.44 Initiated=true DestinationPort=3389

host BUILD
machine 22222222
process shell    300  C:\Windows\System32\cmd.exe
process link     310  C:\Windows\Temp\wrap.exe
process svchost  30   C:\Windows\System32\svchost.exe
4+08:00:00.000 security4624 TargetUserName=builder TargetLogonId=0x51a2 LogonType=10 IpAddress=192.0.2.44 WorkstationName=EMPLOYEE
4+08:00:10.000 sysmon1 shell < explorer LogonId=0x51a2
4+08:00:20.000 sysmon11 shell file=C:\Windows\Temp\wrap.exe
4+08:01:00.000 sysmon1 link < shell LogonId=0x51a2
4+08:02:00.200 sysmon3 svchost ip=198.51.100.9 SourceIp=192.0.2.17 Initiated=true DestinationPort=443
4+08:05:00.000 sysmon15 link file=D:\release\Phone-2.1.msi hash=phone

host CUSTOMER
machine 33333333
process msiexec  60   C:\Windows\System32\msiexec.exe
process services 61   C:\Windows\System32\services.exe
process server   62   C:\Windows\System32\msiexec.exe
process phone    700  "C:\Program Files\Phone\Phone.exe"
6+09:00:00.000 sysmon15 chrome file=C:\Users\user7\Downloads\Phone-2.1.msi hash=phone
6+09:00:01.000 sysmon15 chrome file=C:\Users\user7\Downloads\Phone-2.1.msi:Zone.Identifier zone=https://phone.example/Phone-2.1.msi
6+09:01:00.000 sysmon1 msiexec < explorer cmd="msiexec.exe /i C:\Users\user7\Downloads\Phone-2.1.msi"
6+09:01:05.000 sysmon1 server < services cmd="msiexec.exe /V"
6+09:01:10.000 sysmon11 server file="C:\Program Files\Phone\Phone.exe"
6+09:01:20.000 msi1033 list=Phone|2.1|1033|0|Phone Ltd|(NULL)|
6+09:05:00.000 sysmon1 phone < explorer product=Phone version=2.1 company="Phone Ltd" hash=all:phoneexe
! 6+10:00:00.000 sysmon22 phone query=c2.example

origin download url=https://trader.example/setup.exe host=EMPLOYEE
through trader-setup.exe
through wrap.exe
others remote_host
