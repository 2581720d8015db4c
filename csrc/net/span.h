/* Spans: pieces of one block of memory, each counted by reference on its own. */
#ifndef CORNU_NET_SPAN_H
#define CORNU_NET_SPAN_H

#include <stddef.h>

#include "cornu.h"

/* What a layer asks for when it is built. */
typedef struct cornu_span_request {
    cornu_dtype dtype;
    cornu_shape shape;
    bool trained; /* moved by an optimizer; false: state that the layer itself moves */
    bool hidden;  /* not among the weights a user sees (the draw count of dropout) */
} cornu_span_request;

/* Makes `count` spans of zeros in one block, each on its own cache line; all or none. Owner: the
 * caller, one reference each. CORNU_ERROR_OVERFLOW, CORNU_ERROR_MEMORY. */
cornu_status cornu_spans_new(size_t count, const cornu_span_request *requests, cornu_span **spans,
                             cornu_error *error);

bool cornu_span_is_trained(const cornu_span *span);
bool cornu_span_is_hidden(const cornu_span *span);
size_t cornu_span_nbytes(const cornu_span *span);
/* Whether there are references besides the caller's one. False is final: nobody can come by it any
 * more. */
bool cornu_span_is_shared(const cornu_span *span);

#endif
