/* Which schedule an optimizer follows. */
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/optimizer.h"
#include "net/optimizer_parts.h"

cornu_status cornu_optimizer_set_schedule(cornu_optimizer *optimizer, cornu_schedule_kind kind,
                                          size_t count, const double *numbers, cornu_error *error) {
    double rate;
    if (count > 0 && cornu_schedule_rate(kind, count, numbers, 0, &rate) != CORNU_OK)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "There is no such schedule.");
    cornu_schedule *schedule = NULL;
    if (count <= SIZE_MAX / sizeof *numbers / 2)
        schedule = cornu_memory_allocate(sizeof *schedule + count * sizeof *numbers);
    if (!schedule) return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for a schedule.");
    schedule->kind = kind;
    schedule->count = count;
    if (count > 0) memcpy(schedule->numbers, numbers, count * sizeof *numbers);
    /* Until the caller sets another it stays where it is. */
    if (count == 0)
        atomic_store(&optimizer->learning_rate, cornu_optimizer_scheduled_rate(optimizer));
    schedule->before = atomic_load(&optimizer->schedule);
    while (!atomic_compare_exchange_weak(&optimizer->schedule, &schedule->before, schedule))
        continue;
    return CORNU_OK;
}

double cornu_optimizer_scheduled_rate(const cornu_optimizer *optimizer) {
    const cornu_schedule *schedule =
        atomic_load_explicit(&optimizer->schedule, memory_order_acquire);
    double rate = cornu_optimizer_learning_rate(optimizer);
    if (schedule && schedule->count > 0) {
        cornu_schedule_rate(schedule->kind, schedule->count, schedule->numbers,
                            (double)cornu_optimizer_iterations(optimizer), &rate);
    }
    return rate;
}

bool cornu_optimizer_asks(const cornu_optimizer *optimizer) {
    const cornu_schedule *schedule =
        atomic_load_explicit(&optimizer->schedule, memory_order_acquire);
    const cornu_parts *parts = optimizer->parts;
    bool asks = schedule && schedule->count == 0;
    for (size_t i = 0; parts && i < parts->count; i++)
        asks |= cornu_optimizer_asks(parts->optimizers[i]);
    return asks;
}

void cornu_optimizer_free_schedules(cornu_optimizer *optimizer) {
    cornu_schedule *schedule = atomic_load(&optimizer->schedule);
    while (schedule) {
        cornu_schedule *before = schedule->before;
        cornu_memory_free(schedule);
        schedule = before;
    }
}
