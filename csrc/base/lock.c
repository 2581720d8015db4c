#define _POSIX_C_SOURCE 200809L
#include "base/lock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/deadline.h"
#include "base/memory.h"

/* One who waits, on its own stack. */
typedef struct waiter {
    struct waiter *next;
    bool exclusive, granted;
    pthread_cond_t turn;
} waiter;

struct cornu_lock {
    atomic_size_t references;
    atomic_uint_fast64_t generation; /* of the process in which the rest below was last valid */
    atomic_size_t waiting;
    pthread_mutex_t mutex;
    waiter *first, *last;
    size_t readers;
    const void *writer; /* the thread that holds it exclusively */
    bool forked;
};

static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t fork_mutex =
    PTHREAD_MUTEX_INITIALIZER; /* one thread at a time mends locks */
static atomic_uint_fast64_t fork_generation;

/* An address that no other living thread has; the forking thread keeps its own in the child. */
static const void *this_thread(void) {
    static _Thread_local char self;
    return &self;
}

static void before_fork(void) {
    pthread_mutex_lock(&fork_mutex);
}

static void after_fork_in_parent(void) {
    pthread_mutex_unlock(&fork_mutex);
}

static void after_fork_in_child(void) {
    pthread_mutex_init(&fork_mutex, NULL);
    atomic_fetch_add(&fork_generation, 1);
}

static void watch_forks(void) {
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

uint64_t cornu_fork_generation(void) {
    return atomic_load_explicit(&fork_generation, memory_order_relaxed);
}

cornu_status cornu_lock_new(cornu_lock **result) {
    pthread_once(&fork_once, watch_forks);
    cornu_lock *lock = cornu_memory_allocate_zeroed(sizeof *lock);
    if (!lock) return CORNU_ERROR_MEMORY;
    atomic_init(&lock->references, 1);
    atomic_init(&lock->generation, cornu_fork_generation());
    atomic_init(&lock->waiting, 0);
    pthread_mutex_init(&lock->mutex, NULL);
    *result = lock;
    return CORNU_OK;
}

void cornu_lock_retain(cornu_lock *lock) {
    atomic_fetch_add_explicit(&lock->references, 1, memory_order_relaxed);
}

void cornu_lock_release(cornu_lock *lock) {
    if (!lock || atomic_fetch_sub_explicit(&lock->references, 1, memory_order_acq_rel) != 1) return;
    pthread_mutex_destroy(&lock->mutex);
    cornu_memory_free(lock);
}

/* The first touch in a forked child: the threads that waited or read are gone, and one that wrote
 * left half a step. */
static void mend(cornu_lock *lock) {
    pthread_mutex_lock(&fork_mutex);
    if (atomic_load(&lock->generation) != cornu_fork_generation()) {
        pthread_mutex_init(&lock->mutex, NULL);
        lock->forked |= lock->writer && lock->writer != this_thread();
        lock->first = lock->last = NULL;
        lock->readers = 0;
        atomic_store(&lock->waiting, 0);
        atomic_store(&lock->generation, cornu_fork_generation());
    }
    pthread_mutex_unlock(&fork_mutex);
}

static void enter(cornu_lock *lock) {
    if (atomic_load_explicit(&lock->generation, memory_order_acquire) != cornu_fork_generation())
        mend(lock);
    pthread_mutex_lock(&lock->mutex);
}

static bool is_free_for(const cornu_lock *lock, bool exclusive) {
    return !lock->writer && (!exclusive || lock->readers == 0);
}

/* Needs the mutex. `thread` is who will hold it. */
static void take(cornu_lock *lock, bool exclusive, const void *thread) {
    if (exclusive) {
        lock->writer = thread;
    } else {
        lock->readers++;
    }
}

/* A place holder until the woken thread has put its own name: it is never equal to a thread's. */
static const char granted_to_a_waiter;

static void grant(cornu_lock *lock) {
    while (lock->first && is_free_for(lock, lock->first->exclusive)) {
        waiter *next = lock->first;
        lock->first = next->next;
        if (!lock->first) lock->last = NULL;
        take(lock, next->exclusive, &granted_to_a_waiter);
        next->granted = true;
        pthread_cond_signal(&next->turn);
    }
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
    /* Those behind may have waited for this one only. */
    grant(lock);
}

/* Needs the mutex. */
static cornu_status wait_for_turn(cornu_lock *lock, bool exclusive, uint64_t timeout_ns) {
    waiter self = {.exclusive = exclusive};
    pthread_cond_init(&self.turn, NULL);
    if (lock->last) {
        lock->last->next = &self;
    } else {
        lock->first = &self;
    }
    lock->last = &self;
    atomic_fetch_add_explicit(&lock->waiting, 1, memory_order_relaxed);
    struct timespec deadline = cornu_deadline(timeout_ns);
    int timed_out = 0;
    while (!self.granted && !timed_out) {
        if (timeout_ns == UINT64_MAX) {
            pthread_cond_wait(&self.turn, &lock->mutex);
        } else {
            timed_out = pthread_cond_timedwait(&self.turn, &lock->mutex, &deadline);
        }
    }
    atomic_fetch_sub_explicit(&lock->waiting, 1, memory_order_relaxed);
    if (!self.granted) leave_queue(lock, &self);
    if (self.granted && exclusive) lock->writer = this_thread();
    pthread_cond_destroy(&self.turn);
    return self.granted ? CORNU_OK : CORNU_BUSY;
}

static cornu_status acquire(cornu_lock *lock, bool exclusive, uint64_t timeout_ns) {
    enter(lock);
    cornu_status status = CORNU_OK;
    if (lock->forked) {
        status = CORNU_ERROR_FORKED;
    } else if (!lock->first && is_free_for(lock, exclusive)) {
        take(lock, exclusive, this_thread());
    } else if (timeout_ns == 0) {
        status = CORNU_BUSY;
    } else {
        status = wait_for_turn(lock, exclusive, timeout_ns);
    }
    pthread_mutex_unlock(&lock->mutex);
    return status;
}

cornu_status cornu_lock_shared(cornu_lock *lock, uint64_t timeout_ns) {
    return acquire(lock, false, timeout_ns);
}

cornu_status cornu_lock_exclusive(cornu_lock *lock, uint64_t timeout_ns) {
    return acquire(lock, true, timeout_ns);
}

void cornu_lock_unlock(cornu_lock *lock) {
    enter(lock);
    if (lock->writer) {
        lock->writer = NULL;
    } else if (lock->readers > 0) {
        /* In a child the count is gone, and with it this thread's own share. */
        lock->readers--;
    }
    grant(lock);
    pthread_mutex_unlock(&lock->mutex);
}

bool cornu_lock_contended(const cornu_lock *lock) {
    return atomic_load_explicit(&lock->waiting, memory_order_relaxed) > 0;
}
