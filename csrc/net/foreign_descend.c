/* Steps of the caller's own. */
#include "base/memory.h"
#include "net/whole_update.h"

cornu_status cornu_foreign_descend(const cornu_plan *plan, cornu_task *task,
                                   const cornu_update *update, const void *gradient) {
    const cornu_table *table = plan->table;
    const cornu_foreign_step *foreign = &update->options->foreign;
    cornu_span **spans = cornu_memory_allocate(table->count * sizeof *spans);
    const void **gradients = cornu_memory_allocate(table->count * sizeof *gradients);
    cornu_status status = CORNU_ERROR_MEMORY;
    if (spans && gradients) {
        size_t count = 0;
        for (size_t i = 0; i < table->count; i++) {
            if (plan->frozen[i]) continue;
            spans[count] = table->entries[i].span;
            gradients[count++] = cornu_task_at(task, gradient, table->entries[i].offset);
        }
        cornu_task_leave(task);
        status = foreign->step(foreign->object, update->learning_rate, count, spans, gradients);
        status = cornu_task_enter(task, status);
    }
    cornu_memory_free(gradients);
    cornu_memory_free(spans);
    return status;
}
