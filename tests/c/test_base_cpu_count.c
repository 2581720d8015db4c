/* How many processors a process may use, on machines that are made up: their number, the affinity,
 * and the control groups' files. The file under test is included, with what it asks the system. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#if defined(__linux__)

static long processors;
static size_t allowed; /* by the affinity; 0: it can't be read */

/* Paths and contents, in turn; ends with NULL. */
static const char *const *files;

static long made_up_sysconf(int name) {
    (void)name;
    return processors;
}

static int made_up_affinity(pid_t pid, size_t nbytes, cpu_set_t *set) {
    (void)pid;
    if (allowed == 0) return -1;
    memset(set, 0, nbytes);
    for (size_t i = 0; i < allowed; i++) CPU_SET(2 * i + 1, set);
    return 0;
}

static FILE *made_up_file(const char *path, const char *mode) {
    (void)mode;
    for (const char *const *file = files; *file; file += 2) {
        if (strcmp(file[0], path) == 0)
            return fmemopen((void *)(uintptr_t)file[1], strlen(file[1]), "r");
    }
    return NULL;
}

#define sysconf made_up_sysconf
#define sched_getaffinity made_up_affinity
#define fopen made_up_file
#include "base/cpu_count.c"

static size_t count_on(long processor_count, size_t affinity, const char *const *with) {
    processors = processor_count;
    allowed = affinity;
    files = with;
    return cornu_cpu_count();
}

static const char *const nothing[] = {NULL};

static void test_processors_and_affinity(void) {
    CHECK_SIZE(count_on(8, 8, nothing), 8);
    CHECK_SIZE(count_on(8, 3, nothing), 3);
    CHECK_SIZE(count_on(8, 1, nothing), 1);
    CHECK_SIZE(count_on(1, 1, nothing), 1);
    CHECK_SIZE(count_on(2, 64, nothing), 2);
    /* What can't be asked for is no limit, and there is always one. */
    CHECK_SIZE(count_on(8, 0, nothing), 8);
    CHECK_SIZE(count_on(-1, 0, nothing), 1);
    CHECK_SIZE(count_on(-1, 4, nothing), 1);
}

static void test_quota_v2(void) {
    static const struct {
        const char *line;
        size_t expected;
    } cases[] = {
        {"max 100000\n", 8},
        {"100000 100000\n", 1},
        {"150000 100000\n", 2},
        {"200001 100000\n", 3},
        {"1000 100000\n", 1},
        {"900000 100000\n", 8},
        {"300000 100000", 3},
        {"0 100000\n", 8},
        {"-1 100000\n", 8},
        {"100000 0\n", 8},
        {"\n", 8},
        {"nonsense\n", 8},
        {"9223372036854775807 1\n", 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const with[] = {"/proc/self/cgroup", "0::/jobs/mine\n",
                                    "/sys/fs/cgroup/jobs/mine/cpu.max", cases[i].line, NULL};
        CHECK_SIZE(count_on(8, 8, with), cases[i].expected);
    }
}

/* A parent's limit holds for its children, and the root's of a container for all in it. */
static void test_the_smallest_limit_counts(void) {
    const char *const parent[] = {"/proc/self/cgroup",
                                  "0::/a/b/c\n",
                                  "/sys/fs/cgroup/a/b/c/cpu.max",
                                  "600000 100000\n",
                                  "/sys/fs/cgroup/a/cpu.max",
                                  "200000 100000\n",
                                  "/sys/fs/cgroup/a/b/cpu.max",
                                  "max 100000\n",
                                  NULL};
    const char *const root[] = {"/proc/self/cgroup", "0::/\n", "/sys/fs/cgroup/cpu.max",
                                "300000 100000\n", NULL};
    const char *const beside[] = {"/proc/self/cgroup", "0::/ab\n", "/sys/fs/cgroup/a/cpu.max",
                                  "100000 100000\n", NULL};
    CHECK_SIZE(count_on(8, 8, parent), 2);
    CHECK_SIZE(count_on(8, 1, parent), 1);
    CHECK_SIZE(count_on(8, 8, root), 3);
    CHECK_SIZE(count_on(8, 8, beside), 8);
}

static void test_quota_v1(void) {
    const char *const with[] = {"/proc/self/cgroup",
                                "12:memory:/x\n4:cpu,cpuacct:/docker/1\n1:name=systemd:/\n0::/\n",
                                "/sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us",
                                "250000\n",
                                "/sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us",
                                "100000\n",
                                NULL};
    const char *const unlimited[] = {"/proc/self/cgroup",
                                     "4:cpu:/d\n3:cpuset:/e\n",
                                     "/sys/fs/cgroup/cpu/d/cpu.cfs_quota_us",
                                     "-1\n",
                                     "/sys/fs/cgroup/cpu/d/cpu.cfs_period_us",
                                     "100000\n",
                                     "/sys/fs/cgroup/cpu/e/cpu.cfs_quota_us",
                                     "1\n",
                                     "/sys/fs/cgroup/cpu/e/cpu.cfs_period_us",
                                     "1\n",
                                     NULL};
    CHECK_SIZE(count_on(8, 8, with), 3);
    CHECK_SIZE(count_on(8, 8, unlimited), 8);
}

/* Controllers that are mounted together stand in any order; the names of others have "cpu" in them.
 */
static void test_controllers_v1(void) {
    static const struct {
        const char *line;
        size_t expected;
    } cases[] = {
        {"4:cpu:/d\n", 2},
        {"4:cpu,cpuacct:/d\n", 2},
        {"4:cpuacct,cpu:/d\n", 2},
        {"4:cpuset,cpu,cpuacct:/d\n", 2},
        {"4:cpuset,cpuacct:/d\n", 8},
        {"4:cpuacct:/d\n", 8},
        {"4:acpu:/d\n", 8},
        {"4:name=cpu:/d\n", 8},
        {"4:,,:/d\n", 8},
        {"4:cp:/d\n", 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const with[] = {"/proc/self/cgroup",
                                    cases[i].line,
                                    "/sys/fs/cgroup/cpu/d/cpu.cfs_quota_us",
                                    "200000\n",
                                    "/sys/fs/cgroup/cpu/d/cpu.cfs_period_us",
                                    "100000\n",
                                    NULL};
        CHECK_SIZE(count_on(8, 8, with), cases[i].expected);
    }
}

static void test_lines_that_mean_nothing(void) {
    static char longest[PATH_NBYTES + 100];
    memset(longest, 'x', sizeof longest - 1);
    memcpy(longest, "0::/", 4);
    const char *const lines[] = {"\n",     "0\n",      "0:\n",    "0::\n", "::::::\n",
                                 ":\n:\n", "nonsense", "4:cpu\n", longest};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *const with[] = {"/proc/self/cgroup", lines[i], NULL};
        CHECK_SIZE(count_on(8, 8, with), 8);
    }
}

int main(void) {
    test_processors_and_affinity();
    test_quota_v2();
    test_the_smallest_limit_counts();
    test_quota_v1();
    test_controllers_v1();
    test_lines_that_mean_nothing();
    return check_report();
}

#else

#include "base/cpu.h"

int main(void) {
    CHECK(cornu_cpu_count() > 0);
    return check_report();
}

#endif
