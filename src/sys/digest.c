/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/digest.h"

#include "base/heap.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STEP ((size_t)1 << 20)

bool digest_file(int fd, char ret[65], struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *room = heap_new(STEP), sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	off_t at = 0;
	ssize_t got = 0;
	bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

	while (ok && (got = pread(fd, room, STEP, at)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		ok = got > 0 && EVP_DigestUpdate(ctx, room, (size_t)got) == 1;
		at += got;
	}
	ok = ok && EVP_DigestFinal_ex(ctx, sum, &n) == 1;
	EVP_MD_CTX_free(ctx);
	free(room);
	if (!ok)
		return err_errno(err, "SHA-256");
	for (unsigned i = 0; i < n && i < 32; i++)
		snprintf(ret + i * 2, 3, "%02x", sum[i]);
	return true;
}
