Rows of an EDR (CrowdStrike): to the installer's browser

{"aid":"a1","event_platform":"Win","ComputerName":"PC-01","event_simpleName":"ProcessRollup2","timestamp":"1772434800000","ContextTimeStamp":"1772434800.000","TargetProcessId":"900","ParentProcessId":"1","RawProcessId":"40","ImageFileName":"\\Device\\HarddiskVolume3\\Program Files\\Google\\Chrome\\Application\\chrome.exe","CommandLine":"chrome.exe"}
{"aid":"a1","event_platform":"Win","ComputerName":"PC-01","event_simpleName":"PeFileWritten","timestamp":"1772438400000","ContextTimeStamp":"1772438400.000","ContextProcessId":"900","ContextImageFileName":"\\Device\\HarddiskVolume3\\Program Files\\Google\\Chrome\\Application\\chrome.exe","TargetFileName":"\\Device\\HarddiskVolume3\\Users\\user1\\Downloads\\setup.exe"}
{"aid":"a1","event_platform":"Win","ComputerName":"PC-01","event_simpleName":"ProcessRollup2","timestamp":"1772438460000","ContextTimeStamp":"1772438460.000","TargetProcessId":"901","ParentProcessId":"902","RawProcessId":"60","ImageFileName":"\\Device\\HarddiskVolume3\\Users\\user1\\Downloads\\setup.exe","CommandLine":"setup.exe"}
{"aid":"a1","event_platform":"Win","ComputerName":"PC-01","event_simpleName":"PeFileWritten","timestamp":"1772438470000","ContextTimeStamp":"1772438470.000","ContextProcessId":"901","ContextImageFileName":"\\Device\\HarddiskVolume3\\Users\\user1\\Downloads\\setup.exe","TargetFileName":"\\Device\\HarddiskVolume3\\Program Files\\Phone\\phone.exe"}
{"aid":"a1","event_platform":"Win","ComputerName":"PC-01","event_simpleName":"ProcessRollup2","timestamp":"1772438480000","ContextTimeStamp":"1772438480.000","TargetProcessId":"903","ParentProcessId":"902","RawProcessId":"200","ImageFileName":"\\Device\\HarddiskVolume3\\Program Files\\Phone\\phone.exe","CommandLine":"phone.exe","SHA256HashData":"$sha256(phone)"}
! {"aid":"a1","event_platform":"Win","ComputerName":"PC-01","event_simpleName":"DnsRequest","timestamp":"1772438490000","ContextTimeStamp":"1772438490.000","ContextProcessId":"903","DomainName":"c2.example"}

path image file_create image download
origin download downloaded="C:\Users\user1\Downloads\setup.exe" delivered_by="C:\Program Files\Google\Chrome\Application\chrome.exe"
gap the address is in no record
