An MSI's custom action starts a program: the package acted, and not msiexec

process browser  40   C:\Program Files\Google\Chrome\Application\chrome.exe
process msi      55   C:\Windows\System32\msiexec.exe
process services 20   C:\Windows\System32\services.exe
process cmd      200  C:\Windows\System32\cmd.exe

06:59:00.000 sysmon15 browser file=C:\Users\user1\Downloads\phone.msi zone=https://phone.example/phone.msi
07:00:00.300 msi1040 list="C:\Users\user1\Downloads\phone.msi|54|(NULL)"
07:00:00.500 sysmon1 msi < services cmd="C:\Windows\System32\msiexec.exe /V"
07:00:01.000 sysmon1 cmd < msi cmd="cmd.exe /c whoami"
! 07:00:02.000 sysmon22 cmd query=c2.example

path process_start package marked
origin download url=https://phone.example/phone.msi
unblamed msiexec.exe
