/* The pool: each tile once on any number of threads, stops, callers side by side, fork, and threads
 * that can't be made. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/pool.h"
#include "check.h"

#define MOST_TILES 1000

typedef struct tile_tally {
    atomic_uint times[MOST_TILES];
    atomic_uint busy[16]; /* by worker number: a number is one thread's at a time */
    atomic_uint clashes;
    size_t thread_count;
} tile_tally;

static void count_tile(void *argument, size_t tile, size_t worker) {
    tile_tally *tally = argument;
    if (worker >= tally->thread_count || atomic_exchange(&tally->busy[worker], 1) != 0)
        atomic_fetch_add(&tally->clashes, 1);
    atomic_fetch_add(&tally->times[tile], 1);
    if (fegetround() != FE_TONEAREST) atomic_fetch_add(&tally->clashes, 1);
    if (worker < tally->thread_count) atomic_store(&tally->busy[worker], 0);
}

static size_t run_once(size_t tile_count, size_t thread_count) {
    static _Thread_local tile_tally tally;
    memset(&tally, 0, sizeof tally);
    tally.thread_count = thread_count ? thread_count : 1;
    size_t wrong =
        cornu_pool_run(count_tile, &tally, tile_count, thread_count, CORNU_NO_POLL) != CORNU_OK;
    for (size_t tile = 0; tile < MOST_TILES; tile++)
        wrong += tally.times[tile] != (tile < tile_count);
    return wrong + tally.clashes;
}

static void test_each_tile_once(void) {
    const size_t counts[] = {0, 1, 2, 3, 7, 64, 997};
    for (size_t threads = 0; threads <= 8; threads++) {
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            CHECK_SIZE(run_once(counts[i], threads), 0);
    }
}

/* Slow enough that the others can't do all tiles before the caller has done three. */
static void count_slowly(void *argument, size_t tile, size_t worker) {
    usleep(200);
    count_tile(argument, tile, worker);
}

static bool stop_after(void *argument) {
    size_t *left = argument;
    return (*left)-- > 1;
}

static void test_poll_stops(void) {
    for (size_t threads = 1; threads <= 4; threads++) {
        static tile_tally tally;
        memset(&tally, 0, sizeof tally);
        tally.thread_count = threads;
        size_t left = 3;
        CHECK_INT(cornu_pool_run(count_slowly, &tally, MOST_TILES, threads,
                                 (cornu_poll){stop_after, &left}),
                  CORNU_INTERRUPTED);
        size_t done = 0;
        for (size_t tile = 0; tile < MOST_TILES; tile++) done += tally.times[tile];
        CHECK(done >= 3);
        if (threads == 1) CHECK_SIZE(done, 3);
        CHECK_SIZE(tally.clashes, 0);
    }
}

static void *call_many(void *wrong) {
    for (size_t i = 0; i < 100; i++) *(size_t *)wrong += run_once(50 + i, 3);
    return NULL;
}

static void test_callers_side_by_side(void) {
    pthread_t threads[4];
    size_t wrong[4] = {0};
    for (size_t i = 0; i < 4; i++) pthread_create(&threads[i], NULL, call_many, &wrong[i]);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        CHECK_SIZE(wrong[i], 0);
    }
}

/* How many threads a forked child runs on; 1 where it can start none. */
static size_t child_thread_count;

/* 0 when the child found nothing wrong. */
static int child_result(size_t (*work)(void)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) _exit(work() == 0 ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

static size_t work_in_child(void) {
    return run_once(300, child_thread_count) + run_once(300, child_thread_count);
}

static void test_fork(void) {
    CHECK_SIZE(run_once(300, 4), 0);
    CHECK_INT(child_result(work_in_child), 0);
    CHECK_SIZE(run_once(300, 4), 0);
}

static void *keep_running(void *stop) {
    while (!atomic_load((atomic_bool *)stop)) run_once(200, 3);
    return NULL;
}

static void test_fork_while_another_thread_runs(void) {
    atomic_bool stop = false;
    pthread_t thread;
    pthread_create(&thread, NULL, keep_running, &stop);
    for (size_t i = 0; i < 10; i++) CHECK_INT(child_result(work_in_child), 0);
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
}

/* No address space for stacks: pthread_create fails, the caller does all the tiles. */
static size_t work_without_threads(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_AS, &none);
    return run_once(300, 8);
}

static void test_threads_that_can_not_be_made(void) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    if (!check_skips_under_qemu("a limit on the address space"))
        CHECK_INT(child_result(work_without_threads), 0);
#else
    (void)work_without_threads;
#endif
}

/* Each kernel runs on such a stack wherever several threads work, so the tests see one that needs
 * more. */
static void note_stack(void *largest, size_t tile, size_t worker) {
    (void)tile;
    usleep(200);
#if defined(__linux__)
    pthread_attr_t attributes;
    size_t nbytes = 0;
    if (worker == 0 || pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    pthread_attr_getstacksize(&attributes, &nbytes);
    pthread_attr_destroy(&attributes);
    if (nbytes > atomic_load((atomic_size_t *)largest))
        atomic_store((atomic_size_t *)largest, nbytes);
#else
    (void)largest, (void)worker;
#endif
}

static void test_stacks(void) {
    atomic_size_t largest = 0;
    for (size_t i = 0; i < 50 && largest == 0; i++)
        cornu_pool_run(note_stack, &largest, 100, 3, CORNU_NO_POLL);
/* ThreadSanitizer takes larger ones. */
#if defined(__linux__) && !defined(__SANITIZE_THREAD__)
    CHECK_SIZE(largest, (size_t)512 << 10);
#endif
}

/* On one processor threads come late, and a pool that did not count those on their way would start
 * some with every run. In a child, whose affinity is its own. */
static size_t too_many_threads(void) {
    size_t wrong = 0;
#if defined(__linux__)
    cpu_set_t all, one;
    CPU_ZERO(&one);
    sched_getaffinity(0, sizeof all, &all);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
    sched_setaffinity(0, sizeof one, &one);
    for (size_t i = 0; i < 300; i++) wrong += run_once(40, child_thread_count);
    DIR *tasks = opendir("/proc/self/task");
    size_t count = 0;
    for (struct dirent *task; tasks && (task = readdir(tasks));) count += task->d_name[0] != '.';
    if (tasks) closedir(tasks);
    wrong += count > child_thread_count;
#endif
    return wrong;
}

static void test_no_more_threads_than_asked_for(void) {
#if defined(__SANITIZE_THREAD__) /* has one of its own */
    (void)too_many_threads;
#else
    if (!check_skips_under_qemu("the count of threads, where qemu has its own"))
        CHECK_INT(child_result(too_many_threads), 0);
#endif
}

static size_t count_with(const char *cornu, const char *openmp) {
    if (cornu) setenv("CORNU_NUM_THREADS", cornu, 1);
    if (openmp) setenv("OMP_NUM_THREADS", openmp, 1);
    return cornu_pool_thread_count();
}

static const char *cornu_variable, *openmp_variable;
static size_t expected_count;

static size_t count_in_child(void) {
    return count_with(cornu_variable, openmp_variable) != expected_count;
}

static void expect_count(const char *cornu, const char *openmp, size_t expected) {
    cornu_variable = cornu;
    openmp_variable = openmp;
    expected_count = expected;
    CHECK_INT(child_result(count_in_child), 0);
}

/* The environment is read once, so each case has a process of its own; this must be the first test.
 */
static void test_thread_count(void) {
    unsetenv("CORNU_NUM_THREADS");
    unsetenv("OMP_NUM_THREADS");
    size_t machine = cornu_cpu_count();
    expect_count(NULL, NULL, machine);
    expect_count("3", "5", 3);
    expect_count(NULL, "5", 5);
    expect_count(NULL, "6,2", 6);
    expect_count("0", NULL, machine);
    expect_count("-2", "7", 7);
    expect_count("2x", "many", machine);
    cornu_pool_set_thread_count(11);
    CHECK_SIZE(cornu_pool_thread_count(), 11);
    cornu_pool_set_thread_count(0);
    CHECK_SIZE(cornu_pool_thread_count(), machine);
}

/* ---- A poll that forks ---- */

static atomic_bool forked;

/* Other threads do not end a tile before the fork, so it comes however late they or the caller are:
 * of 3 tiles on 3 threads the caller does one and waits for the others, asked there; of many it is
 * asked between its own. */
static void wait_for_fork(void *argument, size_t tile, size_t worker) {
    while (worker > 0 && !atomic_load(&forked)) usleep(1000);
    count_tile(argument, tile, worker);
}

typedef struct forking_poll {
    pid_t child; /* 0 in the child; -1: not forked yet */
    size_t asked, fork_at;
    const tile_tally *tally;
    size_t done; /* tiles, when it forked */
} forking_poll;

static size_t count_done(const tile_tally *tally) {
    size_t done = 0;
    for (size_t tile = 0; tile < MOST_TILES; tile++) done += tally->times[tile];
    return done;
}

static bool fork_once(void *argument) {
    forking_poll *self = argument;
    if (++self->asked != self->fork_at) return true;
    fflush(NULL);
    self->child = fork();
    if (self->child == 0) alarm(30);
    self->done = count_done(self->tally);
    atomic_store(&forked, true);
    return true;
}

/* In the child the tiles of the other threads are lost, and the run says so at once; a later one
 * works. The parent's is whole. */
static void check_fork_in_a_poll(size_t tile_count, size_t fork_at) {
    static tile_tally tally;
    atomic_store(&forked, false);
    memset(&tally, 0, sizeof tally);
    tally.thread_count = 3;
    forking_poll poll = {.child = -1, .fork_at = fork_at, .tally = &tally};
    cornu_status status =
        cornu_pool_run(wait_for_fork, &tally, tile_count, 3, (cornu_poll){fork_once, &poll});
    if (poll.child == 0) {
        bool right = status == CORNU_ERROR_FORKED && count_done(&tally) == poll.done;
        _exit(right && work_in_child() + run_once(7, child_thread_count / 2) == 0 ? 0 : 1);
    }
    CHECK_INT(status, CORNU_OK);
    for (size_t tile = 0; tile < tile_count; tile++) CHECK_SIZE(tally.times[tile], 1);
    int child_status = -1;
    if (!CHECK(poll.child > 0)) return;
    waitpid(poll.child, &child_status, 0);
    CHECK_INT(child_status, 0);
    CHECK_SIZE(run_once(300, 4), 0);
}

static void test_a_poll_that_forks(void) {
    for (size_t fork_at = 1; fork_at <= 4; fork_at++) check_fork_in_a_poll(50, fork_at);
    for (size_t fork_at = 1; fork_at <= 3; fork_at++) check_fork_in_a_poll(3, fork_at);
}

int main(void) {
    child_thread_count = check_skips_under_qemu("threads of a forked child") ? 1 : 4;
    test_thread_count();
    test_each_tile_once();
    test_poll_stops();
    test_stacks();
    test_no_more_threads_than_asked_for();
    test_callers_side_by_side();
    test_fork();
    test_fork_while_another_thread_runs();
    test_a_poll_that_forks();
    test_threads_that_can_not_be_made();
    return check_report();
}
