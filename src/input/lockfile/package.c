/* SPDX-License-Identifier: Apache-2.0 */
#include "input/lockfile/package.h"

#define DIGEST_BYTES_MAX 64

static const char *const words[PACKAGE_WORD_COUNT] = {
	"Package",   "Version",		 "ecosystem", "purl", "path",	"file",	  "Resolved",
	"Integrity", "Checksum",	 "md5",	      "sha1", "sha256", "sha384", "sha512",
	"size",	     "HasInstallScript",
};

void package_names_init(struct package_names *n, const struct names *names)
{
	put_names(n->list, words, PACKAGE_WORD_COUNT, names);
}

/* ---- digests ---- */

/* The field for a digest of so many bytes. */
static enum package_word word_for(size_t bytes)
{
	switch (bytes) {
	case 16:
		return PACKAGE_MD5;
	case 20:
		return PACKAGE_SHA1;
	case 32:
		return PACKAGE_SHA256;
	case 48:
		return PACKAGE_SHA384;
	case 64:
		return PACKAGE_SHA512;
	default:
		return PACKAGE_WORD_COUNT;
	}
}

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Both alphabets, with or without padding; 0 bytes where it is no base64 or too long. */
static size_t base64(struct slice s, uint8_t out[DIGEST_BYTES_MAX])
{
	uint32_t bits = 0, count = 0;
	size_t n = 0;

	while (s.n && s.p[s.n - 1] == '=')
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		int d = base64_digit(s.p[i]);

		if (d < 0)
			return 0;
		bits = bits << 6 | (uint32_t)d;
		count += 6;
		if (count < 8)
			continue;
		if (n == DIGEST_BYTES_MAX)
			return 0;
		count -= 8;
		out[n++] = (uint8_t)(bits >> count);
	}
	return n;
}

static void put_digest(const struct package_names *n, const uint8_t *digest, size_t bytes,
		       struct event *ev)
{
	static const char digits[] = "0123456789abcdef";
	enum package_word word = word_for(bytes);
	uint8_t *hex = arena_alloc(&ev->arena, bytes * 2);

	if (word == PACKAGE_WORD_COUNT || !hex)
		return;
	for (size_t i = 0; i < bytes; i++) {
		hex[2 * i] = (uint8_t)digits[digest[i] >> 4];
		hex[2 * i + 1] = (uint8_t)digits[digest[i] & 15];
	}
	put_text(ev, &n->list[word], slice_of(hex, bytes * 2));
}

void package_put_digest(const struct package_names *n, struct slice text, struct event *ev)
{
	uint8_t digest[DIGEST_BYTES_MAX];
	size_t bytes = base64(text, digest);

	if (bytes)
		put_digest(n, digest, bytes, ev);
}

/* Each "ALGORITHM-BASE64" or "ALGORITHM=BASE64", blanks between. */
static void put_integrity(const struct package_names *n, struct slice s, struct event *ev)
{
	while (s.n) {
		struct slice one = slice_trim(slice_cut(s, ' ', &s)), text;
		size_t at = slice_find(one, '=');

		if (slice_starts(one, slice_str("sha")) && slice_find(one, '-') < at)
			at = slice_find(one, '-');
		text = slice_from(one, at + 1);
		text = slice_head(text, slice_find(text, '?')); /* options (SRI) */
		package_put_digest(n, text, ev);
	}
}

static void put_hash(const struct package_names *n, struct slice s, struct event *ev)
{
	struct slice hex, kind = slice_cut(s, ':', &hex);

	hex = hex.p ? hex : kind;
	enum package_word word = hex.n % 2 ? PACKAGE_WORD_COUNT : word_for(hex.n / 2);

	if (word != PACKAGE_WORD_COUNT && slice_is_hex(hex))
		put_text(ev, &n->list[word], arena_lower(&ev->arena, hex));
}

/* ---- fields ---- */

/* pkg:npm/%40scope/name@1.0 */
static void put_purl(const struct package_names *n, const struct package *p, struct event *ev)
{
	bool scoped = p->name.n && p->name.p[0] == '@';
	struct slice name = slice_from(p->name, scoped ? 1 : 0);

	if (!p->name.n || !p->version.n || p->name.n > 1024 || p->version.n > 1024)
		return;
	put_text(ev, &n->list[PACKAGE_PURL],
		 arena_printf(&ev->arena, "pkg:%s/%s%.*s@%.*s", p->ecosystem, scoped ? "%40" : "",
			      (int)name.n, (const char *)name.p, (int)p->version.n,
			      (const char *)p->version.p));
}

void package_put(const struct package_names *n, const struct package *p, struct event *ev)
{
	uint64_t size;

	put_text(ev, &n->list[PACKAGE_PACKAGE], p->name);
	put_text(ev, &n->list[PACKAGE_VERSION], p->version);
	put_text(ev, &n->list[PACKAGE_ECOSYSTEM], slice_str(p->ecosystem));
	put_purl(n, p, ev);
	put_text(ev, &n->list[PACKAGE_PATH], p->path);
	put_text(ev, &n->list[PACKAGE_FILE], p->file);
	put_text(ev, &n->list[PACKAGE_RESOLVED], p->resolved);
	put_text(ev, &n->list[PACKAGE_INTEGRITY], p->integrity);
	put_text(ev, &n->list[PACKAGE_CHECKSUM], p->checksum);
	put_integrity(n, p->integrity, ev);
	put_hash(n, p->hash, ev);
	if (slice_to_u64(p->size, &size))
		put_u64(ev, &n->list[PACKAGE_SIZE], size);
	if (p->install_script)
		event_add(ev, n->list[PACKAGE_INSTALL_SCRIPT].name,
			  n->list[PACKAGE_INSTALL_SCRIPT].id,
			  (struct value){ .type = VALUE_BOOL, .u = 1 });
}
