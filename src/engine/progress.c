/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/progress.h"

#include <time.h>
#include <unistd.h>

double progress_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void progress_init(struct progress *p, enum engine_progress when)
{
	p->start = p->last = progress_now();
	p->on = when == PROGRESS_ALWAYS || (when == PROGRESS_AUTO && isatty(STDERR_FILENO));
}

static void put(const struct buf *b)
{
	/* Nothing to be done where stderr cannot take it. */
	ssize_t n = write(STDERR_FILENO, b->p, b->n);

	(void)n;
}

void progress_show(struct progress *p, uint64_t bytes, uint64_t of_bytes, uint64_t events)
{
	struct buf b = { 0 };
	double now = progress_now(), took = now - p->start;

	if (!p->on || now - p->last < 0.2)
		return;
	p->last = now;
	buf_printf(&b, "\r%llu MB of %llu MB, %.0f events/s", (unsigned long long)(bytes >> 20),
		   (unsigned long long)(of_bytes >> 20), (double)events / (took > 0 ? took : 1));
	if (bytes && of_bytes > bytes)
		buf_printf(&b, ", %.0f s left", took * (double)(of_bytes - bytes) / (double)bytes);
	buf_put_str(&b, "\x1b[K");
	put(&b);
	buf_done(&b);
}

void progress_end(struct progress *p)
{
	struct buf b = { 0 };

	if (!p->on)
		return;
	buf_put_str(&b, "\r\x1b[K");
	put(&b);
	buf_done(&b);
}
