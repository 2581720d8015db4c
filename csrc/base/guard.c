#define _POSIX_C_SOURCE 200809L
#include "base/guard.h"

#include <stdatomic.h>
#include <stddef.h>

#include "base/pause.h"

/* Looks at a guard that is held before its waiter sleeps. */
#define SPIN_COUNT 100

static pthread_mutex_t list_mutex = PTHREAD_MUTEX_INITIALIZER;
static cornu_guard *guards;
static atomic_uint_fast64_t fork_generation;

static void before_fork(void) {
    pthread_mutex_lock(&list_mutex);
    for (cornu_guard *guard = guards; guard; guard = guard->next) cornu_guard_enter(guard);
}

static void after_fork_in_parent(void) {
    for (cornu_guard *guard = guards; guard; guard = guard->next) cornu_guard_leave(guard);
    pthread_mutex_unlock(&list_mutex);
}

static void after_fork_in_child(void) {
    atomic_fetch_add(&fork_generation, 1);
    for (cornu_guard *guard = guards; guard; guard = guard->next) {
        if (guard->in_child) guard->in_child(guard);
    }
    after_fork_in_parent();
}

/* When the library is loaded, and not with the first guard: a fork in the middle of that would have
 * it done twice in the child. */
__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

void cornu_guard_init(cornu_guard *guard, void (*in_child)(cornu_guard *guard)) {
    pthread_mutex_init(&guard->mutex, NULL);
    guard->in_child = in_child;
    pthread_mutex_lock(&list_mutex);
    guard->next = guards;
    guard->place = &guards;
    if (guards) guards->place = &guard->next;
    guards = guard;
    pthread_mutex_unlock(&list_mutex);
}

void cornu_guard_destroy(cornu_guard *guard) {
    pthread_mutex_lock(&list_mutex);
    *guard->place = guard->next;
    if (guard->next) guard->next->place = guard->place;
    pthread_mutex_unlock(&list_mutex);
    pthread_mutex_destroy(&guard->mutex);
}

void cornu_guard_enter(cornu_guard *guard) {
    /* It is held for moments only: to sleep and be woken would take the two threads much longer. */
    for (int i = 0; i < SPIN_COUNT; i++) {
        if (pthread_mutex_trylock(&guard->mutex) == 0) return;
        cornu_pause();
    }
    pthread_mutex_lock(&guard->mutex);
}

void cornu_guard_leave(cornu_guard *guard) {
    pthread_mutex_unlock(&guard->mutex);
}

uint64_t cornu_fork_generation(void) {
    return atomic_load_explicit(&fork_generation, memory_order_relaxed);
}

const void *cornu_this_thread(void) {
    static _Thread_local char self;
    return &self;
}
