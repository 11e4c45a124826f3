/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parts of a machine's three days: what runs on it, ordinary work, the administrator's agent,
 * and the product. Each writes its records into the machine; who calls them is rehearse.c.
 */
#include "rehearse/phone/record.h"

/* What is there to do things: one set of user programs for each day, the system's for all. */
struct desk {
	struct process explorer, chrome, firefox, outlook, excel;
	int64_t from, to;
};

struct fleet_processes {
	struct process services, svchost, msiexec, defender, lsass;
	struct desk desks[STORY_DAYS];
};

extern const struct program program_cmd, program_powershell, program_whoami, program_net,
	program_nltest, program_ipconfig, program_systeminfo;

/* Boots the machine and logs its user on each morning. */
void fleet_start(struct machine *m, struct fleet_processes *ret);
/* One thing somebody or something does at some time. */
void fleet_ordinary(struct machine *m, const struct fleet_processes *f);
/* The administrator's agent: rules fire, the release has nothing to do with it. */
void fleet_administrator(struct machine *m, const struct fleet_processes *f);
/* The unrelated program and its clean update. */
void fleet_neighbour(struct machine *m, const struct fleet_processes *f);
/* Lumen Call: installed, updated, and what then happens on this machine. */
void fleet_product(struct machine *m, const struct fleet_processes *f);
