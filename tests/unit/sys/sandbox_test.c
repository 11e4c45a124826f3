/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "sys/sandbox.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child in the sandbox finds: bit by bit, what it was still allowed to do. */
static int try_everything(void)
{
	struct sandbox_limits limits = { (uint64_t)1 << 30, (uint64_t)1 << 30 };
	struct err err;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int can = 0;

		if (!sandbox_enter(&limits, &err))
			_exit(64);
		can |= open("/etc/passwd", O_RDONLY) >= 0 ? 1 : 0;
		can |= socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 2 : 0;
		can |= open("/tmp/x", O_CREAT | O_WRONLY, 0600) >= 0 ? 4 : 0;
		can |= execl("/bin/true", "true", (char *)NULL) == 0 ? 8 : 0;
		can |= fork() >= 0 ? 16 : 0;
		/* Memory must still work. */
		void *p = malloc((size_t)1 << 22);

		can |= p ? 0 : 32;
		free(p);
		_exit(can);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void nothing_can_be_opened_or_started(void **state)
{
	int can = try_everything();

	(void)state;
	assert_int_equal(can & ~16, 0);
#ifndef UPRIVER_SANITIZED
	assert_int_equal(can, 0);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_can_be_opened_or_started) };

	return RUN(tests);
}
