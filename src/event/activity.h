/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The operations that carry causality (DESIGN, "activity"): one entity did something to another.
 * A record that tells one has its op here, its actor in ProcessGuid and Image (for a process start:
 * ParentProcessGuid and ParentImage), and its object in the op's field below, under the names of
 * Sigma's taxonomy whatever the product.
 *
 * file_present and inventory are what an observer found, not what somebody did: the file stood there, or
 * the software was listed as installed, at the record's time or before it. They have no actor. Fields of
 * theirs: Hashes, FileVersion or Version, Product, Company, FileSize, InstallLocation, SignatureStatus.
 */
#include "base/slice.h"

/*  id, its word, the field that names the object */
#define ACTIVITIES(X)                                                                              \
	X(NONE, "none", "")                                                                        \
	X(PROCESS_START, "process_start", "Image")                                                 \
	X(PROCESS_END, "process_end", "Image")                                                     \
	X(PROCESS_ACCESS, "process_access", "TargetImage")                                         \
	X(REMOTE_THREAD, "remote_thread", "TargetImage")                                           \
	X(IMAGE_LOAD, "image_load", "ImageLoaded")                                                 \
	X(DRIVER_LOAD, "driver_load", "ImageLoaded")                                               \
	X(FILE_CREATE, "file_create", "TargetFilename")                                            \
	X(FILE_WRITE, "file_write", "TargetFilename")                                              \
	X(FILE_RENAME, "file_rename", "TargetFilename")                                            \
	X(FILE_DELETE, "file_delete", "TargetFilename")                                            \
	X(FILE_READ, "file_read", "TargetFilename")                                                \
	X(FILE_LINK, "file_link", "TargetFilename")                                                \
	X(STREAM, "stream", "TargetFilename")                                                      \
	X(DOWNLOAD, "download", "TargetFilename")                                                  \
	X(NETWORK_CONNECT, "network_connect", "DestinationIp")                                     \
	X(NETWORK_ACCEPT, "network_accept", "SourceIp")                                            \
	X(DNS_QUERY, "dns_query", "QueryName")                                                     \
	X(HTTP_REQUEST, "http_request", "c-uri")                                                   \
	X(REGISTRY_SET, "registry_set", "TargetObject")                                            \
	X(REGISTRY_DELETE, "registry_delete", "TargetObject")                                      \
	X(SERVICE_CREATE, "service_create", "ServiceName")                                         \
	X(TASK_CREATE, "task_create", "TaskName")                                                  \
	X(PIPE, "pipe", "PipeName")                                                                \
	X(WMI, "wmi", "Name")                                                                      \
	X(LOGON, "logon", "TargetUserName")                                                        \
	X(USER_CREATE, "user_create", "TargetUserName")                                            \
	X(SHARE, "share_access", "ShareName")                                                      \
	X(FILE_PRESENT, "file_present", "TargetFilename")                                          \
	X(PACKAGE, "package", "Package")                                                           \
	X(INVENTORY, "inventory", "Product")                                                       \
	X(SCRIPT, "script", "ScriptBlockText")                                                     \
	X(BOOT, "boot", "")                                                                        \
	X(ALERT, "alert", "TargetFilename")

enum activity_op {
#define X(id, word, object) ACTIVITY_##id,
	ACTIVITIES(X)
#undef X
	ACTIVITY_COUNT
};

const char *activity_text(enum activity_op op);
/* The field that names what the operation was done to; "" for ACTIVITY_NONE. */
const char *activity_object(enum activity_op op);
/* False for a word that is none. */
bool activity_find(struct slice word, enum activity_op *ret);
