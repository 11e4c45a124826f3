/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* SHA-256 of a file's bytes (FIPS 180-4), through OpenSSL. */
#include "base/err.h"

/* 64 lower-case hex digits and a NUL. The descriptor's position is not used. */
bool digest_file(int fd, char ret[65], struct err *err);
