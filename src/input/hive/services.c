/* SPDX-License-Identifier: Apache-2.0 */
/* Services and drivers: ControlSetNNN\Services\<name>, in every control set. */
#include "input/hive/artifacts.h"
#include "input/hive/machine.h"

static void find(struct hive *h)
{
	uint32_t number;

	HIVE_EACH_CHILD(h, 0, set) {
		if (!hive_control_set(h, set, &number))
			continue;
		uint32_t services = regf_child(&h->regf, set, "Services");

		HIVE_EACH_CHILD(h, services, i) {
			hive_item(h, &hive_service, i, REGF_NONE, number);
		}
	}
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	enum { IMAGE, START, TYPE, DLL, DISPLAY, ACCOUNT, COUNT };
	static const char *const names[COUNT] = { "ImagePath",	 "Start",	"Type",
						  "ServiceDll", "DisplayName", "ObjectName" };
	struct arena *a = &ev->arena;
	uint32_t v[COUNT], parameters = regf_child(&h->regf, it->key, "Parameters");
	struct slice name = hive_name(h, it->key, a), image, dll;
	uint32_t current = 0;

	hive_pick(h, it->key, names, COUNT, v);
	image = hive_text(h, v[IMAGE], a);
	dll = hive_text(h, regf_value_find(&h->regf, parameters, "ServiceDll"), a);
	if (!dll.n)
		dll = hive_text(h, v[DLL], a);
	hive_put_text(h, ev, HIVE_NAME, name);
	hive_put_text(h, ev, HIVE_IMAGE, image);
	hive_put_value(h, ev, HIVE_START, v[START]);
	hive_put_value(h, ev, HIVE_TYPE, v[TYPE]);
	hive_put_text(h, ev, HIVE_DLL, dll);
	hive_put_u64(h, ev, HIVE_CONTROL_SET, it->extra);
	hive_put_value(h, ev, HIVE_DISPLAY_NAME, v[DISPLAY]);
	hive_put_value(h, ev, HIVE_ACCOUNT, v[ACCOUNT]);
	hive_key_time(h, ev, it->key);
	ev->proves = STAGE_BIT(STAGE_S2);
	ev->completeness = h->whole ? COMPLETENESS_COMPLETE : COMPLETENESS_UNKNOWN;
	/* Old control sets repeat what the one in use says. */
	if (!hive_control_set(h, h->control_set, &current) || current != it->extra)
		return;
	ev->op = ACTIVITY_SERVICE_CREATE;
	hive_make_text(h, ev, HIVE_S_SERVICE, name);
	hive_make_text(h, ev, HIVE_S_IMAGE_PATH, image);
	hive_make_text(h, ev, HIVE_S_SERVICE_FILE, image);
}

const struct hive_artifact hive_service = { "service", find, put };
