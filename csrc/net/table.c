#include "base/memory.h"
#include "base/size.h"
#include "net/plan.h"

static atomic_uint_fast64_t made_count;

cornu_table *cornu_table_new(size_t capacity) {
    cornu_table *table =
        cornu_memory_allocate_zeroed(sizeof *table + capacity * sizeof table->entries[0]);
    if (!table) return NULL;
    table->id = atomic_fetch_add_explicit(&made_count, 1, memory_order_relaxed) + 1;
    return table;
}

void cornu_table_free(cornu_table *table) {
    if (!table) return;
    for (size_t i = 0; i < table->count; i++) cornu_span_release(table->entries[i].span);
    cornu_memory_free(table);
}

void cornu_table_add(cornu_table *table, cornu_span *span) {
    cornu_span_retain(span);
    table->entries[table->count].span = span;
    table->entries[table->count].offset = table->flat_count;
    table->count++;
    size_t padded = 0, unit = CORNU_ALIGNMENT / cornu_dtype_nbytes(cornu_span_dtype(span));
    cornu_size_round_up(cornu_span_count(span), unit, &padded);
    table->flat_count += padded;
}

size_t cornu_table_find(const cornu_table *table, const cornu_span *span) {
    size_t index = 0;
    while (index < table->count && table->entries[index].span != span) index++;
    return index;
}
