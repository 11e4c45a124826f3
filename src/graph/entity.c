/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/entity.h"

static const char *const kind_words[ENTITY_KIND_COUNT] = {
#define X(id, word) [ENTITY_##id] = word,
	ENTITY_KINDS(X)
#undef X
};

static const char *const attribute_words[ATTRIBUTE_COUNT] = {
#define X(id, word) [ATTRIBUTE_##id] = word,
	ATTRIBUTES(X)
#undef X
};

static const struct {
	enum entity_kind kind;
	bool into;
} objects[ACTIVITY_COUNT] = {
	[ACTIVITY_PROCESS_START] = { ENTITY_PROCESS, true },
	[ACTIVITY_PROCESS_ACCESS] = { ENTITY_PROCESS, true },
	[ACTIVITY_REMOTE_THREAD] = { ENTITY_PROCESS, true },
	[ACTIVITY_IMAGE_LOAD] = { ENTITY_FILE, false },
	[ACTIVITY_DRIVER_LOAD] = { ENTITY_FILE, false },
	[ACTIVITY_FILE_CREATE] = { ENTITY_FILE, true },
	[ACTIVITY_FILE_WRITE] = { ENTITY_FILE, true },
	[ACTIVITY_FILE_RENAME] = { ENTITY_FILE, true },
	[ACTIVITY_FILE_DELETE] = { ENTITY_FILE, true },
	[ACTIVITY_FILE_READ] = { ENTITY_FILE, false },
	[ACTIVITY_FILE_LINK] = { ENTITY_FILE, true },
	[ACTIVITY_STREAM] = { ENTITY_FILE, true },
	[ACTIVITY_DOWNLOAD] = { ENTITY_FILE, true },
	[ACTIVITY_NETWORK_CONNECT] = { ENTITY_ADDRESS, true },
	[ACTIVITY_NETWORK_ACCEPT] = { ENTITY_ADDRESS, false },
	[ACTIVITY_DNS_QUERY] = { ENTITY_DOMAIN, true },
	[ACTIVITY_HTTP_REQUEST] = { ENTITY_URL, true },
	[ACTIVITY_REGISTRY_SET] = { ENTITY_REGISTRY, true },
	[ACTIVITY_REGISTRY_DELETE] = { ENTITY_REGISTRY, true },
	[ACTIVITY_SERVICE_CREATE] = { ENTITY_SERVICE, true },
	[ACTIVITY_TASK_CREATE] = { ENTITY_TASK, true },
	[ACTIVITY_PIPE] = { ENTITY_PIPE, true },
	[ACTIVITY_WMI] = { ENTITY_WMI, true },
	[ACTIVITY_LOGON] = { ENTITY_USER, true },
	[ACTIVITY_USER_CREATE] = { ENTITY_USER, true },
	[ACTIVITY_SHARE] = { ENTITY_SHARE, true },
	[ACTIVITY_PACKAGE] = { ENTITY_PACKAGE, true },
	[ACTIVITY_FILE_PRESENT] = { ENTITY_FILE, false },
	[ACTIVITY_INVENTORY] = { ENTITY_PACKAGE, false },
	[ACTIVITY_SCRIPT] = { ENTITY_SCRIPT, false },
	[ACTIVITY_ALERT] = { ENTITY_FILE, false },
};

const char *entity_kind_text(enum entity_kind k)
{
	return kind_words[k < ENTITY_KIND_COUNT ? k : ENTITY_NONE];
}

const char *attribute_text(enum attribute a)
{
	return a < ATTRIBUTE_COUNT ? attribute_words[a] : "";
}

enum entity_kind entity_kind_of(enum activity_op op)
{
	return op < ACTIVITY_COUNT ? objects[op].kind : ENTITY_NONE;
}

bool activity_into_object(enum activity_op op)
{
	return op < ACTIVITY_COUNT && objects[op].into;
}
