/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a worker may still do once it has its descriptors: read and write those, use memory, end.
 * No file can be opened, no socket made, no program started; every other system call fails with
 * EPERM. Three layers, each enough against its kind of mistake: seccomp (an allow-list), landlock
 * (no path at all; skipped on kernels without it), rlimits (data, file size, no core, no
 * children). Sanitizer builds use a profile that only refuses opening, sockets and programs, since
 * the sanitizers' own calls change with every version.
 */
#include "base/err.h"

struct sandbox_limits {
	uint64_t data_bytes; /* RLIMIT_DATA */
	uint64_t file_bytes; /* RLIMIT_FSIZE: a spill file's quota */
};

/* For good. False when the kernel refuses: the caller must not read evidence then. */
bool sandbox_enter(const struct sandbox_limits *limits, struct err *err);
