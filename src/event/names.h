/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The vocabulary: field names that somebody asks for (rules, dialects, the model itself), each
 * with a small number. Built once before evidence is read, immutable afterwards and shared by
 * all workers. Readers ask for the number of a field's name (once per template or key, not per
 * record); a name nobody asked for has number NAME_OTHER and is only carried along.
 *
 * Sigma matches field names with spaces without them (`Threat Name` is ThreatName): names are
 * interned with spaces stripped, and looked up both ways.
 */
#include "base/map.h"

/* The names the model itself reads. NAME_OTHER must be 0. */
#define NAMES_KNOWN(X)                                                                             \
	X(OTHER, "")                                                                               \
	X(CHANNEL, "Channel")                                                                      \
	X(EVENT_ID, "EventID")                                                                     \
	X(COMPUTER, "Computer")                                                                    \
	X(PROVIDER_NAME, "Provider_Name")                                                          \
	X(RECORD_ID, "EventRecordID")                                                              \
	X(SYSTEM_TIME, "TimeCreated_SystemTime")                                                   \
	X(EVENT_TYPE, "EventType")                                                                 \
	X(UTC_TIME, "UtcTime")                                                                     \
	X(PROCESS_GUID, "ProcessGuid")                                                             \
	X(PROCESS_ID, "ProcessId")                                                                 \
	X(PARENT_PROCESS_GUID, "ParentProcessGuid")                                                \
	X(PARENT_PROCESS_ID, "ParentProcessId")                                                    \
	X(IMAGE, "Image")                                                                          \
	X(PARENT_IMAGE, "ParentImage")                                                             \
	X(COMMAND_LINE, "CommandLine")                                                             \
	X(PARENT_COMMAND_LINE, "ParentCommandLine")                                                \
	X(USER, "User")                                                                            \
	X(HASHES, "Hashes")                                                                        \
	X(TARGET_FILENAME, "TargetFilename")                                                       \
	X(IMAGE_LOADED, "ImageLoaded")                                                             \
	X(SOURCE_PROCESS_GUID, "SourceProcessGUID")                                                \
	X(TARGET_PROCESS_GUID, "TargetProcessGUID")                                                \
	X(NEW_PROCESS_ID, "NewProcessId")                                                          \
	X(NEW_PROCESS_NAME, "NewProcessName")                                                      \
	X(LEVEL, "Level")                                                                          \
	X(MESSAGE, "Message")

enum name {
#define X(id, text) NAME_##id,
	NAMES_KNOWN(X)
#undef X
		NAME_KNOWN_COUNT
};

struct names {
	struct map map; /* stripped name -> number */
};

/* With the known names in place. */
void names_init(struct names *n);
void names_done(struct names *n);
/* Adds a name somebody will ask for; gives its number. Spaces are stripped. */
uint32_t names_add(struct names *n, struct slice name);
/* The number of a field as the evidence spells it, or NAME_OTHER. Never adds. */
uint32_t names_find(const struct names *n, struct slice name);
static inline size_t names_count(const struct names *n)
{
	return n->map.n;
}
