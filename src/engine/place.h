/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a file's path says of the collection that it belongs to, by the layouts of the collectors that
 * people use: KAPE (C/Windows/..), Velociraptor (uploads/auto/C%3A/..), CyLR (C/..), UAC ([root]/..,
 * live_response/..), DFIR-ORC (by the archive's name), and a machine's drive as it is (Windows/System32,
 * etc/hostname, System/Library/CoreServices). Paths only: what is in the files is not looked at, and a
 * path that looks like a machine's is a hint, no proof. Pure functions.
 */
#include "base/slice.h"

/* Files that tell the machine's name or number. The lower, the more a name in it counts. */
enum identity {
	IDENTITY_NONE,
	IDENTITY_HIVE,	    /* SYSTEM, SOFTWARE */
	IDENTITY_MACHINE,   /* etc/hostname, machine-id, os-release, SystemVersion.plist, preferences.plist */
	IDENTITY_COLLECTOR, /* client_info.json, uac.log, KAPE's console log, GetThis.csv */
	IDENTITY_FILE_NAME, /* a name that the collector makes: Collection-HOST-TIME.zip */
	IDENTITY_LOG,	    /* System.evtx, syslog: what the last records call their machine */
	IDENTITY_FOLDER,    /* what the user called the folder or the archive */
};

struct place {
	bool is_root;	  /* root_bytes holds */
	size_t root_bytes; /* the path's first bytes that lead to the root, with no '/' behind them */
	bool shadow;	  /* the root is a volume shadow copy inside of a collection */
	enum identity identity; /* what it may tell; NONE */
};

/* path: below the argument that the user gave, or inside its container. */
void place_of(struct slice path, struct place *ret);
/* From an outer root to an inner one: is what lies between a folder of a machine's own (var/lib/..,
 * Users/..)? Then the inner root is part of that machine: a container's files, a mounted image. */
bool place_is_inside_machine(struct slice between);

/* The host in the name that a collector gives its archive or folder, p NULL where it has no such name;
 * borrowed. *ret_rank says how much it counts. */
struct slice place_host_of_name(struct slice name, enum identity *ret_rank);
/* DFIR-ORC's archives hold numbered samples: only their name tells what they are. */
bool place_is_orc(struct slice name);
