/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the graph is made of: entities that act or are acted upon, activities between them, and what
 * an activity's record says besides (its attributes). Words only; no storage.
 */
#include "event/activity.h"

/*  id, its word, in JSON and in the case */
#define ENTITY_KINDS(X)                                                                            \
	X(NONE, "none")                                                                            \
	X(PROCESS, "process")                                                                      \
	X(FILE, "file")                                                                            \
	X(REGISTRY, "registry")                                                                    \
	X(ADDRESS, "address")                                                                      \
	X(DOMAIN, "domain")                                                                        \
	X(URL, "url")                                                                              \
	X(SERVICE, "service")                                                                      \
	X(TASK, "task")                                                                            \
	X(USER, "user")                                                                            \
	X(PIPE, "pipe")                                                                            \
	X(SCRIPT, "script")                                                                        \
	X(PACKAGE, "package")                                                                      \
	X(WMI, "wmi")                                                                              \
	X(SHARE, "share")

enum entity_kind {
#define X(id, word) ENTITY_##id,
	ENTITY_KINDS(X)
#undef X
	ENTITY_KIND_COUNT
};

/*  id, its word */
#define ATTRIBUTES(X)                                                                              \
	X(COMMAND_LINE, "command_line")                                                            \
	X(DIRECTORY, "directory")                                                                  \
	X(USER, "user")                                                                            \
	X(LOGON_ID, "logon_id")                                                                    \
	X(LOGON_TYPE, "logon_type")                                                                \
	X(SHA256, "sha256")                                                                        \
	X(SHA1, "sha1")                                                                            \
	X(MD5, "md5")                                                                              \
	X(PRODUCT, "product")                                                                      \
	X(VERSION, "version")                                                                      \
	X(OLD_VERSION, "old_version")                                                              \
	X(COMPANY, "company")                                                                      \
	X(ORIGINAL_NAME, "original_name")                                                          \
	X(SIGNER, "signer")                                                                        \
	X(SIGNATURE, "signature") /* valid, or what the record says is wrong with it */            \
	X(HOST_URL, "host_url")                                                                    \
	X(REFERRER_URL, "referrer_url")                                                            \
	X(SOURCE_FILE, "source_file") /* of a rename, a link, an extraction */                     \
	X(DETAILS, "details")	      /* a registry value's data, a service's or task's command */ \
	X(ACCESS, "access")                                                                        \
	X(PORT, "port")                                                                            \
	X(PROTOCOL, "protocol")                                                                    \
	X(LOCAL_ADDRESS, "local_address")                                                          \
	X(REMOTE_ADDRESS, "remote_address")                                                        \
	X(REMOTE_HOST, "remote_host")                                                              \
	X(ACTION, "action")                                                                        \
	X(DIRECTION, "direction")                                                                  \
	X(PROCESS_KEY, "process_key") /* of the process that asked, where another carried it out */    \
	X(ECOSYSTEM, "ecosystem")     /* of a package: deb, rpm, npm */

enum attribute {
#define X(id, word) ATTRIBUTE_##id,
	ATTRIBUTES(X)
#undef X
	ATTRIBUTE_COUNT
};

const char *entity_kind_text(enum entity_kind k);
const char *attribute_text(enum attribute a);

/* The kind of what an operation is done to. */
enum entity_kind entity_kind_of(enum activity_op op);
/* Whether the operation carries something into its object (a write), or out of it into the actor (a
 * load, a read): which way a trace against time goes. */
bool activity_into_object(enum activity_op op);
