Rows of an EDR (Defender): to the FileOriginUrl

host pc-01
{"DeviceId":"d1","DeviceName":"pc-01","Timestamp":"2026-03-02T08:00:00.0Z","ActionType":"FileCreated","FileName":"app.exe","FolderPath":"C:\\Users\\user1\\Downloads\\app.exe","SHA256":"$sha256(app)","FileOriginUrl":"https://files.example/app.exe","FileOriginReferrerUrl":"https://files.example/","InitiatingProcessId":40,"InitiatingProcessCreationTime":"2026-03-02T07:00:00.0Z","InitiatingProcessFileName":"msedge.exe","InitiatingProcessFolderPath":"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"}
{"DeviceId":"d1","DeviceName":"pc-01","Timestamp":"2026-03-02T08:01:00.0Z","ActionType":"ProcessCreated","FileName":"app.exe","FolderPath":"C:\\Users\\user1\\Downloads\\app.exe","SHA256":"$sha256(app)","ProcessId":200,"ProcessCreationTime":"2026-03-02T08:01:00.0Z","ProcessCommandLine":"app.exe","InitiatingProcessId":50,"InitiatingProcessCreationTime":"2026-03-02T07:00:00.0Z","InitiatingProcessFileName":"explorer.exe","InitiatingProcessFolderPath":"C:\\Windows\\explorer.exe"}
! {"DeviceId":"d1","DeviceName":"pc-01","Timestamp":"2026-03-02T08:02:00.0Z","ActionType":"ConnectionSuccess","RemoteIP":"192.0.2.7","RemotePort":443,"InitiatingProcessId":200,"InitiatingProcessCreationTime":"2026-03-02T08:01:00.0Z","InitiatingProcessFileName":"app.exe","InitiatingProcessFolderPath":"C:\\Users\\user1\\Downloads\\app.exe"}

path image marked
origin download url=https://files.example/app.exe sha256=$sha256(app)
