/* The lock: shared and exclusive, in the order of arrival, with timeouts, and through fork. */
#define _GNU_SOURCE
#include "lock_fixture.h"

static void test_alone(void) {
    cornu_lock *lock = new_lock();
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    CHECK_INT(take(lock, true, 0), CORNU_BUSY);
    CHECK_INT(take(lock, true, 5 * MS), CORNU_BUSY);
    drop(lock);
    drop(lock);
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    CHECK_INT(take(lock, false, 0), CORNU_BUSY);
    CHECK_INT(take(lock, false, 5 * MS), CORNU_BUSY);
    CHECK(!cornu_lock_contended(lock));
    drop(lock);
    cornu_lock_retain(lock);
    cornu_lock_release(lock);
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    drop(lock);
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
        drop(counters->lock);
    }
    return NULL;
}

static void *read_counters(void *argument) {
    shared_counters *counters = argument;
    for (size_t i = 0; i < 2000; i++) {
        while (take(counters->lock, false, i % 2 ? FOREVER : 1000) != CORNU_OK) {
        }
        if (counters->a != counters->b) atomic_fetch_add(&counters->torn, 1);
        drop(counters->lock);
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
    drop(lock);
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
    drop(lock);
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
        drop(lock);
        _exit(right && take(lock, false, 0) == CORNU_OK ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    drop(lock);
    cornu_lock_release(lock);
}

/* So do its shares: as many as it took, and none of another thread's. */
static void test_fork_by_a_reader(void) {
    cornu_lock *lock = new_lock();
    lock_holder other = {.lock = lock};
    pthread_t thread;
    pthread_create(&thread, NULL, hold, &other);
    while (!atomic_load(&other.held)) pause_ms(1);
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    CHECK_INT(take(lock, false, 0), CORNU_OK);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        bool right = take(lock, true, 0) == CORNU_BUSY && take(lock, false, 0) == CORNU_OK;
        for (size_t i = 0; i < 3; i++) {
            right = right && take(lock, true, 0) == CORNU_BUSY;
            drop(lock);
        }
        _exit(right && take(lock, true, 0) == CORNU_OK ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    atomic_store(&other.stop, true);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(take(lock, true, 0), CORNU_BUSY);
        drop(lock);
    }
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    drop(lock);
    cornu_lock_release(lock);
}

/* What a thread has may be kept elsewhere, and given back in any order. */
static void test_moving_a_grip(void) {
    const cornu_wait at_once = {0};
    cornu_lock *lock = new_lock(), *other = new_lock();
    cornu_grip first = {0}, second = {0}, third = {0}, place = {0};
    CHECK_INT(cornu_lock_take(lock, false, &at_once, &first), CORNU_OK);
    CHECK_INT(cornu_lock_take(other, true, &at_once, &second), CORNU_OK);
    CHECK_INT(cornu_lock_take(lock, false, &at_once, &third), CORNU_OK);
    cornu_grip_move(&second, &place);
    CHECK(!second.lock && place.lock == other);
    cornu_grip_move(&first, &second);
    cornu_lock_drop(&third);
    CHECK_INT(take(lock, true, 0), CORNU_BUSY);
    cornu_lock_drop(&place);
    CHECK_INT(take(other, true, 0), CORNU_OK);
    drop(other);
    cornu_lock_drop(&second);
    CHECK_INT(take(lock, true, 0), CORNU_OK);
    drop(lock);
    cornu_lock_release(lock);
    cornu_lock_release(other);
}

int main(void) {
    test_alone();
    test_many_threads();
    test_first_come_first_served();
    test_fork();
    test_fork_by_the_holder();
    test_fork_by_a_reader();
    test_moving_a_grip();
    return check_report();
}
