/* The circle loss, of which a row is compared with all others. Source: Sun et al., "Circle Loss: A
 * Unified Perspective of Pair Similarity Optimization", as Keras 3.15 has it. */
#include <math.h>

#include "kernels/table_includes.h"

#include "kernels/target_portable.h"

#include "kernels/real_f64.h"

#include "kernels/real_template.h"

#include "kernels/math_template.h"

#define ELEMENT float
#define CIRCLE(name) name##_f32
#include "kernels/circle_template.h"

#define ELEMENT double
#define CIRCLE(name) name##_f64
#include "kernels/circle_template.h"

double cornu_circle_row(const cornu_kernels *kernels, const cornu_loss *loss, size_t row,
                        int32_t label, size_t count, const int32_t *labels, void *similarities,
                        void *room) {
    return kernels->dtype == CORNU_FLOAT32
               ? row_f32(kernels, loss, row, label, count, labels, similarities, room)
               : row_f64(kernels, loss, row, label, count, labels, similarities, room);
}

void cornu_add_transposed(cornu_dtype dtype, size_t side, void *x) {
    if (dtype == CORNU_FLOAT32) {
        add_transposed_f32(side, x);
    } else {
        add_transposed_f64(side, x);
    }
}
