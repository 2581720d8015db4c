#include "net/span.h"

#include <stdatomic.h>

#include "base/memory.h"
#include "base/size.h"
#include "base/status.h"
#include "net/shape.h"

/* The memory that spans made together share; the last of them frees it. */
typedef struct span_block {
    atomic_size_t references;
    unsigned char *memory;
} span_block;

struct cornu_span {
    atomic_size_t references;
    span_block *block;
    void *data;
    size_t count, nbytes;
    cornu_span_request request;
};

static void block_release(span_block *block) {
    if (atomic_fetch_sub_explicit(&block->references, 1, memory_order_acq_rel) != 1) return;
    cornu_memory_free(block->memory);
    cornu_memory_free(block);
}

static cornu_status span_sizes(const cornu_span_request *request, size_t *count, size_t *nbytes,
                               cornu_error *error) {
    char text[CORNU_SHAPE_TEXT];
    if (!cornu_shape_count(&request->shape, count) ||
        !cornu_size_multiply(*count, cornu_dtype_nbytes(request->dtype), nbytes)) {
        return cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                               "Weights of shape %s have more elements than memory can hold.",
                               cornu_shape_text(&request->shape, false, text));
    }
    return CORNU_OK;
}

static cornu_status block_new(size_t nbytes, span_block **result) {
    span_block *made = cornu_memory_allocate(sizeof *made);
    if (!made) return CORNU_ERROR_MEMORY;
    made->memory = cornu_memory_allocate_zeroed(nbytes);
    if (!made->memory) {
        cornu_memory_free(made);
        return CORNU_ERROR_MEMORY;
    }
    atomic_init(&made->references, 1);
    *result = made;
    return CORNU_OK;
}

static cornu_status total_nbytes(size_t count, const cornu_span_request *requests, size_t *total,
                                 cornu_error *error) {
    *total = 0;
    for (size_t i = 0; i < count; i++) {
        size_t elements, nbytes;
        cornu_status status = span_sizes(&requests[i], &elements, &nbytes, error);
        if (status != CORNU_OK) return status;
        if (!cornu_size_round_up(nbytes, CORNU_ALIGNMENT, &nbytes) ||
            !cornu_size_add(*total, nbytes, total)) {
            return cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                                   "The weights together are more than memory can hold.");
        }
    }
    return CORNU_OK;
}

cornu_status cornu_spans_new(size_t count, const cornu_span_request *requests, cornu_span **spans,
                             cornu_error *error) {
    size_t total;
    cornu_status status = total_nbytes(count, requests, &total, error);
    if (status != CORNU_OK || count == 0) return status;
    span_block *shared;
    if (block_new(total, &shared) != CORNU_OK) {
        return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for %zu bytes of weights.",
                               total);
    }
    size_t offset = 0, made = 0;
    for (; made < count; made++) {
        cornu_span *span = cornu_memory_allocate(sizeof *span);
        if (!span) break;
        span_sizes(&requests[made], &span->count, &span->nbytes, NULL);
        atomic_init(&span->references, 1);
        span->request = requests[made];
        span->block = shared;
        span->data = shared->memory + offset;
        atomic_fetch_add_explicit(&shared->references, 1, memory_order_relaxed);
        spans[made] = span;
        size_t padded = 0;
        cornu_size_round_up(span->nbytes, CORNU_ALIGNMENT, &padded);
        offset += padded;
    }
    block_release(shared);
    if (made == count) return CORNU_OK;
    while (made > 0) cornu_span_release(spans[--made]);
    return cornu_error_set(error, CORNU_ERROR_MEMORY, "No memory for the weights' descriptions.");
}

cornu_status cornu_span_new(cornu_dtype dtype, const cornu_shape *shape, cornu_span **span,
                            cornu_error *error) {
    const cornu_span_request request = {.dtype = dtype, .shape = *shape, .trained = true};
    return cornu_spans_new(1, &request, span, error);
}

void cornu_span_retain(cornu_span *span) {
    atomic_fetch_add_explicit(&span->references, 1, memory_order_relaxed);
}

void cornu_span_release(cornu_span *span) {
    if (!span || atomic_fetch_sub_explicit(&span->references, 1, memory_order_acq_rel) != 1) return;
    block_release(span->block);
    cornu_memory_free(span);
}

void *cornu_span_data(const cornu_span *span) {
    return span->data;
}

cornu_dtype cornu_span_dtype(const cornu_span *span) {
    return span->request.dtype;
}

const cornu_shape *cornu_span_shape(const cornu_span *span) {
    return &span->request.shape;
}

size_t cornu_span_count(const cornu_span *span) {
    return span->count;
}

size_t cornu_span_nbytes(const cornu_span *span) {
    return span->nbytes;
}

bool cornu_span_is_shared(const cornu_span *span) {
    return atomic_load_explicit(&span->references, memory_order_acquire) > 1;
}

bool cornu_span_is_trained(const cornu_span *span) {
    return span->request.trained;
}

bool cornu_span_is_hidden(const cornu_span *span) {
    return span->request.hidden;
}
