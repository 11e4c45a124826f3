/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What records say was done. First the rows for records whose dialect named the operation, in the
 * names of Sigma's taxonomy (Sysmon's, for the most part); then event logs by channel and id.
 * Sources: Sysmon 15 schema; Microsoft's documentation of audit events; for MsiInstaller, BITS,
 * Defender, WMI and Task Scheduler the providers' manifests. Positions in MsiInstaller's Data:
 * 1033 product, version, language, status, manufacturer; 11707/11708 one sentence.
 */
#include "graph/extract.h"

#define A(x) (SLOT_ATTRIBUTE + ATTRIBUTE_##x)
#define ACTOR                                                                                      \
	{ SLOT_SUBJECT_KEY, "ProcessGuid" }, { SLOT_SUBJECT_PID, "ProcessId" },                    \
		{ SLOT_SUBJECT_NAME, "Image" }
#define FROM_TO                                                                                    \
	{ SLOT_SUBJECT_KEY, "SourceProcessGUID|SourceProcessGuid|ProcessGuid" },                   \
		{ SLOT_SUBJECT_PID, "SourceProcessId|ProcessId" },                                 \
		{ SLOT_SUBJECT_NAME, "SourceImage|Image" },                                        \
		{ SLOT_OBJECT_KEY, "TargetProcessGUID|TargetProcessGuid" },                        \
		{ SLOT_OBJECT_PID, "TargetProcessId" }, { SLOT_OBJECT_NAME, "TargetImage" }
#define IDENTITY                                                                                   \
	{ A(PRODUCT), "Product" }, { A(VERSION), "FileVersion" }, { A(COMPANY), "Company" },       \
		{ A(ORIGINAL_NAME), "OriginalFileName" }, { SLOT_HASHES, "Hashes" },               \
		{ A(SIGNER), "Signature|Signer" }, { A(SIGNATURE), "SignatureStatus|Signed" }
#define FILE_OF                                                                                    \
	ACTOR, { SLOT_OBJECT_NAME, "TargetFilename" }, { SLOT_HASHES, "Hashes|Hash" },             \
		{ A(HOST_URL), "HostUrl|Url" }, { A(REFERRER_URL), "ReferrerUrl" }, { A(USER), "User" }
#define REGISTRY_OF                                                                                \
	ACTOR, { SLOT_OBJECT_NAME, "TargetObject" }, { A(DETAILS), "Details" },                    \
		{ A(ACTION), "EventType" }
#define MSI(id, action)                                                                            \
	{ "Application", "MsiInstaller", id, ACTIVITY_PACKAGE,                                     \
	  { { SLOT_OBJECT_NAME, "#1" }, { A(VERSION), "#2" }, { A(COMPANY), "#5" },                \
	    { A(ACTION), "=" action }, { SLOT_SUBJECT_PID, "ClientProcessId" },                      \
	    { SLOT_MESSAGE, "Message" } } }
#define SYSMON "Microsoft-Windows-Sysmon/Operational"
#define DEFENDER "Microsoft-Windows-Windows Defender/Operational"
#define SIGNATURES "HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Signature Updates\\AVSignatureVersion"
#define REALTIME "HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Real-Time Protection\\DisableRealtimeMonitoring"

/* What PROCESS_START means wherever the names are Sigma's. */
#define PROCESS_START_FIELDS                                                                       \
	{ SLOT_SUBJECT_KEY, "ParentProcessGuid" }, { SLOT_SUBJECT_PID, "ParentProcessId" },        \
		{ SLOT_SUBJECT_NAME, "ParentImage" }, { SLOT_OBJECT_KEY, "ProcessGuid" },          \
		{ SLOT_OBJECT_PID, "ProcessId" }, { SLOT_OBJECT_NAME, "Image" },                   \
		{ A(COMMAND_LINE), "CommandLine" }, { A(DIRECTORY), "CurrentDirectory" },          \
		{ A(USER), "User" }, { A(LOGON_ID), "LogonId" }, IDENTITY

const struct extract_row extract_rows[] = {
	{ NULL, NULL, 0, ACTIVITY_PROCESS_START, { PROCESS_START_FIELDS } },
	{ NULL, NULL, 0, ACTIVITY_PROCESS_END, { ACTOR } },
	{ NULL, NULL, 0, ACTIVITY_PROCESS_ACCESS, { FROM_TO, { A(ACCESS), "GrantedAccess" } } },
	{ NULL, NULL, 0, ACTIVITY_REMOTE_THREAD, { FROM_TO } },
	{ NULL, NULL, 0, ACTIVITY_IMAGE_LOAD,
	  { ACTOR, { SLOT_OBJECT_NAME, "ImageLoaded" }, IDENTITY } },
	{ NULL, NULL, 0, ACTIVITY_DRIVER_LOAD,
	  { ACTOR, { SLOT_OBJECT_NAME, "ImageLoaded" }, IDENTITY } },
	{ NULL, NULL, 0, ACTIVITY_FILE_CREATE, { FILE_OF } },
	{ NULL, NULL, 0, ACTIVITY_FILE_WRITE, { FILE_OF } },
	{ NULL, NULL, 0, ACTIVITY_FILE_RENAME,
	  { FILE_OF, { A(SOURCE_FILE), "SourceFilename|PreviousFileName" } } },
	{ NULL, NULL, 0, ACTIVITY_FILE_LINK, { FILE_OF, { A(SOURCE_FILE), "SourceFilename" } } },
	{ NULL, NULL, 0, ACTIVITY_FILE_DELETE, { FILE_OF } },
	{ NULL, NULL, 0, ACTIVITY_FILE_READ, { FILE_OF } },
	{ NULL, NULL, 0, ACTIVITY_STREAM, { FILE_OF, { SLOT_ZONE, "Contents" } } },
	{ NULL, NULL, 0, ACTIVITY_DOWNLOAD, { FILE_OF } },
	{ NULL, NULL, 0, ACTIVITY_NETWORK_CONNECT,
	  { ACTOR, { SLOT_OBJECT_NAME, "DestinationIp|DestinationHostname" },
	    { A(REMOTE_HOST), "DestinationHostname" }, { A(PORT), "DestinationPort" },
	    { A(PROTOCOL), "Protocol" }, { A(DIRECTION), "Initiated" },
	    { A(LOCAL_ADDRESS), "SourceIp" } } },
	{ NULL, NULL, 0, ACTIVITY_NETWORK_ACCEPT,
	  { ACTOR, { SLOT_OBJECT_NAME, "SourceIp" }, { A(PORT), "DestinationPort" },
	    { A(LOCAL_ADDRESS), "DestinationIp" } } },
	{ NULL, NULL, 0, ACTIVITY_DNS_QUERY,
	  { ACTOR, { SLOT_OBJECT_NAME, "QueryName" }, { A(DETAILS), "QueryResults" },
	    { A(LOCAL_ADDRESS), "SourceIp" } } },
	{ NULL, NULL, 0, ACTIVITY_HTTP_REQUEST,
	  { ACTOR, { SLOT_OBJECT_NAME, "c-uri|url" }, { A(LOCAL_ADDRESS), "SourceIp" } } },
	{ NULL, NULL, 0, ACTIVITY_REGISTRY_SET, { REGISTRY_OF } },
	{ NULL, NULL, 0, ACTIVITY_REGISTRY_DELETE, { REGISTRY_OF } },
	{ NULL, NULL, 0, ACTIVITY_SERVICE_CREATE,
	  { ACTOR, { SLOT_OBJECT_NAME, "ServiceName" },
	    { A(DETAILS), "ImagePath|ServiceFileName|CommandLine" } } },
	{ NULL, NULL, 0, ACTIVITY_TASK_CREATE,
	  { ACTOR, { SLOT_OBJECT_NAME, "TaskName" }, { A(DETAILS), "TaskContent|CommandLine" } } },
	{ NULL, NULL, 0, ACTIVITY_PIPE, { ACTOR, { SLOT_OBJECT_NAME, "PipeName" } } },
	{ NULL, NULL, 0, ACTIVITY_WMI,
	  { ACTOR, { SLOT_OBJECT_NAME, "Name|Consumer" }, { A(DETAILS), "Destination|Query" } } },
	{ NULL, NULL, 0, ACTIVITY_LOGON,
	  { ACTOR, { SLOT_OBJECT_NAME, "TargetUserName" }, { A(LOGON_ID), "TargetLogonId|LogonId" },
	    { A(LOGON_TYPE), "LogonType" }, { A(REMOTE_ADDRESS), "IpAddress" },
	    { A(REMOTE_HOST), "WorkstationName" } } },
	{ NULL, NULL, 0, ACTIVITY_PACKAGE,
	  { ACTOR, { SLOT_OBJECT_NAME, "Package|Product" }, { A(VERSION), "Version|FileVersion" },
	    { A(OLD_VERSION), "OldVersion" }, { A(ACTION), "Action" }, { A(COMPANY), "Company" },
	    { A(COMMAND_LINE), "CommandLine" }, { A(HOST_URL), "Resolved" }, { A(USER), "User" },
	    { A(ECOSYSTEM), "ecosystem" }, { SLOT_HASHES, "Hashes" } } },
	{ NULL, NULL, 0, ACTIVITY_FILE_PRESENT, { { SLOT_OBJECT_NAME, "TargetFilename" }, IDENTITY } },
	{ NULL, NULL, 0, ACTIVITY_INVENTORY,
	  { { SLOT_OBJECT_NAME, "Product" }, { A(VERSION), "Version|FileVersion" }, { A(COMPANY), "Company" },
	    { A(DIRECTORY), "InstallLocation" }, { A(ECOSYSTEM), "ecosystem" }, { SLOT_HASHES, "Hashes" } } },
	{ NULL, NULL, 0, ACTIVITY_SCRIPT, { ACTOR, { SLOT_OBJECT_NAME, "ScriptBlockText" } } },
	{ NULL, NULL, 0, ACTIVITY_ALERT,
	  { { SLOT_SUBJECT_KEY, "ProcessGuid|SourceProcessGUID|SourceProcessGuid" },
	    { SLOT_SUBJECT_PID, "ProcessId|SourceProcessId" },
	    { SLOT_SUBJECT_NAME, "Image|SourceImage|ProcessName|NewProcessName" },
	    { SLOT_OBJECT_NAME, "TargetFilename|Path|ObjectName" }, { SLOT_HASHES, "Hashes|Hash" },
	    { A(COMMAND_LINE), "CommandLine" }, { A(USER), "User" }, { A(ACTION), "Action" } } },

	{ SYSMON, NULL, 1, ACTIVITY_PROCESS_START, { PROCESS_START_FIELDS } },
	{ SYSMON, NULL, 3, ACTIVITY_NETWORK_CONNECT, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 5, ACTIVITY_PROCESS_END, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 6, ACTIVITY_DRIVER_LOAD, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 7, ACTIVITY_IMAGE_LOAD, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 8, ACTIVITY_REMOTE_THREAD, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 10, ACTIVITY_PROCESS_ACCESS, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 11, ACTIVITY_FILE_CREATE, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 12, ACTIVITY_REGISTRY_SET, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 13, ACTIVITY_REGISTRY_SET, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 14, ACTIVITY_REGISTRY_SET, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 15, ACTIVITY_STREAM, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 17, ACTIVITY_PIPE, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 18, ACTIVITY_PIPE, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 19, ACTIVITY_WMI, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 20, ACTIVITY_WMI, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 21, ACTIVITY_WMI, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 22, ACTIVITY_DNS_QUERY, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 23, ACTIVITY_FILE_DELETE, { { SLOT_END, NULL } } },
	/* Process tampering: its image was replaced in memory; by whom is not said. */
	{ SYSMON, NULL, 25, ACTIVITY_REMOTE_THREAD,
	  { { SLOT_OBJECT_KEY, "ProcessGuid" }, { SLOT_OBJECT_PID, "ProcessId" },
	    { SLOT_OBJECT_NAME, "Image" }, { A(ACTION), "Type" } } },
	{ SYSMON, NULL, 26, ACTIVITY_FILE_DELETE, { { SLOT_END, NULL } } },
	{ SYSMON, NULL, 29, ACTIVITY_FILE_CREATE, { { SLOT_END, NULL } } },

	{ "Security", NULL, 4688, ACTIVITY_PROCESS_START,
	  { { SLOT_SUBJECT_PID, "ProcessId" }, { SLOT_SUBJECT_NAME, "ParentProcessName" },
	    { SLOT_OBJECT_PID, "NewProcessId" }, { SLOT_OBJECT_NAME, "NewProcessName" },
	    { A(COMMAND_LINE), "CommandLine" }, { A(USER), "SubjectUserName" },
	    { A(LOGON_ID), "SubjectLogonId" } } },
	{ "Security", NULL, 4689, ACTIVITY_PROCESS_END,
	  { { SLOT_SUBJECT_PID, "ProcessId" }, { SLOT_SUBJECT_NAME, "ProcessName" } } },
	{ "Security", NULL, 4656, ACTIVITY_PROCESS_ACCESS,
	  { { SLOT_SUBJECT_PID, "ProcessId" }, { SLOT_SUBJECT_NAME, "ProcessName" },
	    { SLOT_OBJECT_NAME, "ObjectName" }, { A(ACCESS), "AccessMask" },
	    { A(ACTION), "ObjectType" } } },
	{ "Security", NULL, 4663, ACTIVITY_PROCESS_ACCESS,
	  { { SLOT_SUBJECT_PID, "ProcessId" }, { SLOT_SUBJECT_NAME, "ProcessName" },
	    { SLOT_OBJECT_NAME, "ObjectName" }, { A(ACCESS), "AccessMask" },
	    { A(ACTION), "ObjectType" } } },
	{ "Security", NULL, 4664, ACTIVITY_FILE_LINK,
	  { { SLOT_OBJECT_NAME, "LinkName" }, { A(SOURCE_FILE), "FileName" },
	    { A(USER), "SubjectUserName" }, { A(LOGON_ID), "SubjectLogonId" } } },
	{ "Security", NULL, 4624, ACTIVITY_LOGON,
	  { { SLOT_SUBJECT_PID, "ProcessId" }, { SLOT_SUBJECT_NAME, "ProcessName" },
	    { SLOT_OBJECT_NAME, "TargetUserName" }, { A(LOGON_ID), "TargetLogonId" },
	    { A(LOGON_TYPE), "LogonType" }, { A(REMOTE_ADDRESS), "IpAddress" },
	    { A(REMOTE_HOST), "WorkstationName" } } },
	{ "Security", NULL, 4648, ACTIVITY_LOGON,
	  { { SLOT_SUBJECT_PID, "ProcessId" }, { SLOT_SUBJECT_NAME, "ProcessName" },
	    { SLOT_OBJECT_NAME, "TargetUserName" }, { A(REMOTE_HOST), "TargetServerName" },
	    { A(DIRECTION), "=out" } } },
	{ "Security", NULL, 4697, ACTIVITY_SERVICE_CREATE,
	  { { SLOT_SUBJECT_PID, "ClientProcessId" }, { SLOT_OBJECT_NAME, "ServiceName" },
	    { A(DETAILS), "ServiceFileName" }, { A(LOGON_ID), "SubjectLogonId" },
	    { A(USER), "SubjectUserName" } } },
	{ "Security", NULL, 4698, ACTIVITY_TASK_CREATE,
	  { { SLOT_SUBJECT_PID, "ClientProcessId" }, { SLOT_OBJECT_NAME, "TaskName" },
	    { A(DETAILS), "TaskContent" }, { A(LOGON_ID), "SubjectLogonId" },
	    { A(USER), "SubjectUserName" } } },
	{ "Security", NULL, 4720, ACTIVITY_USER_CREATE,
	  { { SLOT_OBJECT_NAME, "TargetUserName" }, { A(USER), "SubjectUserName" },
	    { A(LOGON_ID), "SubjectLogonId" } } },
	{ "Security", NULL, 5140, ACTIVITY_SHARE,
	  { { SLOT_OBJECT_NAME, "ShareName" }, { A(REMOTE_ADDRESS), "IpAddress" },
	    { A(USER), "SubjectUserName" }, { A(LOGON_ID), "SubjectLogonId" } } },
	{ "Security", NULL, 5145, ACTIVITY_SHARE,
	  { { SLOT_OBJECT_NAME, "ShareName" }, { A(SOURCE_FILE), "RelativeTargetName" },
	    { A(ACCESS), "AccessMask" }, { A(REMOTE_ADDRESS), "IpAddress" },
	    { A(USER), "SubjectUserName" }, { A(LOGON_ID), "SubjectLogonId" } } },
	{ "Security", NULL, 5156, ACTIVITY_NETWORK_CONNECT,
	  { { SLOT_SUBJECT_PID, "ProcessID" }, { SLOT_SUBJECT_NAME, "Application" },
	    { SLOT_OBJECT_NAME, "DestAddress" }, { A(PORT), "DestPort" },
	    { A(PROTOCOL), "Protocol" }, { A(DIRECTION), "Direction" },
	    { A(LOCAL_ADDRESS), "SourceAddress" } } },
	{ "System", NULL, 7045, ACTIVITY_SERVICE_CREATE,
	  { { SLOT_OBJECT_NAME, "ServiceName" }, { A(DETAILS), "ImagePath" },
	    { A(USER), "AccountName" } } },
	{ "System", "EventLog", 6005, ACTIVITY_BOOT, { { SLOT_END, NULL } } },
	{ "System", "Microsoft-Windows-Kernel-General", 12, ACTIVITY_BOOT, { { SLOT_END, NULL } } },
	MSI(1033, "install"),
	MSI(1034, "remove"),
	{ "Application", "MsiInstaller", 1040, ACTIVITY_PACKAGE,
	  { { SLOT_OBJECT_NAME, "#1" }, { SLOT_SUBJECT_PID, "#2" }, { A(SOURCE_FILE), "#1" },
	    { A(ACTION), "=begin" }, { SLOT_MESSAGE, "Message" } } },
	{ "Application", "MsiInstaller", 1042, ACTIVITY_PACKAGE,
	  { { SLOT_OBJECT_NAME, "#1" }, { SLOT_SUBJECT_PID, "#2" }, { A(SOURCE_FILE), "#1" },
	    { A(ACTION), "=end" }, { SLOT_MESSAGE, "Message" } } },
	{ "Application", "MsiInstaller", 11707, ACTIVITY_PACKAGE,
	  { { SLOT_OBJECT_NAME, "#1" }, { A(ACTION), "=installed" }, { SLOT_MESSAGE, "Message" } } },
	{ "Application", "MsiInstaller", 11708, ACTIVITY_PACKAGE,
	  { { SLOT_OBJECT_NAME, "#1" }, { A(ACTION), "=failed" }, { SLOT_MESSAGE, "Message" } } },
	{ "Microsoft-Windows-PowerShell/Operational", NULL, 4104, ACTIVITY_SCRIPT,
	  { { SLOT_SUBJECT_PID, "Execution_ProcessID|ExecutionProcessID" },
	    { SLOT_OBJECT_NAME, "ScriptBlockText" }, { A(SOURCE_FILE), "Path" } } },
	{ "Microsoft-Windows-PowerShell/Operational", NULL, 4103, ACTIVITY_SCRIPT,
	  { { SLOT_SUBJECT_PID, "Execution_ProcessID|ExecutionProcessID" },
	    { SLOT_OBJECT_NAME, "Payload" }, { A(DETAILS), "ContextInfo" } } },
	{ "Microsoft-Windows-Bits-Client/Operational", NULL, 59, ACTIVITY_DOWNLOAD,
	  { { SLOT_OBJECT_NAME, "name|transferId" }, { A(HOST_URL), "url|Url" },
	    { A(ACTION), "=bits begin" } } },
	{ "Microsoft-Windows-Bits-Client/Operational", NULL, 60, ACTIVITY_DOWNLOAD,
	  { { SLOT_OBJECT_NAME, "name|transferId" }, { A(HOST_URL), "url|Url" },
	    { A(ACTION), "=bits end" } } },
	{ "Microsoft-Windows-Bits-Client/Operational", NULL, 16403, ACTIVITY_DOWNLOAD,
	  { { SLOT_OBJECT_NAME, "LocalName" }, { A(HOST_URL), "RemoteName" },
	    { A(USER), "User" }, { SLOT_SUBJECT_PID, "processId" }, { A(ACTION), "=bits add" } } },
	/* Settings: exclusions among them. */
	{ DEFENDER, NULL, 5007, ACTIVITY_REGISTRY_SET, { { SLOT_OBJECT_NAME, "New Value|NewValue|New_Value" } } },
	/* New signatures: the value that holds their version. */
	{ DEFENDER, NULL, 2000, ACTIVITY_REGISTRY_SET,
	  { { SLOT_OBJECT_NAME, "=" SIGNATURES },
	    { A(DETAILS), "Current security intelligence Version|Current Signature Version" } } },
	/* Real-time protection on and off: the value that says so, whoever set it. */
	{ DEFENDER, NULL, 5000, ACTIVITY_REGISTRY_SET,
	  { { SLOT_OBJECT_NAME, "=" REALTIME }, { A(DETAILS), "=DWORD (0x00000000)" } } },
	{ DEFENDER, NULL, 5001, ACTIVITY_REGISTRY_SET,
	  { { SLOT_OBJECT_NAME, "=" REALTIME }, { A(DETAILS), "=DWORD (0x00000001)" } } },
	{ DEFENDER, NULL, 1116, ACTIVITY_ALERT,
	  { { SLOT_SUBJECT_NAME, "Process Name" }, { SLOT_OBJECT_NAME, "Path" },
	    { A(DETAILS), "Threat Name" }, { A(USER), "Detection User" } } },
	{ DEFENDER, NULL, 1117, ACTIVITY_ALERT,
	  { { SLOT_SUBJECT_NAME, "Process Name" }, { SLOT_OBJECT_NAME, "Path" },
	    { A(DETAILS), "Threat Name" }, { A(ACTION), "Action Name" } } },
	{ DEFENDER, NULL, 1121, ACTIVITY_ALERT,
	  { { SLOT_SUBJECT_NAME, "Process Name" }, { SLOT_OBJECT_NAME, "Path" },
	    { A(DETAILS), "ID" }, { A(ACTION), "=blocked" } } },
	{ "Microsoft-Windows-WMI-Activity/Operational", NULL, 5861, ACTIVITY_WMI,
	  { { SLOT_OBJECT_NAME, "CONSUMER" }, { A(DETAILS), "PossibleCause" } } },
	{ "Microsoft-Windows-TaskScheduler/Operational", NULL, 106, ACTIVITY_TASK_CREATE,
	  { { SLOT_OBJECT_NAME, "TaskName" }, { A(USER), "UserContext" } } },
	{ "Microsoft-Windows-TaskScheduler/Operational", NULL, 129, ACTIVITY_TASK_CREATE,
	  { { SLOT_OBJECT_NAME, "TaskName" }, { A(DETAILS), "Path" }, { A(ACTION), "=start" } } },
};
const size_t extract_row_count = sizeof(extract_rows) / sizeof(*extract_rows);
