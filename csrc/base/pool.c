#define _POSIX_C_SOURCE 200809L
#include "base/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "base/deadline.h"
#include "base/float_environment.h"
#include "base/guard.h"
#include "base/pause.h"

/* A tile's own arrays are small; the system's default would be 8 MiB of address space a thread. */
#define STACK_NBYTES ((size_t)512 << 10)
/* How long a thread without work stays. */
#define IDLE_NS UINT64_C(2000000000)
/* How often a caller that waits for others' tiles polls. */
#define WAIT_NS UINT64_C(20000000)
/* How long a thread without work looks out for more while a session is open, and a caller for
 * others' last tiles before it sleeps. */
#define SPIN_NS UINT64_C(100000)
/* Looks between two readings of the clock. */
#define SPIN_COUNT 64
/* More threads than this are never of use here, and each may fail to be made. */
#define MOST_THREADS 256
#define VARIABLE "CORNU_NUM_THREADS"

/* Shares that a run's tiles are divided into, at most. */
#define MOST_SHARES 16

/* Tiles that follow each other, on a cache line of its own. */
typedef struct pool_share {
    _Alignas(64) atomic_size_t next;
    size_t end;
} pool_share;

/* A run under way, on its caller's stack. Each thread takes the tiles of its share first, then what
 * is left of others': in a run after the other a thread comes to the same tiles, and what they
 * work on is still in its cache. */
typedef struct pool_run {
    struct pool_run *next;
    cornu_pool_tile *run_tile;
    void *argument;
    size_t share_count;
    pool_share shares[MOST_SHARES];
    atomic_bool stopped;
    size_t worker_limit, workers; /* numbers given out; under the pool's guard */
    atomic_size_t active;         /* pool threads in it; changed under the pool's guard */
    uint64_t generation;          /* of the process that it began in */
} pool_run;

static struct {
    cornu_guard guard;
    pthread_cond_t work;
    pthread_cond_t left; /* the last thread of some run has gone */
    pool_run *runs;
    size_t threads, idle, busy; /* busy: those in a run */
    size_t sleepers;            /* callers that wait for `left` */
    atomic_size_t sessions;
    atomic_uint_fast64_t joined; /* runs that have ever begun */
} pool;

static atomic_size_t chosen_count; /* 0: the environment's */

/* The child has none of the threads; the next run makes new ones. */
static void forget_threads(cornu_guard *guard) {
    (void)guard;
    cornu_condition_init(&pool.work);
    cornu_condition_init(&pool.left);
    pool.runs = NULL;
    pool.threads = pool.idle = pool.busy = pool.sleepers = 0;
    atomic_store(&pool.sessions, 0);
}

__attribute__((constructor)) static void begin(void) {
    cornu_condition_init(&pool.work);
    cornu_condition_init(&pool.left);
    cornu_guard_init(&pool.guard, forget_threads);
}

/* Whether the poll forked, and this is the child: others' tiles will never be done. */
static bool was_forked(const pool_run *run) {
    return run->generation != cornu_fork_generation();
}

/* Takes tiles until there are none left or the run is stopped. The caller asks between them. */
static void take_tiles(pool_run *run, size_t worker, cornu_poll poll) {
    for (size_t i = 0; i < run->share_count; i++) {
        pool_share *share = &run->shares[(worker + i) % run->share_count];
        while (!atomic_load_explicit(&run->stopped, memory_order_relaxed)) {
            size_t tile = atomic_fetch_add_explicit(&share->next, 1, memory_order_relaxed);
            if (tile >= share->end) break;
            run->run_tile(run->argument, tile, worker);
            if (poll.ask && (!poll.ask(poll.argument) || was_forked(run)))
                atomic_store_explicit(&run->stopped, true, memory_order_relaxed);
        }
    }
}

static bool has_tiles(const pool_run *run) {
    for (size_t i = 0; i < run->share_count; i++) {
        const pool_share *share = &run->shares[i];
        if (atomic_load_explicit(&share->next, memory_order_relaxed) < share->end) return true;
    }
    return false;
}

static bool wants_worker(const pool_run *run) {
    return run->workers < run->worker_limit &&
           !atomic_load_explicit(&run->stopped, memory_order_relaxed) && has_tiles(run);
}

static pool_run *find_run(void) {
    pool_run *run = pool.runs;
    while (run && !wants_worker(run)) run = run->next;
    return run;
}

/* Needs the guard, and leaves it meanwhile: looks out for a run that begins after `seen` have. */
static void look_out(uint64_t seen) {
    cornu_guard_leave(&pool.guard);
    const uint64_t end = cornu_clock_ns() + SPIN_NS;
    do {
        for (int i = 0; i < SPIN_COUNT; i++) {
            if (atomic_load_explicit(&pool.joined, memory_order_acquire) != seen) break;
            cornu_pause();
        }
    } while (atomic_load_explicit(&pool.joined, memory_order_acquire) == seen &&
             atomic_load_explicit(&pool.sessions, memory_order_relaxed) > 0 &&
             cornu_clock_ns() < end);
    cornu_guard_enter(&pool.guard);
}

static void *work(void *unused) {
    (void)unused;
    cornu_float_environment environment;
    cornu_float_environment_enter(&environment);
    cornu_guard_enter(&pool.guard);
    for (bool looked = false;;) {
        pool_run *run = find_run();
        const uint64_t seen = atomic_load_explicit(&pool.joined, memory_order_relaxed);
        if (!run && !looked && atomic_load_explicit(&pool.sessions, memory_order_relaxed) > 0) {
            look_out(seen);
            /* Once more, should there have been one that others took. */
            looked = atomic_load_explicit(&pool.joined, memory_order_relaxed) == seen;
            continue;
        }
        if (!run) {
            struct timespec deadline = cornu_deadline(IDLE_NS);
            pool.idle++;
            int timed_out = pthread_cond_timedwait(&pool.work, &pool.guard.mutex, &deadline);
            pool.idle--;
            if (timed_out == ETIMEDOUT && !find_run()) break;
            looked = false;
            continue;
        }
        looked = false;
        size_t worker = run->workers++;
        atomic_fetch_add_explicit(&run->active, 1, memory_order_relaxed);
        pool.busy++;
        cornu_guard_leave(&pool.guard);
        take_tiles(run, worker, CORNU_NO_POLL);
        cornu_guard_enter(&pool.guard);
        pool.busy--;
        /* With the last one gone, the run may be no more. */
        const size_t before = atomic_fetch_sub_explicit(&run->active, 1, memory_order_release);
        if (before == 1 && pool.sleepers > 0) pthread_cond_broadcast(&pool.left);
    }
    pool.threads--;
    cornu_guard_leave(&pool.guard);
    return NULL;
}

/* Signals go to the program's own threads, where Ctrl-C is answered. False when there can be no
 * further thread. */
static bool start_thread(void) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return false;
    pthread_attr_setstacksize(&attributes, STACK_NBYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    bool started = pthread_create(&thread, &attributes, work, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return started;
}

/* Needs the guard. Wakes or makes as many as can help; one that can't be made is done without. */
static void call_workers(size_t wanted) {
    /* Who is in no run looks for one before it sleeps, be it started a moment ago and still without
     * a processor: were it not counted, one processor would be given ever more threads. */
    const size_t available = pool.threads - pool.busy, awake = available - pool.idle;
    for (size_t i = awake; i < wanted; i++) {
        if (i < available) {
            pthread_cond_signal(&pool.work);
        } else if (pool.threads < MOST_THREADS && start_thread()) {
            pool.threads++;
        } else {
            return;
        }
    }
}

static void join_run(pool_run *run, size_t wanted) {
    cornu_guard_enter(&pool.guard);
    pool_run **end = &pool.runs;
    while (*end) end = &(*end)->next;
    *end = run;
    call_workers(wanted);
    cornu_guard_leave(&pool.guard);
    /* Who looks out for this comes for the guard at once: it is free. */
    atomic_fetch_add_explicit(&pool.joined, 1, memory_order_release);
}

static bool is_active(const pool_run *run) {
    return atomic_load_explicit(&run->active, memory_order_acquire) > 0;
}

/* Needs the guard. */
static void unlink_run(pool_run *run) {
    pool_run **place = &pool.runs;
    while (*place != run) place = &(*place)->next;
    *place = run->next;
}

/* For some time without sleeping: others' tiles are mostly about to end. */
static void spin_until_left(const pool_run *run) {
    const uint64_t end = cornu_clock_ns() + SPIN_NS;
    do {
        for (int i = 0; i < SPIN_COUNT && is_active(run); i++) cornu_pause();
    } while (is_active(run) && cornu_clock_ns() < end);
}

/* No worker joins any more; those that did are waited for. */
static void leave_run(pool_run *run, cornu_poll poll) {
    cornu_guard_enter(&pool.guard);
    unlink_run(run);
    cornu_guard_leave(&pool.guard);
    spin_until_left(run);
    if (!is_active(run)) return;
    cornu_guard_enter(&pool.guard);
    while (is_active(run)) {
        struct timespec deadline = cornu_deadline(WAIT_NS);
        pool.sleepers++;
        int timed_out = pthread_cond_timedwait(&pool.left, &pool.guard.mutex, &deadline);
        pool.sleepers--;
        if (timed_out != ETIMEDOUT || !poll.ask ||
            atomic_load_explicit(&run->stopped, memory_order_relaxed))
            continue;
        cornu_guard_leave(&pool.guard);
        bool go_on = poll.ask(poll.argument);
        if (was_forked(run)) return;
        if (!go_on) atomic_store_explicit(&run->stopped, true, memory_order_relaxed);
        cornu_guard_enter(&pool.guard);
    }
    cornu_guard_leave(&pool.guard);
}

uint64_t cornu_pool_open_session(void) {
    atomic_fetch_add_explicit(&pool.sessions, 1, memory_order_relaxed);
    return cornu_fork_generation();
}

/* A forked child knows of no session of its parent. */
void cornu_pool_close_session(uint64_t session) {
    if (session == cornu_fork_generation())
        atomic_fetch_sub_explicit(&pool.sessions, 1, memory_order_relaxed);
}

static cornu_status run_alone(cornu_pool_tile *run_tile, void *argument, size_t tile_count,
                              cornu_poll poll) {
    for (size_t tile = 0; tile < tile_count; tile++) {
        run_tile(argument, tile, 0);
        if (poll.ask && !poll.ask(poll.argument)) return CORNU_INTERRUPTED;
    }
    return CORNU_OK;
}

cornu_status cornu_pool_run(cornu_pool_tile *run_tile, void *argument, size_t tile_count,
                            size_t thread_count, cornu_poll poll) {
    if (thread_count > tile_count) thread_count = tile_count;
    if (thread_count <= 1) return run_alone(run_tile, argument, tile_count, poll);
    pool_run run = {.run_tile = run_tile,
                    .argument = argument,
                    .share_count = thread_count < MOST_SHARES ? thread_count : MOST_SHARES,
                    .worker_limit = thread_count,
                    .workers = 1,
                    .generation = cornu_fork_generation()};
    for (size_t i = 0; i < run.share_count; i++) {
        run.shares[i].end = (i + 1) * tile_count / run.share_count;
        atomic_init(&run.shares[i].next, i * tile_count / run.share_count);
    }
    join_run(&run, thread_count - 1);
    take_tiles(&run, 0, poll);
    if (!was_forked(&run)) leave_run(&run, poll);
    if (was_forked(&run)) return CORNU_ERROR_FORKED;
    bool stopped = atomic_load_explicit(&run.stopped, memory_order_relaxed);
    return stopped ? CORNU_INTERRUPTED : CORNU_OK;
}

/* 0 when the variable is no whole number from 1 on. */
static size_t count_from(const char *variable) {
    const char *text = getenv(variable);
    if (!text || *text < '0' || *text > '9') return 0;
    char *end;
    errno = 0;
    unsigned long count = strtoul(text, &end, 10);
    /* OMP_NUM_THREADS may be a list, one number a level; the first counts. */
    if (errno != 0 || (*end != '\0' && *end != ',')) return 0;
    return count < MOST_THREADS ? (size_t)count : MOST_THREADS;
}

const char *cornu_pool_ignored_variable(void) {
    const char *text = getenv(VARIABLE);
    return text && *text != '\0' && count_from(VARIABLE) == 0 ? text : NULL;
}

size_t cornu_pool_thread_count(void) {
    static atomic_size_t environment_count;
    size_t chosen = atomic_load_explicit(&chosen_count, memory_order_relaxed);
    if (chosen > 0) return chosen;
    size_t count = atomic_load_explicit(&environment_count, memory_order_relaxed);
    if (count > 0) return count;
    count = count_from(VARIABLE);
    if (count == 0) count = count_from("OMP_NUM_THREADS");
    if (count == 0) count = cornu_cpu_count();
    if (count > MOST_THREADS) count = MOST_THREADS;
    atomic_store_explicit(&environment_count, count, memory_order_relaxed);
    return count;
}

void cornu_pool_set_thread_count(size_t count) {
    atomic_store_explicit(&chosen_count, count < MOST_THREADS ? count : MOST_THREADS,
                          memory_order_relaxed);
}
