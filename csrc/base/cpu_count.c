#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"

#if defined(__linux__)

#include <sched.h>

/* Paths of control groups are short; a longer one is taken as having no limit. */
#define PATH_NBYTES 1024

static size_t affinity_count(void) {
    cpu_set_t set;
    /* Fails on machines with more than 1024 processors, where a limit from here is of no use. */
    if (sched_getaffinity(0, sizeof set, &set) != 0) return SIZE_MAX;
    return (size_t)CPU_COUNT(&set);
}

/* The first line of a file; false when there is none. */
static bool read_line(const char *path, char *line, int nbytes) {
    FILE *file = fopen(path, "re");
    if (!file) return false;
    bool there = fgets(line, nbytes, file) != NULL;
    fclose(file);
    return there;
}

/* A quota of microseconds a period, rounded up to processors. */
static size_t quota_count(long long quota, long long period) {
    if (quota <= 0 || period <= 0) return SIZE_MAX;
    return (size_t)((quota - 1) / period + 1);
}

static size_t limit_v2(const char *directory) {
    char path[PATH_NBYTES + 32], line[96];
    long long quota, period;
    snprintf(path, sizeof path, "%s/cpu.max", directory);
    if (!read_line(path, line, sizeof line) || sscanf(line, "%lld %lld", &quota, &period) != 2)
        return SIZE_MAX;
    return quota_count(quota, period);
}

static size_t limit_v1(const char *directory) {
    char path[PATH_NBYTES + 32], quota[32], period[32];
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", directory);
    if (!read_line(path, quota, sizeof quota)) return SIZE_MAX;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", directory);
    if (!read_line(path, period, sizeof period)) return SIZE_MAX;
    return quota_count(strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}

/* The smallest limit from a group up to the root; each ancestor limits its children. */
static size_t smallest_limit(const char *root, const char *group,
                             size_t (*limit)(const char *directory)) {
    char directory[PATH_NBYTES];
    int length = snprintf(directory, sizeof directory, "%s%s", root, group);
    if (length < 0 || (size_t)length >= sizeof directory) return SIZE_MAX;
    size_t smallest = limit(directory);
    for (char *slash;
         (slash = strrchr(directory, '/')) && (size_t)(slash - directory) >= strlen(root);) {
        *slash = '\0';
        size_t count = limit(directory);
        if (count < smallest) smallest = count;
    }
    return smallest;
}

/* Whether a list of names with commas between them has this one. */
static bool has_name(const char *list, const char *name) {
    for (;;) {
        const size_t length = strcspn(list, ",");
        if (length == strlen(name) && memcmp(list, name, length) == 0) return true;
        if (list[length] == '\0') return false;
        list += length + 1;
    }
}

/* Lines of /proc/self/cgroup are "0::/path" (v2) or "4:cpuacct,cpu:/path" (v1; in any order). */
static size_t cgroup_count(void) {
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (!file) return SIZE_MAX;
    char line[PATH_NBYTES];
    size_t smallest = SIZE_MAX;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group) continue;
        *group++ = '\0';
        controllers++;
        size_t count = SIZE_MAX;
        if (*controllers == '\0') {
            count = smallest_limit("/sys/fs/cgroup", group, limit_v2);
        } else if (has_name(controllers, "cpu")) {
            count = smallest_limit("/sys/fs/cgroup/cpu", group, limit_v1);
        }
        if (count < smallest) smallest = count;
    }
    fclose(file);
    return smallest;
}

#else

static size_t affinity_count(void) {
    return SIZE_MAX;
}

static size_t cgroup_count(void) {
    return SIZE_MAX;
}

#endif

size_t cornu_cpu_count(void) {
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = online > 0 ? (size_t)online : 1;
    size_t affinity = affinity_count(), quota = cgroup_count();
    if (affinity < count) count = affinity;
    if (quota < count) count = quota;
    return count > 0 ? count : 1;
}
