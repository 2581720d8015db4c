/* Preloaded by tests/test_bad_conditions.py: a system that can't make threads any more. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

/* How many more can be made; negative: any number. How many have failed. */
_Atomic long threads_left = -1;
_Atomic long threads_failed = 0;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument) {
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(
            RTLD_NEXT, "pthread_create");
    if (threads_left == 0) {
        threads_failed++;
        return EAGAIN;
    }
    if (threads_left > 0) threads_left--;
    return real(thread, attributes, start, argument);
}
