/* A mutex that fork waits for.
 *
 * Every guard is taken by the thread that forks, so that the child, which has no other thread,
 * finds what they guard whole. For that, a guard is held for moments only, and who holds one takes
 * no other, makes or destroys none, and calls nothing that might. */
#ifndef CORNU_BASE_GUARD_H
#define CORNU_BASE_GUARD_H

#include <pthread.h>
#include <stdint.h>

typedef struct cornu_guard {
    pthread_mutex_t mutex;
    struct cornu_guard *next, **place; /* among all guards */
    /* Called in a forked child, by the thread that forked, with all guards held: forgets what the
     * threads that are gone had under way. NULL: there is nothing to forget. */
    void (*in_child)(struct cornu_guard *guard);
} cornu_guard;

/* The guard must stay where it is until it is destroyed, which nobody may hold it for. */
void cornu_guard_init(cornu_guard *guard, void (*in_child)(cornu_guard *guard));
void cornu_guard_destroy(cornu_guard *guard);
void cornu_guard_enter(cornu_guard *guard);
void cornu_guard_leave(cornu_guard *guard);

/* How often this process has been forked from its ancestors since the library was loaded: a child
 * sees a larger number than its parent. */
uint64_t cornu_fork_generation(void);

/* An address that no other living thread has; the forking thread keeps its own in the child. */
const void *cornu_this_thread(void);

#endif
