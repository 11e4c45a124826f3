/* SPDX-License-Identifier: Apache-2.0 */
#include "input/cmtrace/deploy.h"

#include "base/utf.h"

void deploy_init(struct deploy *d, const struct names *names)
{
	*d = (struct deploy){ 0 };
	d->package = names_find(names, slice_str("Package"));
	d->version = names_find(names, slice_str("Version"));
	d->revision = names_find(names, slice_str("Revision"));
	d->id = names_find(names, slice_str("PackageId"));
	d->action = names_find(names, slice_str("Action"));
	d->command_line = names_find(names, slice_str("CommandLine"));
	d->process_id = names_find(names, slice_str("ProcessId"));
	d->exit_code = names_find(names, slice_str("ExitCode"));
	d->state = names_find(names, slice_str("EnforcementState"));
	d->intent = names_find(names, slice_str("Intent"));
	d->content = names_find(names, slice_str("ContentPath"));
}

static bool make(struct event *ev, const char *name, uint32_t id, struct slice text)
{
	text = slice_trim(text);
	if (!text.n)
		return false;
	event_make(ev, slice_str(name), id,
		   value_text_of(utf8_valid(text) ? text : utf8_repair(&ev->arena, text)));
	return true;
}

/* What is behind lead, up to end (all of the line where end is NULL); p NULL when lead is not
 * there. */
static struct slice between(struct slice s, const char *lead, const char *end)
{
	const uint8_t *hit = slice_search(s, slice_str(lead)), *stop;

	if (!hit)
		return slice_of(NULL, 0);
	s = slice_from(s, (size_t)(hit - s.p) + strlen(lead));
	if (!end)
		return slice_head(s, slice_find(s, '\n'));
	stop = slice_search(s, slice_str(end));
	return stop ? slice_head(s, (size_t)(stop - s.p)) : slice_of(NULL, 0);
}

static bool has(struct slice s, const char *text)
{
	return slice_search(s, slice_str(text)) != NULL;
}

/* ---- what was named before ---- */

static struct deployment *of_thread(struct deploy *d, struct slice thread, bool add)
{
	thread = slice_head(thread, sizeof(d->threads[0].thread));
	for (size_t i = 0; i < DEPLOY_THREADS; i++)
		if (d->threads[i].thread_n &&
		    slice_eq(thread, slice_of(d->threads[i].thread, d->threads[i].thread_n)))
			return &d->threads[i];
	if (!add || !thread.n)
		return NULL;
	struct deployment *t = &d->threads[d->next++ % DEPLOY_THREADS];

	*t = (struct deployment){ .thread_n = (uint8_t)thread.n };
	memcpy(t->thread, thread.p, thread.n);
	return t;
}

static void remember(struct deploy *d, struct slice thread, struct slice package, struct slice id)
{
	struct deployment *t = of_thread(d, thread, true);

	if (!t)
		return;
	package = slice_head(package, DEPLOY_TEXT_MAX);
	id = slice_head(id, sizeof(t->id));
	if (package.n)
		memcpy(t->package, package.p, package.n);
	if (id.n)
		memcpy(t->id, id.p, id.n);
	t->package_n = (uint16_t)package.n;
	t->id_n = (uint8_t)id.n;
}

/* The package that this thread is at. Borrowed from d: copied, since the next message changes it.
 */
static void make_remembered(struct deploy *d, struct slice thread, struct event *ev)
{
	const struct deployment *t = of_thread(d, thread, false);

	if (!t)
		return;
	struct slice package = arena_keep(&ev->arena, slice_of(t->package, t->package_n));
	struct slice id = arena_keep(&ev->arena, slice_of(t->id, t->id_n));

	make(ev, "PackageId", d->id, id);
	make(ev, "Package", d->package, package.n ? package : id);
}

/* ---- SCCM ---- */

static void enforce_begin(struct deploy *d, struct slice thread, struct slice m, struct event *ev)
{
	struct slice package = between(m, "App DT \"", "\""),
		     content = between(m, "ContentPath - ", ", ");
	struct slice id = between(m, "ApplicationDeliveryType - ", ",");
	struct slice revision = between(m, "Revision - ", ",");

	if (!id.p)
		id = between(m, "[", "]");
	remember(d, thread, package, id);
	make_remembered(d, thread, ev);
	make(ev, "Action", d->action, slice_str(has(m, "Uninstall") ? "uninstall" : "install"));
	make(ev, "Revision", d->revision, revision);
	make(ev, "ContentPath", d->content,
	     content.p ? content : between(m, "ContentPath - ", NULL));
}

/* Process 4568 terminated with exitcode: 0 */
static void enforce_exit(struct deploy *d, struct slice m, struct event *ev)
{
	make(ev, "ProcessId", d->process_id, between(m, "Process ", " terminated"));
	make(ev, "ExitCode", d->exit_code, between(m, "exitcode: ", NULL));
}

static void app_enforce(struct deploy *d, struct slice thread, struct slice m, struct event *ev)
{
	static const char *const contexts[] = { " with user context", " with system context" };
	struct slice command = between(m, "Executing Command line: ", NULL);

	if (has(m, "nstall enforcement for App DT \"")) {
		enforce_begin(d, thread, m, ev);
		return;
	}
	if (has(m, "App enforcement completed")) {
		remember(d, thread, between(m, "App DT \"", "\""), between(m, "[", "]"));
		make_remembered(d, thread, ev);
		make(ev, "Action", d->action, slice_str("completed"));
		remember(d, thread, slice_of(NULL, 0), slice_of(NULL, 0));
		return;
	}
	if (command.p) {
		for (size_t i = 0; i < 2; i++)
			if (slice_ends(slice_trim(command), slice_str(contexts[i])))
				command.n = (size_t)(slice_search(command, slice_str(contexts[i])) -
						     command.p);
		make(ev, "CommandLine", d->command_line, command);
	} else if (has(m, " terminated with exitcode: ")) {
		enforce_exit(d, m, ev);
	} else {
		return;
	}
	make_remembered(d, thread, ev);
}

/* Packages and programs, the older kind of deployment. */
static void execmgr(struct deploy *d, struct slice thread, struct slice m, struct event *ev)
{
	struct slice package = between(m, "for package ", " program "),
		     code = between(m, "Program exit code ", NULL);

	if (package.p) {
		remember(d, thread, package, package);
		make_remembered(d, thread, ev);
	} else if (make(ev, "ExitCode", d->exit_code, code)) {
		make_remembered(d, thread, ev);
	}
}

/* ---- Intune ---- */

/* The number or word behind a name and what may stand between them: =, :, quotes, blanks. */
static struct slice setting(struct slice m, const char *name)
{
	const uint8_t *hit = slice_search(m, slice_str(name));
	size_t n = 0;

	if (!hit)
		return slice_of(NULL, 0);
	m = slice_from(m, (size_t)(hit - m.p) + strlen(name));
	while (m.n && m.p[0] && strchr("=:\" ", m.p[0]))
		m = slice_from(m, 1);
	while (n < m.n && m.p[n] && !strchr(" ,;\"')}\r\n", m.p[n]))
		n++;
	return slice_head(m, n);
}

static bool is_guid(struct slice s)
{
	if (s.n != 36)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = ascii_lower(s.p[i]);
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

static struct slice app_id(struct slice m)
{
	static const char *const names[] = { "id='",	    "ApplicationId", "AppId",
					     "app with id", "app id",	     "id = " };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct slice id = setting(m, names[i]);

		if (is_guid(id))
			return id;
	}
	return slice_of(NULL, 0);
}

static void win32_app(struct deploy *d, struct slice thread, struct slice m, struct event *ev)
{
	const struct deployment *t = of_thread(d, thread, false);
	struct slice name = between(m, "name='", "'"), id = app_id(m);

	if (!name.p)
		name = between(m, "\"ApplicationName\":\"", "\"");
	/* An id that comes again without its name is the same app. */
	if (id.n && !name.p && !(t && slice_eq(id, slice_of(t->id, t->id_n))))
		remember(d, thread, name, id);
	else if (name.n)
		remember(d, thread, name, id);
	struct slice state = setting(m, "EnforcementState"), intent = setting(m, "intent=");
	struct slice pid = setting(m, "process id"), code = setting(m, "lpExitCode");
	struct slice version = between(m, "\"ApplicationVersion\":\"", "\"");
	bool said = id.n || name.n;

	said |= make(ev, "EnforcementState", d->state, state);
	said |= make(ev, "Intent", d->intent, intent);
	said |= make(ev, "ProcessId", d->process_id, pid);
	said |= make(ev, "ExitCode", d->exit_code, code);
	said |= make(ev, "Version", d->version, version);
	said |= make(ev, "CommandLine", d->command_line, between(m, "command line: ", NULL));
	if (said)
		make_remembered(d, thread, ev);
}

void deploy_read(struct deploy *d, struct slice component, struct slice thread,
		 struct slice message, struct event *ev)
{
	if (slice_is(component, "AppEnforce"))
		app_enforce(d, thread, message, ev);
	else if (slice_is(component, "execmgr"))
		execmgr(d, thread, message, ev);
	else if (has(message, "[Win32App]"))
		win32_app(d, thread, message, ev);
}
