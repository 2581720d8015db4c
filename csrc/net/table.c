#include "base/memory.h"
#include "net/plan.h"

void cornu_table_retain(cornu_table *table) {
    atomic_fetch_add_explicit(&table->references, 1, memory_order_relaxed);
}

void cornu_table_release(cornu_table *table) {
    if (!table || atomic_fetch_sub_explicit(&table->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < table->count; i++) cornu_span_release(table->entries[i].span);
    cornu_memory_free(table);
}

size_t cornu_table_find(const cornu_table *table, const cornu_span *span) {
    size_t index = 0;
    while (index < table->count && table->entries[index].span != span) index++;
    return index;
}
