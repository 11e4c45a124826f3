/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Adds single acts to a machine, in any order of time. What lies behind the exercise's end is left
 * out. Texts are borrowed: literals or of an arena. */
#include "rehearse/model.h"

/* A program of the operating system by its file name: "cmd.exe", "/usr/bin/curl". */
const struct image *image_system(struct host *h, const char *name);
const struct image *image_new(struct host *h, struct image i);
/* A file of a release, as it lies on this machine. */
const struct image *image_part(struct host *h, const struct product *p, unsigned release,
			       enum part part);
/* The path's last part. */
const char *file_tail(const char *path);

const struct proc *act_start(struct host *h, int64_t ns, const struct image *image,
			     const char *command, const struct proc *parent);
/* The user's, though the system started it. */
const struct proc *act_start_user(struct host *h, int64_t ns, const struct image *image,
				  const char *command, const struct proc *parent);
/* As act_start, in a working folder of its own. */
const struct proc *act_start_in(struct host *h, int64_t ns, const struct image *image,
				const char *command, const char *folder, const struct proc *parent);
void act_load(struct host *h, int64_t ns, const struct proc *who, const struct image *file);
void act_write(struct host *h, int64_t ns, const struct proc *who, const struct image *file);
void act_write_other(struct host *h, int64_t ns, const struct proc *who, const char *path);
void act_mark(struct host *h, int64_t ns, const struct proc *who, const char *path, const char *url,
	      const char *referrer);
void act_delete(struct host *h, int64_t ns, const struct proc *who, const char *path);
/* Asks for the name, and connects a second later. */
void act_talk(struct host *h, int64_t ns, const struct proc *who, const char *domain);
void act_registry(struct host *h, int64_t ns, const struct proc *who, const char *key,
		  const char *value);
void act_service(struct host *h, int64_t ns, const struct proc *who, const char *name,
		 const char *command);
void act_agent(struct host *h, int64_t ns, const struct proc *who, const char *item,
	       const char *program);
void act_read(struct host *h, int64_t ns, const struct proc *who, const char *path);
void act_access(struct host *h, int64_t ns, const struct proc *who, const struct proc *other,
		const char *rights);
void act_logon(struct host *h, int64_t ns, bool user, const char *type);
void act_package(struct host *h, int64_t ns, const struct proc *who, const struct product *p,
		 unsigned release, const char *before, const char *file, const char *command);
/* who NULL: the scanner names no process. */
void act_detect(struct host *h, int64_t ns, const struct proc *who, const struct image *file,
		const char *threat, const char *action);
void act_boot(struct host *h, int64_t ns);
void act_signatures(struct host *h, int64_t ns, const char *version);
