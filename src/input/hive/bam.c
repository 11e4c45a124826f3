/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Background and desktop activity moderators: when each user last ran a program, since Windows 10 1709.
 * Services\bam\State\UserSettings\<SID> (before 1809 without State), value <NT device path or package> =
 * FILETIME, 8 bytes of 0, package 4, 2 4. What was not run for 7 days is purged at boot.
 */
#include "base/cursor.h"
#include "input/hive/artifacts.h"

#define DATA_BYTES_MIN 8u

static void find_users(struct hive *h, uint32_t settings)
{
	HIVE_EACH_CHILD(h, settings, user) {
		HIVE_EACH_VALUE(h, user, i) {
			struct regf_value v = regf_value_at(&h->regf, i);

			if (v.type == REGF_BINARY && v.size >= DATA_BYTES_MIN)
				hive_item(h, &hive_bam, user, i, 0);
		}
	}
}

static void find(struct hive *h)
{
	static const char *const places[] = { "bam\\State\\UserSettings", "bam\\UserSettings",
					      "dam\\State\\UserSettings", "dam\\UserSettings" };
	uint32_t number;

	HIVE_EACH_CHILD(h, 0, set) {
		if (!hive_control_set(h, set, &number))
			continue;
		uint32_t services = regf_child(&h->regf, set, "Services");

		for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
			find_users(h, regf_find(&h->regf, services, places[i]));
	}
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	struct slice data = regf_value_data(&h->regf, it->value, &ev->arena);
	struct slice path = hive_value_name(h, it->value, &ev->arena), sid = hive_name(h, it->key, &ev->arena);

	ev->ptr.offset = regf_value_at(&h->regf, it->value).offset;
	hive_put_text(h, ev, HIVE_PATH, path);
	hive_put_text(h, ev, HIVE_USER_SID, sid);
	ev->time_kind = "run";
	ev->completeness = COMPLETENESS_CAPPED;
	if (data.n < DATA_BYTES_MIN) {
		ev->damaged = true;
		return;
	}
	ev->time = when_filetime(load_u64(data.p));
	if (!ev->time.set)
		return;
	ev->proves = STAGE_BIT(STAGE_S3);
	if (!path.n || path.p[0] != '\\') /* a package: which program of it ran is not said */
		return;
	ev->op = ACTIVITY_PROCESS_START;
	hive_make_text(h, ev, HIVE_S_IMAGE, path);
	hive_make_text(h, ev, HIVE_S_USER, sid);
}

const struct hive_artifact hive_bam = { "bam", find, put };
