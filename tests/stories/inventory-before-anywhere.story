Where no other machine had the listed version yet, an earlier run was not of it as far as records say
host PC2
process svc2 500 C:\Windows\System32\services.exe
process install 510 C:\Windows\System32\msiexec.exe
process call2 520 "C:\Program Files\Lumen\Call\call.exe"
host PC1
process svc 500 C:\Windows\System32\services.exe
process call 700 "C:\Program Files\Lumen\Call\call.exe"
process shell 710 C:\Windows\System32\cmd.exe
process later 740 "C:\Program Files\Lumen\Call\call.exe"
process again 750 C:\Windows\System32\cmd.exe
08:00:00 security4688 call < svc
file inventory.csv
= host,path,sha256,product,version,publisher
= PC1,C:\Program Files\Lumen\Call\call.exe,9785001b0dcf755eddb8af294a373c0b87b2498660f724e76c4d53f9c217c7a3,Lumen Call,5.4.3,Lumen Example
file records
!before 09:00:00 security4688 shell < call cmd="cmd.exe /c whoami"
2+10:30:00 security4688 later < svc
!after 2+11:00:00 security4688 again < later cmd="cmd.exe /c whoami"
host PC2
2+09:00:00 sysmon1 install < svc2
2+09:00:10 sysmon11 install file="C:\Program Files\Lumen\Call\call.exe"
2+09:01:00 sysmon1 call2 < svc2 product="Lumen Call" version=5.4.3 company="Lumen Example" hash=NEW
alert before
origin gap path="C:\Program Files\Lumen\Call\call.exe"
gap which version ran then is in no record; the one that later records name is in none by then
alert after
origin release product="Lumen Call" version=5.4.3
