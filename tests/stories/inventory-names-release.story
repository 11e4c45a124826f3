A list of files names the release of a program whose own records do not
host PC1
process svc 500 C:\Windows\System32\services.exe
process call 700 "C:\Program Files\Lumen\Call\call.exe"
process shell 710 C:\Windows\System32\cmd.exe
08:00:00 security4688 call < svc
file inventory.csv
= host,path,sha256,product,version,publisher
= PC1,C:\Program Files\Lumen\Call\call.exe,9785001b0dcf755eddb8af294a373c0b87b2498660f724e76c4d53f9c217c7a3,Lumen Call,5.4.2,Lumen Example
file records
! 09:00:00 security4688 shell < call cmd="cmd.exe /c whoami"
origin release product="Lumen Call" version=5.4.2
