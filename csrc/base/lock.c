#define _POSIX_C_SOURCE 200809L
#include "base/lock.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/guard.h"
#include "base/memory.h"

/* One who waits, on its own stack. */
typedef struct waiter {
    struct waiter *next; /* in the queue */
    bool exclusive, granted;
    pthread_cond_t turn;
    struct waiter *outer; /* the thread's other waits, in whose polls this one came to be */
    cornu_lock *lock;
    uint64_t generation; /* of the process that it began in */
    bool lost;           /* its place, or the lock that it was granted */
} waiter;

static _Thread_local waiter *newest;
static _Thread_local cornu_grip *grips;

struct cornu_lock {
    cornu_guard guard; /* of all that follows but for the two counts */
    atomic_size_t references;
    atomic_size_t waiting;
    waiter *first, *last;
    size_t readers;
    const void *writer; /* the thread that holds it exclusively */
    bool forked;
};

/* Stands for a woken thread until that has put its own name. */
static const char granted_to_a_waiter;

/* Threads that waited or read are gone but for the one that forked, and so is one that was given
 * its turn and had not begun; one that wrote left half a step. */
static void forget_threads(cornu_guard *guard) {
    cornu_lock *lock = (cornu_lock *)guard;
    if (lock->writer == &granted_to_a_waiter) lock->writer = NULL;
    if (lock->writer && lock->writer != cornu_this_thread()) lock->forked = true;
    lock->first = lock->last = NULL;
    lock->readers = 0;
    for (const cornu_grip *grip = grips; grip && !lock->writer; grip = grip->next)
        lock->readers += grip->lock == lock;
    atomic_store(&lock->waiting, 0);
}

cornu_status cornu_lock_new(cornu_lock **result) {
    cornu_lock *lock = cornu_memory_allocate_zeroed(sizeof *lock);
    if (!lock) return CORNU_ERROR_MEMORY;
    atomic_init(&lock->references, 1);
    atomic_init(&lock->waiting, 0);
    cornu_guard_init(&lock->guard, forget_threads);
    *result = lock;
    return CORNU_OK;
}

void cornu_lock_retain(cornu_lock *lock) {
    atomic_fetch_add_explicit(&lock->references, 1, memory_order_relaxed);
}

void cornu_lock_release(cornu_lock *lock) {
    if (!lock || atomic_fetch_sub_explicit(&lock->references, 1, memory_order_acq_rel) != 1) return;
    cornu_guard_destroy(&lock->guard);
    cornu_memory_free(lock);
}

static bool is_free_for(const cornu_lock *lock, bool exclusive) {
    return !lock->writer && (!exclusive || lock->readers == 0);
}

/* Needs the guard, as all below that take a lock. `thread` is who will hold it. */
static void give(cornu_lock *lock, bool exclusive, const void *thread) {
    if (exclusive) {
        lock->writer = thread;
    } else {
        lock->readers++;
    }
}

static void grant(cornu_lock *lock) {
    while (lock->first && is_free_for(lock, lock->first->exclusive)) {
        waiter *next = lock->first;
        lock->first = next->next;
        if (!lock->first) lock->last = NULL;
        give(lock, next->exclusive, &granted_to_a_waiter);
        next->granted = true;
        atomic_fetch_sub_explicit(&lock->waiting, 1, memory_order_relaxed);
        pthread_cond_signal(&next->turn);
    }
}

static void join_queue(cornu_lock *lock, waiter *self) {
    if (lock->last) {
        lock->last->next = self;
    } else {
        lock->first = self;
    }
    lock->last = self;
    atomic_fetch_add_explicit(&lock->waiting, 1, memory_order_relaxed);
}

static void leave_queue(cornu_lock *lock, const waiter *gone) {
    waiter *before = NULL;
    waiter **place = &lock->first;
    while (*place != gone) {
        before = *place;
        place = &before->next;
    }
    *place = gone->next;
    if (lock->last == gone) lock->last = before;
    atomic_fetch_sub_explicit(&lock->waiting, 1, memory_order_relaxed);
    /* Those behind may have waited for this one only. */
    grant(lock);
}

static void take_back(cornu_lock *lock) {
    if (lock->writer == cornu_this_thread()) {
        lock->writer = NULL;
    } else {
        assert(lock->readers > 0);
        lock->readers--;
    }
    grant(lock);
}

/* What the calling thread waits for in an outer call would be in its own way, now that it comes for
 * the same lock from a poll. Needs the guard. */
static void give_up_place(cornu_lock *lock) {
    for (waiter *self = newest; self; self = self->outer) {
        if (self->lock != lock || self->lost || self->generation != cornu_fork_generation())
            continue;
        self->lost = true;
        if (!self->granted) {
            leave_queue(lock, self);
        } else {
            if (self->exclusive) lock->writer = cornu_this_thread();
            take_back(lock);
        }
    }
}

/* Sleeps for one slice of the wait and asks the poll. CORNU_OK: to look again. */
static cornu_status wait_on(waiter *self, const cornu_wait *wait, uint64_t end_ns) {
    uint64_t now = cornu_clock_ns();
    if (now >= end_ns) return CORNU_BUSY;
    uint64_t left = end_ns - now;
    bool asks = wait->poll.ask && left > CORNU_LOCK_POLL_NS;
    struct timespec deadline = cornu_deadline(asks ? CORNU_LOCK_POLL_NS : left);
    pthread_cond_timedwait(&self->turn, &self->lock->guard.mutex, &deadline);
    if (self->granted || !wait->poll.ask) return CORNU_OK;
    cornu_guard_leave(&self->lock->guard);
    bool go_on = wait->poll.ask(wait->poll.argument);
    cornu_guard_enter(&self->lock->guard);
    /* Should the poll have forked, the child comes back with no queue to stand in. */
    self->lost |= self->generation != cornu_fork_generation();
    return go_on ? CORNU_OK : CORNU_INTERRUPTED;
}

/* *lost: to begin anew. */
static cornu_status wait_for_turn(cornu_lock *lock, bool exclusive, const cornu_wait *wait,
                                  uint64_t end_ns, bool *lost) {
    waiter self = {.exclusive = exclusive,
                   .outer = newest,
                   .lock = lock,
                   .generation = cornu_fork_generation()};
    cornu_condition_init(&self.turn);
    join_queue(lock, &self);
    newest = &self;
    cornu_status status = CORNU_OK;
    while (!self.granted && !self.lost && status == CORNU_OK) status = wait_on(&self, wait, end_ns);
    newest = self.outer;
    if (!self.lost) {
        if (!self.granted) leave_queue(lock, &self);
        if (self.granted && exclusive) lock->writer = cornu_this_thread();
        if (self.granted && status != CORNU_OK) take_back(lock);
    }
    *lost = self.lost;
    pthread_cond_destroy(&self.turn);
    return status;
}

static void put_at(cornu_grip *grip, cornu_grip *next, cornu_grip **place) {
    grip->next = next;
    grip->place = place;
    *place = grip;
    if (next) next->place = &grip->next;
}

cornu_status cornu_lock_take(cornu_lock *lock, bool exclusive, const cornu_wait *wait,
                             cornu_grip *grip) {
    cornu_status status;
    bool lost;
    const uint64_t now = wait->timeout_ns > 0 ? cornu_clock_ns() : 0;
    const uint64_t end = wait->timeout_ns < UINT64_MAX - now ? now + wait->timeout_ns : UINT64_MAX;
    cornu_guard_enter(&lock->guard);
    if (wait->timeout_ns > 0) give_up_place(lock);
    do {
        lost = false;
        status = CORNU_OK;
        if (lock->forked) {
            status = CORNU_ERROR_FORKED;
        } else if (!lock->first && is_free_for(lock, exclusive)) {
            give(lock, exclusive, cornu_this_thread());
        } else if (wait->timeout_ns == 0) {
            status = CORNU_BUSY;
        } else {
            status = wait_for_turn(lock, exclusive, wait, end, &lost);
        }
    } while (lost && status == CORNU_OK);
    if (status == CORNU_OK) {
        grip->lock = lock;
        put_at(grip, grips, &grips);
    }
    cornu_guard_leave(&lock->guard);
    return status;
}

void cornu_lock_drop(cornu_grip *grip) {
    cornu_lock *lock = grip->lock;
    cornu_guard_enter(&lock->guard);
    take_back(lock);
    *grip->place = grip->next;
    if (grip->next) grip->next->place = grip->place;
    *grip = (cornu_grip){0};
    cornu_guard_leave(&lock->guard);
}

void cornu_grip_move(cornu_grip *from, cornu_grip *to) {
    to->lock = from->lock;
    put_at(to, from->next, from->place);
    *from = (cornu_grip){0};
}

bool cornu_lock_contended(const cornu_lock *lock) {
    return atomic_load_explicit(&lock->waiting, memory_order_relaxed) > 0;
}
