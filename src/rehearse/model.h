/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What an exercise is made of: a fleet of machines, products and their releases, and what happened
 * (acts) on each machine, before anybody recorded any of it. Behaviours add acts; one writer per
 * form (rehearse/forms) puts down what that machine's telemetry would have seen of them; the truth
 * is told from the machine's fate, never from records.
 *
 * Everything here describes: no act is carried out, no file content exists but the hash of a text.
 * Owner: struct exercise; what belongs to one machine lives in its arena. One thread. Times are
 * nanoseconds since 1970; 0 where a thing does not happen. In paths "~" is the user's folder.
 */
#include "base/arena.h"
#include "base/rng.h"
#include "rehearse/rehearse.h"

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

enum os { OS_WINDOWS, OS_MACOS, OS_LINUX };

/* What records a machine. */
enum telemetry {
	SEES_FLAT,     /* Sysmon and event logs, forwarded: one flat object a record */
	SEES_EVTX,     /* the same, out of the machine's own logs, as evtx_dump nests them */
	SEES_SECURITY, /* no Sysmon: 4688 and the other logs of Windows */
	SEES_EDR,      /* rows of Defender's hunting tables */
	SEES_AUDIT,    /* Linux: auditd and the package manager's logs */
	SEES_ESLOGGER, /* macOS: Endpoint Security events and install.log */
	SEES_COLLECTION, /* no log that was kept: a collection of its disk */
	TELEMETRY_COUNT
};

/* ---- products ---- */

#define PRODUCT_RELEASES 5u

enum place {
	PLACE_USER,    /* the user's program folder, with its own updater */
	PLACE_MACHINE, /* Program Files, /Applications, /opt */
	PLACE_SERVICE, /* the same, run by the system */
};

struct product {
	const char *name, *vendor, *slug, *domain, *update_host;
	const char *library; /* the part of it that is loaded: "galmedia" */
	enum place place;
	const char *versions[PRODUCT_RELEASES];
};

enum part { PART_PROGRAM, PART_UPDATER, PART_LIBRARY };

/* One content of one file. signer NULL: not signed. content: what its hashes are made of. */
struct image {
	const char *path, *product, *company, *version, *signer, *content;
};

/* ---- acts ---- */

struct proc {
	const struct image *image;
	const char *command, *folder;
	const struct proc *parent; /* NULL: started before the records */
	int64_t start;
	uint32_t pid, serial;
	bool system; /* runs as the operating system, not as the user */
};

enum act_kind {
	ACT_START,    /* who was started, by its parent */
	ACT_LOAD,     /* who loaded file */
	ACT_WRITE,    /* who made the file at name; file: its content, or NULL */
	ACT_DELETE,   /* who removed name */
	ACT_MARK,     /* who marked name as coming from value, led there by extra */
	ACT_DNS,      /* who asked for name, and got value */
	ACT_CONNECT,  /* who connected to name at value */
	ACT_REGISTRY, /* who set name to value */
	ACT_SERVICE,  /* a service name that runs value */
	ACT_AGENT,    /* macOS: who had value registered as a launch item name */
	ACT_READ,     /* who read the file name */
	ACT_ACCESS,   /* who opened other with the rights value */
	ACT_LOGON,    /* of type value; the user's unless name is set */
	ACT_PACKAGE,  /* who installed file's product and version; value: the version before; name:
			 the  package's file; extra: the command */
	ACT_DETECT,   /* Defender found name; value: threat; extra: action; who: NULL unknown */
	ACT_BOOT,     /* the system started */
	ACT_LOGGING,  /* the log's own: name "signatures" with value its version */
	ACT_KINDS
};
#define SEEN(kind) (1u << (kind))

struct act {
	int64_t ns;
	enum act_kind kind;
	uint32_t order;
	const struct proc *who, *other;
	const struct image *file;
	const char *name, *value, *extra;
};

/* ---- machines ---- */

/* How far a machine got: offered, delivered, installed, executed, dormant, called out, beaconed,
 * second stage, interactive-style commands, impact. */
enum reached {
	REACHED_S0,
	REACHED_S1,
	REACHED_S2,
	REACHED_S3,
	REACHED_S3B,
	REACHED_S4,
	REACHED_S5,
	REACHED_S6,
	REACHED_S7,
	REACHED_S8,
	REACHED_COUNT
};

/* What befalls a machine, planned before any act. */
struct fate {
	bool has; /* the product at all, in any release */
	bool updated, blocked, dormant;
	bool further;		   /* is given a second stage */
	int64_t at[REACHED_COUNT]; /* when it reached each stage; S3B: set where it sleeps at the
				      end */
	int64_t wakes;		   /* also beyond the end */
	int64_t uninstalled;
	unsigned release; /* which bad release reached it, index in product.versions */
};

/* A product's release on a machine from then on; until 0: to the end. */
struct owned {
	const struct product *product;
	unsigned release;
	int64_t from, until;
};

enum way {
	BY_UPDATER,  /* the product's own */
	BY_DOWNLOAD, /* a user fetched the package with a browser */
	BY_AGENT,    /* the management agent */
	BY_REMOVAL,  /* it is removed */
};

/* What will be installed or removed on a machine. */
struct change {
	int64_t at; /* it is offered: delivered 8 s later, installed 30 s later, runs 45 s later */
	const struct product *product;
	unsigned release;
	enum way way;
	bool runs;
};

struct run {
	const struct product *product;
	const struct proc *proc;
};

#define HOST_SESSIONS 10u
#define HOST_OWNED 40u
#define HOST_RUNS 200u

/* A user's day, with what runs on the machine since it was started. */
struct session {
	int64_t from, to;
	const struct proc *root, *services, *svchost, *lsass, *defender, *installer, *agent;
	const struct proc *shell, *browser, *mail;
};

struct host {
	struct exercise *x;
	uint64_t index;
	struct rng rng;
	struct arena *arena;
	const char *name, *full, *user, *address;
	enum os os;
	enum telemetry sees;
	unsigned group;		/* 0, or the image it was cloned from */
	uint32_t machine;	/* number in identities: clones share it */
	bool server, bystander; /* bystander: the product is not for this system */

	int64_t reimaged, from; /* from: the oldest record that is left */
	int64_t skew;
	unsigned missing;	       /* SEEN() of kinds that are not recorded */
	bool inventoried, no_commands; /* no_commands: 4688 without command lines, its default */

	struct fate fate;
	struct session sessions[HOST_SESSIONS];
	size_t session_count;
	struct owned owned[HOST_OWNED];
	size_t owned_count;
	struct change changes[HOST_OWNED];
	size_t change_count;
	struct run runs[HOST_RUNS];
	size_t run_count;
	struct act *acts;
	size_t act_count, act_cap;
	uint32_t serial;
};

/* ---- the exercise ---- */

#define NOISE_PRODUCTS 12u
#define NAMED_MAX 64u

struct named {
	const char *product, *version;
};

/* How a fleet is dealt: percentages of machines, in the order of the enums. */
struct mix {
	unsigned os[3];
	unsigned windows[4]; /* flat, evtx, security, EDR */
};

/* What makes an exercise harder; the seed deals them. */
enum complication {
	HARD_DECOY, /* another product is updated wherever it is, just before the first contacts */
	HARD_SHELL, /* every release of the product starts a shell now and then, the good ones too
		     */
	HARD_THIN,  /* Sysmon records neither modules nor files anywhere */
	HARD_TOOL,  /* the noisy tool is only where the product is */
	HARD_FEW,   /* no more machines are taken on than must be */
	HARD_COUNT
};

struct origin {
	const char *kind; /* NULL: none; release, package, deployment, download */
	const char *product, *version, *also, *os, *url, *host, *ecosystem, *delivered_by;
	const char *sha256[4];
	size_t sha256_count;
};

struct scenario;

/* What is settled of a machine before it is made. */
struct seat {
	enum os os;
	enum telemetry sees;
	unsigned group;
	bool bystander;
	uint64_t place, of; /* among those that the product is for: 0 to of - 1, shuffled */
};

/* What the network's sensor keeps. */
enum network_log { NETWORK_CONN, NETWORK_DNS, NETWORK_SSL, NETWORK_DHCP, NETWORK_LOGS };

struct exercise {
	const struct rehearse_options *o;
	const struct scenario *scenario;
	struct arena arena; /* names, products, what truth tells */
	struct rng rng;
	unsigned days;
	int64_t start, end;
	struct product product, other; /* the one it is about, and a second one */
	struct product decoy;	       /* of HARD_DECOY */
	struct product noise[NOISE_PRODUCTS];
	int64_t noise_update[NOISE_PRODUCTS];
	enum os main;	  /* the system that the product is bad on */
	bool all_systems; /* it is for every system */
	bool main_only;	  /* and machines of others do not have it at all */
	unsigned groups;  /* images that machines are cloned from; 0: each installed by itself */
	unsigned group_percent;
	struct mix mix;
	struct seat *seats;
	bool modifiers; /* short retention, skew, missing kinds, re-imaging: dealt by the seed */
	bool may_block, may_sleep;
	bool may_be_hard;	/* complications may be dealt: set by plan() where they fit */
	unsigned hard;		/* 1 << enum complication */
	bool tool;		/* other is the administrator's tool */
	unsigned further_least; /* machines with a second stage, at least */
	const char *c2, *c2_address, *second; /* the domain, and the second module's name */
	const char *fresh;		      /* a domain that a release in order asks for first */
	const char *agent;		      /* path of the management agent's program, or NULL */
	const char *agent_name, *agent_vendor, *agent_version; /* vendor NULL: the system's own */
	int64_t event_at;				       /* of what happens at one moment */
	int64_t rollout_from, rollout_to, sleep_min, sleep_max;
	struct origin origin;
	struct named blameless[NAMED_MAX], tie[4];
	size_t blameless_count, tie_count;
	struct buf truth_hosts, network[NETWORK_LOGS], inventory;
};

struct scenario {
	const char *name, *line;
	unsigned days; /* by default */
	/* Products, mix, origin and what must not be blamed. */
	void (*plan)(struct exercise *x);
	/* One machine: its fate is dealt, its desk is there; acts to be added. */
	void (*host)(struct host *h);
};

extern const struct scenario *const scenarios[];
extern const size_t scenario_count;
const struct scenario *scenario_find(struct slice name);

/* Text in the exercise's or the machine's arena. */
const char *exercise_text(struct exercise *x, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *host_text(struct host *h, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* 64 hexadecimal digits, lower case, that stand for the SHA-256 of a file with this content. */
void content_sha256(const struct exercise *x, const char *content, char ret[65]);
/* A generator of its own for each purpose: one more draw in one place changes no other place. */
struct rng exercise_stream(const struct exercise *x, uint64_t i, uint64_t purpose);
