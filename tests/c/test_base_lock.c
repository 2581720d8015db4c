/* The lock: shared and exclusive, in the order of arrival, with timeouts, and through fork. */
#define _GNU_SOURCE
#include "lock_fixture.h"

static void test_alone(void) {
    cornu_lock *lock = new_lock();
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    CHECK_INT(take(lock, true, 0), CORNU_BUSY);
    CHECK_INT(take(lock, true, 5 * MS), CORNU_BUSY);
    cornu_lock_drop(lock);
    cornu_lock_drop(lock);
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    CHECK_INT(take(lock, false, 0), CORNU_BUSY);
    CHECK_INT(take(lock, false, 5 * MS), CORNU_BUSY);
    CHECK(!cornu_lock_contended(lock));
    cornu_lock_drop(lock);
    cornu_lock_retain(lock);
    cornu_lock_release(lock);
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    cornu_lock_drop(lock);
    cornu_lock_release(lock);
    cornu_lock_release(NULL);
}

/* Writers add to two counters that must always be seen equal; readers look. */
typedef struct shared_counters {
    cornu_lock *lock;
    volatile size_t a, b;
    atomic_size_t torn;
} shared_counters;

static void *write_counters(void *argument) {
    shared_counters *counters = argument;
    for (size_t i = 0; i < 2000; i++) {
        while (take(counters->lock, true, i % 2 ? FOREVER : 1000) != CORNU_OK) {
        }
        counters->a++;
        counters->b++;
        cornu_lock_drop(counters->lock);
    }
    return NULL;
}

static void *read_counters(void *argument) {
    shared_counters *counters = argument;
    for (size_t i = 0; i < 2000; i++) {
        while (take(counters->lock, false, i % 2 ? FOREVER : 1000) != CORNU_OK) {
        }
        if (counters->a != counters->b) atomic_fetch_add(&counters->torn, 1);
        cornu_lock_drop(counters->lock);
    }
    return NULL;
}

static void test_many_threads(void) {
    shared_counters counters = {.lock = new_lock()};
    pthread_t threads[6];
    for (size_t i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, i < 2 ? write_counters : read_counters, &counters);
    for (size_t i = 0; i < 6; i++) pthread_join(threads[i], NULL);
    CHECK_SIZE(counters.torn, 0);
    CHECK_SIZE(counters.a, 4000);
    CHECK_SIZE(counters.b, 4000);
    cornu_lock_release(counters.lock);
}

/* W holds; then wait: reader, writer, reader that gives up, reader, reader. A later reader must not
 * pass the writer. */
static void test_first_come_first_served(void) {
    cornu_lock *lock = new_lock();
    atomic_size_t order = 0;
    const bool exclusive[] = {false, true, false, false, false};
    queued waiting[5];
    pthread_t threads[5];
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    for (size_t i = 0; i < 5; i++) {
        waiting[i] = (queued){lock, exclusive[i], i == 2 ? 20 * MS : FOREVER, &order, 99, CORNU_OK};
        pthread_create(&threads[i], NULL, take_turn, &waiting[i]);
        pause_ms(30);
    }
    CHECK(cornu_lock_contended(lock));
    cornu_lock_drop(lock);
    for (size_t i = 0; i < 5; i++) pthread_join(threads[i], NULL);
    CHECK_SIZE(waiting[0].place, 0);
    CHECK_SIZE(waiting[1].place, 1);
    CHECK_INT(waiting[2].status, CORNU_BUSY);
    CHECK(waiting[3].place >= 2 && waiting[4].place >= 2);
    CHECK_SIZE(atomic_load(&order), 4);
    CHECK(!cornu_lock_contended(lock));
    cornu_lock_release(lock);
}

static void test_fork(void) {
    cornu_lock *lock = new_lock();
    CHECK_SIZE(cornu_fork_generation(), 0);
    check_child(lock, CORNU_OK, CORNU_OK);
    for (int exclusive = 0; exclusive < 2; exclusive++) {
        lock_holder other = {.lock = lock, .exclusive = exclusive};
        pthread_t thread;
        pthread_create(&thread, NULL, hold, &other);
        while (!atomic_load(&other.held)) pause_ms(1);
        check_child(lock, exclusive ? CORNU_ERROR_FORKED : CORNU_OK,
                    exclusive ? CORNU_ERROR_FORKED : CORNU_OK);
        atomic_store(&other.stop, true);
        pthread_join(thread, NULL);
    }
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    cornu_lock_drop(lock);
    cornu_lock_release(lock);
}

/* What the forking thread held it still holds in the child. */
static void test_fork_by_the_holder(void) {
    cornu_lock *lock = new_lock();
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        bool right = take(lock, false, 0) == CORNU_BUSY;
        cornu_lock_drop(lock);
        _exit(right && take(lock, false, 0) == CORNU_OK ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    cornu_lock_drop(lock);
    cornu_lock_release(lock);
}

int main(void) {
    test_alone();
    test_many_threads();
    test_first_come_first_served();
    test_fork();
    test_fork_by_the_holder();
    return check_report();
}
