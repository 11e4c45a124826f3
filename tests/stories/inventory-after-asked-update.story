What an updater fetched after the alert, and a list names later, did not run before
host PC1
process svc 500 C:\Windows\System32\services.exe
process call 700 "C:\Program Files\Lumen\Call\call.exe"
process shell 710 C:\Windows\System32\cmd.exe
process updater 720 "C:\Program Files\Lumen\Call\update.exe"
process later 740 "C:\Program Files\Lumen\Call\call.exe"
process again 750 C:\Windows\System32\cmd.exe
08:00:00 security4688 call < svc
file inventory.csv
= host,path,sha256,product,version,publisher
= PC1,C:\Program Files\Lumen\Call\call.exe,9785001b0dcf755eddb8af294a373c0b87b2498660f724e76c4d53f9c217c7a3,Lumen Call,5.4.3,Lumen Example
file records
!before 09:00:00 security4688 shell < call cmd="cmd.exe /c whoami"
10:00:00 security4688 updater < call cmd="update.exe --from https://get.lumen.example/win/5.4.3"
10:30:00 security4688 later < svc
!after 11:00:00 security4688 again < later cmd="cmd.exe /c whoami"
alert before
origin gap path="C:\Program Files\Lumen\Call\call.exe"
gap which version ran then is in no record; the one that later records name is in none by then
never "Lumen Call"
alert after
origin release product="Lumen Call" version=5.4.3
gap neither its installation nor which version ran then is in a record
