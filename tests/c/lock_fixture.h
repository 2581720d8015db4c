/* Locks and threads for the tests of base/lock.h. */
#ifndef CORNU_TESTS_LOCK_FIXTURE_H
#define CORNU_TESTS_LOCK_FIXTURE_H

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/guard.h"
#include "base/lock.h"
#include "check.h"

#define MS UINT64_C(1000000)
#define FOREVER UINT64_MAX

/* Of the calling thread; more than a test takes. */
static _Thread_local cornu_grip grips[8];

static inline cornu_grip *grip_on(const cornu_lock *lock) {
    cornu_grip *grip = grips;
    while (grip->lock != lock) grip++;
    return grip;
}

static inline cornu_status take_with(cornu_lock *lock, bool exclusive, const cornu_wait *wait) {
    cornu_grip grip = {0};
    cornu_status status = cornu_lock_take(lock, exclusive, wait, &grip);
    if (status == CORNU_OK) cornu_grip_move(&grip, grip_on(NULL));
    return status;
}

static inline cornu_status take(cornu_lock *lock, bool exclusive, uint64_t timeout_ns) {
    const cornu_wait wait = {.timeout_ns = timeout_ns};
    return take_with(lock, exclusive, &wait);
}

static inline void drop(const cornu_lock *lock) {
    cornu_lock_drop(grip_on(lock));
}

static inline cornu_lock *new_lock(void) {
    cornu_lock *lock = NULL;
    CHECK_INT(cornu_lock_new(&lock), CORNU_OK);
    return lock;
}

static inline void pause_ms(long ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

typedef struct queued {
    cornu_lock *lock;
    bool exclusive;
    uint64_t timeout_ns;
    atomic_size_t *order;
    size_t place;
    cornu_status status;
} queued;

static inline void *take_turn(void *argument) {
    queued *one = argument;
    one->status = take(one->lock, one->exclusive, one->timeout_ns);
    if (one->status != CORNU_OK) return NULL;
    one->place = atomic_fetch_add(one->order, 1);
    pause_ms(2);
    drop(one->lock);
    return NULL;
}

/* A holder in a thread of its own, until told. */
typedef struct lock_holder {
    cornu_lock *lock;
    bool exclusive;
    atomic_bool held, stop;
} lock_holder;

static inline void *hold(void *argument) {
    lock_holder *holder = argument;
    take(holder->lock, holder->exclusive, FOREVER);
    atomic_store(&holder->held, true);
    while (!atomic_load(&holder->stop)) pause_ms(1);
    drop(holder->lock);
    return NULL;
}

static inline bool child_agrees(cornu_lock *lock, cornu_status shared, cornu_status exclusive) {
    cornu_status first = take(lock, false, 50 * MS);
    if (first == CORNU_OK) drop(lock);
    cornu_status second = take(lock, true, 50 * MS);
    if (second == CORNU_OK) drop(lock);
    return first == shared && second == exclusive && cornu_fork_generation() == 1;
}

static inline void check_child(cornu_lock *lock, cornu_status shared, cornu_status exclusive) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) _exit(child_agrees(lock, shared, exclusive) ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
}

#endif
