/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What part a program plays: who passes things on without being at fault (channels), who starts
 * everything (parents of the operating system), and whose deeds are those of what it runs
 * (interpreters, hosts of others' code). Known by path and signer, never by name alone: a svchost.exe
 * outside its folder has no role, and that is worth a remark.
 */
#include "graph/lookup.h"

enum role {
	ROLE_PARENT = 1 << 0,	   /* explorer, services, systemd: passed through, never blamed */
	ROLE_BROWSER = 1 << 1,	   /* what it writes was fetched */
	ROLE_MAIL = 1 << 2,
	ROLE_INSTALLER = 1 << 3,   /* what it writes belongs to the package it was given */
	ROLE_DEPLOYMENT = 1 << 4,  /* an agent that a management server tells what to install */
	ROLE_INTERPRETER = 1 << 5, /* the script acted */
	ROLE_HOST = 1 << 6,	   /* a library, a service or a component acted */
	ROLE_COPIER = 1 << 7,	   /* copies, moves, unpacks: what it writes came from elsewhere */
	ROLE_STOCK = 1 << 8,	   /* the operating system's own program: its file is not followed */
	ROLE_REMOTE = 1 << 9,	   /* carries out what another host asks for */
	ROLE_SCHEDULER = 1 << 10,  /* starts what tasks or services say */
	ROLE_ODD_PLACE = 1 << 11,  /* bears such a program's name and stands elsewhere, or is signed by
				      somebody else */
};

/* Roles, or'd, of a program by its image's path and, where known, its signer or company. */
unsigned role_of(struct slice image, const struct content *c);
/* Is this folder one of the operating system's own? */
bool role_system_path(struct slice path);
/* The language package a path lies in: node_modules/NAME, site-packages/NAME, .vscode/extensions/NAME-VERSION;
 * p NULL where none. ecosystem: "npm", "pypi", "vscode". */
struct slice role_language_package(struct slice path, const char **ecosystem);
/* The package whose script this is, by where dpkg keeps them: /var/lib/dpkg/info/NAME[:ARCH].postinst; p NULL where none. */
struct slice role_maintainer_package(struct slice path);
