/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/path.h"

#include "base/utf.h"

static bool starts_nocase(struct slice s, const char *prefix)
{
	struct slice p = slice_str(prefix);

	return s.n >= p.n && slice_eq_nocase(slice_head(s, p.n), p);
}

static bool is_windows(struct slice s)
{
	return (s.n > 1 && s.p[1] == ':') || slice_find(s, '\\') < s.n;
}

/* \Device\HarddiskVolume3\Windows\.., and \VOLUME{01d8..-c0de0001}\Windows\.. in prefetch files of Windows 10: the
 * volume's letter is not said; folders of the system drive tell that it is C:, as far as anything does. */
static bool device_path(struct slice s, struct slice *rest)
{
	static const char *const system[] = { "\\windows\\", "\\users\\", "\\program files\\",
					      "\\program files (x86)\\", "\\programdata\\" };

	if (!starts_nocase(s, "\\device\\harddiskvolume") && !starts_nocase(s, "\\volume{"))
		return false;
	s = slice_from(s, s.p[1] == 'd' || s.p[1] == 'D' ? 22 : 8);
	s = slice_from(s, slice_find(s, '\\'));
	for (size_t i = 0; i < sizeof(system) / sizeof(*system); i++)
		if (starts_nocase(s, system[i])) {
			*rest = s;
			return true;
		}
	return false;
}

struct slice path_key(struct slice path, struct arena *arena)
{
	static const struct {
		const char *from, *to;
	} spellings[] = {
		{ "\\??\\", "" },
		{ "\\\\?\\", "" },
		{ "\\systemroot\\", "c:\\windows\\" },
		{ "%systemroot%\\", "c:\\windows\\" },
		{ "%windir%\\", "c:\\windows\\" },
		{ "%programfiles%\\", "c:\\program files\\" },
		{ "%programdata%\\", "c:\\programdata\\" },
		{ "system32\\", "c:\\windows\\system32\\" },
	};
	const char *front = "";

	if (!is_windows(path) && !starts_nocase(path, "%"))
		return path;
	if (device_path(path, &path))
		front = "c:";
	for (size_t i = 0; i < sizeof(spellings) / sizeof(*spellings); i++)
		if (starts_nocase(path, spellings[i].from)) {
			path = slice_from(path, strlen(spellings[i].from));
			front = spellings[i].to;
			break;
		}
	path = slice_is_ascii(path) ? arena_lower(arena, path) : utf8_fold(arena, path);
	return *front ? arena_printf(arena, "%s%.*s", front, (int)path.n, (const char *)path.p) : path;
}

struct slice path_place(struct slice path, struct arena *arena)
{
	static const char *const homes[] = { ":\\users", "/Users", "/home" };
	struct slice key = path_key(path, arena);

	for (size_t i = 0; i < sizeof(homes) / sizeof(*homes); i++) {
		struct slice home = slice_str(homes[i]), rest;
		size_t from = (i == 0) + home.n, end; /* behind the drive's letter */

		if (key.n <= from || !slice_starts(slice_from(key, i == 0), home) || key.p[from] != (i ? '/' : '\\'))
			continue;
		rest = slice_from(key, from + 1);
		end = slice_find(rest, key.p[from]);
		return arena_printf(arena, "%.*s*%.*s", (int)from + 1, (const char *)key.p, (int)(rest.n - end),
				    (const char *)rest.p + end);
	}
	return key.p == path.p ? arena_keep(arena, key) : key;
}

static size_t last_separator(struct slice path)
{
	for (size_t i = path.n; i-- > 0;)
		if (path.p[i] == '\\' || path.p[i] == '/')
			return i;
	return SIZE_MAX;
}

struct slice path_tail(struct slice path)
{
	size_t at = last_separator(path);

	return at == SIZE_MAX ? path : slice_from(path, at + 1);
}

struct slice path_folder(struct slice path)
{
	size_t at = last_separator(path);

	return at == SIZE_MAX ? slice_of(NULL, 0) : slice_head(path, at);
}

static bool looks_like_path(struct slice w)
{
	if (w.n < 3)
		return false;
	if (w.p[0] == '/' && slice_find(slice_from(w, 1), '/') < w.n - 1)
		return true;
	if ((w.p[1] == ':' && w.p[2] == '\\') || (w.p[0] == '\\' && w.p[1] == '\\'))
		return true;
	/* a name with a dot and an ending of letters: setup.js, x.dll */
	size_t dot = w.n;

	while (dot > 0 && w.p[dot - 1] != '.' && w.p[dot - 1] != '/' && w.p[dot - 1] != '\\')
		dot--;
	return dot > 1 && w.p[dot - 1] == '.' && w.n - dot >= 2 && w.n - dot <= 5 && w.p[0] != '-';
}

static struct slice next_word(struct slice s, size_t *at)
{
	size_t from, i = *at;
	uint8_t quote;

	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	quote = i < s.n && (s.p[i] == '"' || s.p[i] == '\'') ? s.p[i] : 0;
	if (quote)
		i++;
	from = i;
	while (i < s.n && (quote ? s.p[i] != quote : s.p[i] != ' ' && s.p[i] != '\t'))
		i++;
	*at = i + (quote && i < s.n);
	return slice_of(s.p + from, i - from);
}

struct slice path_in_command(struct slice command, size_t *at)
{
	while (*at < command.n) {
		struct slice rest, w = next_word(command, at);

		/* rundll32's function; an option's value */
		if (slice_find(w, '=') < w.n && w.n && w.p[0] == '-')
			slice_cut(w, '=', &w);
		w = slice_cut(w, ',', &rest);
		if (slice_starts(w, slice_str("file://")))
			w = slice_from(w, 7);
		if (looks_like_path(w))
			return w;
	}
	return slice_of(NULL, 0);
}

struct slice url_in(struct slice text)
{
	const uint8_t *at;
	size_t n = 0;

	while ((at = slice_search(text, slice_str("http"))) != NULL) {
		text = slice_from(text, (size_t)(at - text.p));
		if (slice_starts(text, slice_str("http://")) || slice_starts(text, slice_str("https://")))
			break;
		text = slice_from(text, 4);
	}
	if (!at)
		return slice_of(NULL, 0);
	while (n < text.n && text.p[n] > ' ' && !strchr("'\"()<>;|,", text.p[n]))
		n++;
	return slice_head(text, n);
}

bool path_is_package(struct slice path)
{
	static const char *const endings[] = { ".deb", ".rpm", ".msi", ".msp", ".pkg" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		struct slice e = slice_str(endings[i]);

		if (path.n > e.n && slice_eq_nocase(slice_from(path, path.n - e.n), e))
			return true;
	}
	return false;
}

const char *path_os(struct slice path)
{
	static const char *const mac[] = { "/Applications/", "/Users/", "/Library/", "/System/", "/private/" };

	if (!path.n)
		return NULL;
	if (path.p[0] != '/')
		return "windows";
	for (size_t i = 0; i < sizeof(mac) / sizeof(*mac); i++)
		if (slice_starts(path, slice_str(mac[i])))
			return "macos";
	return "linux";
}
