/* SPDX-License-Identifier: Apache-2.0 */
#include "case/stage_package.h"

#include "graph/path.h"
#include "graph/roles.h"

#include <ctype.h>
#include <string.h>

/* Of a command line. */
#define WORDS_MAX 64u

static int folded(uint8_t c)
{
	return c == '_' || c == '.' ? '-' : tolower(c);
}

/* Registries take -, _ and . in a name for one (PEP 503), and folders have the other one. */
static bool same_package(struct slice a, struct slice b)
{
	if (!a.n || a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (folded(a.p[i]) != folded(b.p[i]))
			return false;
	return true;
}

static bool of_language(const struct stage_wanted *w)
{
	return slice_is(w->ecosystem, "npm") || slice_is(w->ecosystem, "pypi") || slice_is(w->ecosystem, "vscode");
}

static const struct stage_wanted *wanted(const struct stage_known *k, struct slice name, const char *ecosystem)
{
	for (size_t i = 0; name.n && i < k->n; i++) {
		const struct stage_wanted *w = &k->wanted[i];

		if (w->kind == ORIGIN_PACKAGE && same_package(w->product, name) &&
		    (ecosystem ? slice_is(w->ecosystem, ecosystem) : !of_language(w)))
			return w;
	}
	return NULL;
}

const struct stage_wanted *stage_package_of(const struct stage_known *k, struct slice path)
{
	const char *ecosystem = NULL;
	struct slice name = role_language_package(path, &ecosystem);

	return name.n ? wanted(k, name, ecosystem) : wanted(k, role_maintainer_package(path), NULL);
}

const struct stage_wanted *stage_package_in(const struct stage_known *k, struct slice folder)
{
	struct arena scratch;
	const struct stage_wanted *w;

	if (!folder.n)
		return NULL;
	arena_init(&scratch, 0);
	w = stage_package_of(k, arena_printf(&scratch, "%.*s%cx", (int)folder.n, (const char *)folder.p,
					     folder.p[0] == '/' ? '/' : '\\'));
	arena_done(&scratch);
	return w;
}

bool stage_package_place(const struct stage_known *k, struct slice path)
{
	static const char *const roots[] = { "/opt/", "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/lib64/", "/usr/libexec/",
					     "/usr/share/", "/usr/local/" };
	bool rooted = false;
	struct slice rest = path;

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		rooted |= slice_starts(path, slice_str(roots[i]));
	for (unsigned i = 0; rooted && i < 6 && rest.p; i++)
		if (wanted(k, slice_cut(rest, '/', &rest), NULL))
			return true;
	return false;
}

/* "NAME==1.0", "NAME@2", "NAME[extra]>=1", "@scope/NAME@2": the name alone. */
static struct slice bare(struct slice word)
{
	size_t n = word.n && word.p[0] == '@';

	while (n < word.n && !memchr("=@<>~!^[;,", word.p[n], 10))
		n++;
	return slice_head(word, n);
}

static struct slice next_word(struct slice *rest)
{
	struct slice word = slice_cut(slice_trim(*rest), ' ', rest);

	if (word.n > 1 && (word.p[0] == '"' || word.p[0] == '\''))
		word = slice_of(word.p + 1, word.n - 1 - (word.p[word.n - 1] == word.p[0]));
	return word;
}

const struct stage_wanted *stage_package_asked(const struct stage_known *k, struct slice command)
{
	static const char *const verbs[] = { "install", "add", "i", "ci", "update", "upgrade", "--install-extension" };
	bool told = false;
	struct slice rest = command;

	for (unsigned i = 0; i < WORDS_MAX && rest.p; i++) {
		struct slice word = next_word(&rest);

		for (size_t v = 0; told && v < k->n; v++)
			if (k->wanted[v].kind == ORIGIN_PACKAGE && of_language(&k->wanted[v]) &&
			    same_package(k->wanted[v].product, bare(word)))
				return &k->wanted[v];
		for (size_t v = 0; v < sizeof(verbs) / sizeof(*verbs); v++)
			told |= slice_is(word, verbs[v]);
	}
	return NULL;
}
