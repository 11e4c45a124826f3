/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/sandbox.h"

#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool limit(int what, uint64_t value, struct err *err)
{
	struct rlimit r = { (rlim_t)value, (rlim_t)value };

	return setrlimit((__rlimit_resource_t)what, &r) == 0 ? true : err_errno(err, "setrlimit");
}

/* A ruleset that handles every access and allows none. */
static bool no_paths(struct err *err)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = (UINT64_C(1) << 13) - 1 };
	int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (fd < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? true : err_errno(err, "landlock");
	bool ok = syscall(SYS_landlock_restrict_self, fd, 0) == 0;

	close(fd);
	return ok ? true : err_errno(err, "landlock");
}

static bool filter(uint32_t otherwise, uint32_t action, const int *calls, size_t n, struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(otherwise);
	int failed = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !failed; i++)
		failed = seccomp_rule_add(ctx, action, calls[i], 0);
	if (!failed)
		failed = seccomp_load(ctx);
	seccomp_release(ctx);
	return failed ? err_set(err, ERR_SYSTEM, 0, "seccomp: error %d", -failed) : true;
}

#ifdef UPRIVER_SANITIZED
static bool few_calls(struct err *err)
{
	static const int refused[] = { SCMP_SYS(open),	  SCMP_SYS(openat),  SCMP_SYS(openat2),
				       SCMP_SYS(creat),	  SCMP_SYS(socket),  SCMP_SYS(connect),
				       SCMP_SYS(execve),  SCMP_SYS(execveat), SCMP_SYS(fork),
				       SCMP_SYS(vfork),	  SCMP_SYS(ptrace),  SCMP_SYS(unlink) };

	return filter(SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM), refused,
		      sizeof(refused) / sizeof(*refused), err);
}
#else
static bool few_calls(struct err *err)
{
	static const int allowed[] = {
		SCMP_SYS(read),	       SCMP_SYS(pread64),    SCMP_SYS(write),	 SCMP_SYS(pwrite64),
		SCMP_SYS(readv),       SCMP_SYS(writev),     SCMP_SYS(lseek),	 SCMP_SYS(recvmsg),
		SCMP_SYS(close),       SCMP_SYS(fstat),	     SCMP_SYS(newfstatat), SCMP_SYS(brk),
		SCMP_SYS(munmap),      SCMP_SYS(mremap),     SCMP_SYS(madvise),	 SCMP_SYS(mmap),
		SCMP_SYS(exit),	       SCMP_SYS(exit_group), SCMP_SYS(futex),	 SCMP_SYS(getrandom),
		SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
		SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getpid), SCMP_SYS(gettid),
		SCMP_SYS(tgkill),      SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield),
	};

	return filter(SCMP_ACT_ERRNO(EPERM), SCMP_ACT_ALLOW, allowed,
		      sizeof(allowed) / sizeof(*allowed), err);
}
#endif

bool sandbox_enter(const struct sandbox_limits *limits, struct err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return err_errno(err, "prctl");
#ifndef UPRIVER_SANITIZED
	if (limits->data_bytes && !limit(RLIMIT_DATA, limits->data_bytes, err))
		return false;
#endif
	return limit(RLIMIT_FSIZE, limits->file_bytes, err) && limit(RLIMIT_CORE, 0, err) &&
	       no_paths(err) && few_calls(err);
}
