/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, enum err_code code, uint64_t at, const char *format, ...)
{
	va_list args;

	if (!err)
		return false;
	err->code = code;
	err->at = at;
	va_start(args, format);
	vsnprintf(err->why, sizeof(err->why), format, args);
	va_end(args);
	return false;
}

bool err_errno(struct err *err, const char *format, ...)
{
	int saved = errno;
	va_list args;
	int n;

	if (!err)
		return false;
	err->code = ERR_SYSTEM;
	err->at = 0;
	va_start(args, format);
	n = vsnprintf(err->why, sizeof(err->why), format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(err->why))
		snprintf(err->why + n, sizeof(err->why) - (size_t)n, ": %s", strerror(saved));
	return false;
}
