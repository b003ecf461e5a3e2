// SPDX-License-Identifier: Apache-2.0

// Moves the wall clock of one process. Preloaded (LD_PRELOAD), it adds to CLOCK_REALTIME the milliseconds that stand, as an integer of 64 bits
// in the machine's byte order, at the beginning of the file that CLOCK_SHIFT_FILE names. The file is mapped into memory, so the clock moves the
// moment somebody writes to it, and a reading costs no more than before. Clocks that count time since the start go on: whatever waits, waits
// for as long as it was to.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t MILLIS = 1000, NANOS = 1000000000;

static int (*real_clock_gettime)(clockid_t, struct timespec *);
static const volatile int64_t *shift;

__attribute__((constructor)) static void prepare(void) {
	if (real_clock_gettime) {
		return;
	}
	const char *path = getenv("CLOCK_SHIFT_FILE");
	int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
	if (map == MAP_FAILED) {
		// A clock that silently stays right would make every test of a wrong one pass.
		fprintf(stderr, "CLOCK_SHIFT_FILE names no file that can be mapped\n");
		_exit(127);
	}
	close(file);
	shift = map;
	*(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t clock, struct timespec *time) {
	// Other libraries' constructors may ask for the time before ours has run.
	prepare();
	int result = real_clock_gettime(clock, time);
	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
		int64_t millis = *shift;
		int64_t nanos = time->tv_nsec + millis % MILLIS * (NANOS / MILLIS);
		int64_t carry = nanos < 0 ? -1 : nanos >= NANOS;
		time->tv_sec += millis / MILLIS + carry;
		time->tv_nsec = nanos - carry * NANOS;
	}
	return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
	(void)zone;
	struct timespec now;
	int result = clock_gettime(CLOCK_REALTIME, &now);
	time->tv_sec = now.tv_sec;
	time->tv_usec = now.tv_nsec / 1000;
	return result;
}

time_t time(time_t *result) {
	struct timespec now;
	if (clock_gettime(CLOCK_REALTIME, &now)) {
		return -1;
	}
	if (result) {
		*result = now.tv_sec;
	}
	return now.tv_sec;
}
