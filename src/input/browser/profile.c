/* SPDX-License-Identifier: Apache-2.0 */
#include "input/browser/profile.h"

static const struct {
	const char *part, *browser; /* part of a path, any case */
} places[] = {
	{ "/Google/Chrome", "chrome" },
	{ "/google-chrome", "chrome" },
	{ "/com.android.chrome/", "chrome" },
	{ "/Microsoft/Edge", "edge" },
	{ "/Microsoft Edge", "edge" },
	{ "/microsoft-edge", "edge" },
	{ "/BraveSoftware/", "brave" },
	{ "/Vivaldi/", "vivaldi" },
	{ "/Opera Software/", "opera" },
	{ "/com.operasoftware.", "opera" },
	{ "/opera/", "opera" },
	{ "/YandexBrowser/", "yandex" },
	{ "/Arc/User Data/", "arc" },
	{ "/CocCoc/", "coccoc" },
	{ "/Chromium/", "chromium" },
	{ "/LibreWolf/", "librewolf" },
	{ "/.librewolf/", "librewolf" },
	{ "/Waterfox/", "waterfox" },
	{ "/Tor Browser/", "tor" },
	{ "/Firefox/", "firefox" },
	{ "/Library/Safari/", "safari" },
};

/* The part of the path behind `folder`, up to the next '/'. */
static struct slice behind(struct slice path, const char *folder)
{
	struct slice word = slice_str(folder), rest;

	for (size_t i = 0; i + word.n < path.n; i++)
		if ((i == 0 || path.p[i - 1] == '/') && path.p[i + word.n] == '/' &&
		    slice_eq_nocase(slice_head(slice_from(path, i), word.n), word)) {
			struct slice name = slice_cut(slice_from(path, i + word.n + 1), '/', &rest);

			return rest.p && name.n ? name : slice_of(NULL, 0);
		}
	return slice_of(NULL, 0);
}

struct slice browser_user_of(struct slice path)
{
	static const char *const folders[] = { "Users", "home", "Documents and Settings" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		struct slice user = behind(path, folders[i]);

		if (user.n)
			return user;
	}
	/* Any tree may have a folder called root; its programs' files begin with a dot. */
	struct slice hidden = behind(path, "root");

	return hidden.n && hidden.p[0] == '.' ? slice_str("root") : slice_of(NULL, 0);
}

/* The folder that the file lies in. */
static struct slice folder_of(struct slice path)
{
	size_t end = path.n, begin;

	while (end > 0 && path.p[end - 1] != '/')
		end--;
	end = end ? end - 1 : 0;
	for (begin = end; begin > 0 && path.p[begin - 1] != '/'; begin--)
		;
	return slice_head(slice_from(path, begin), end - begin);
}

struct browser_profile browser_profile_of(struct slice path)
{
	struct browser_profile b = { .user = browser_user_of(path) };
	struct slice folder = folder_of(path);

	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !b.browser.p; i++)
		if (slice_holds_nocase(path, slice_str(places[i].part)))
			b.browser = slice_str(places[i].browser);
	/* A folder that is only the browser's name is no profile. */
	if (b.browser.p && folder.n && !slice_eq_nocase(folder, b.browser))
		b.profile = folder;
	return b;
}
