/* What a layer draws random numbers by, as state that goes with its weights. */
#ifndef CORNU_NET_DRAWS_H
#define CORNU_NET_DRAWS_H

#include <stdint.h>

#include "net/layer.h"

typedef struct cornu_draws {
    uint64_t count; /* training passes that have drawn */
    uint64_t seed;
} cornu_draws;

static inline cornu_span_request cornu_draws_request(void) {
    return (cornu_span_request){.dtype = CORNU_UINT64, .shape = {1, {2}}, .hidden = true};
}

/* Of a layer that requested them alone. */
static inline cornu_draws *cornu_draws_of(const cornu_layer *layer) {
    return cornu_span_data(layer->spans[0]);
}

#endif
