/* What batch renormalization does with one number a column: too little to be compiled for each
 * level. Source: Ioffe, "Batch Renormalization", https://arxiv.org/abs/1702.03275, as Keras 3.15
 * has it. */
#include "kernels/kernels.h"

#define ELEMENT float
#define RENORM(name) name##_f32
#define ROOT __builtin_sqrtf
#include "kernels/renorm_template.h"

#define ELEMENT double
#define RENORM(name) name##_f64
#define ROOT __builtin_sqrt
#include "kernels/renorm_template.h"

void cornu_renorm_correct(cornu_dtype dtype, const cornu_renorm *renorm, double epsilon,
                          size_t count, const cornu_renorm_vectors *vectors) {
    if (dtype == CORNU_FLOAT32) {
        correct_f32(renorm, epsilon, count, vectors);
    } else {
        correct_f64(renorm, epsilon, count, vectors);
    }
}

void cornu_renorm_variances(cornu_dtype dtype, double epsilon, size_t count, const void *deviations,
                            void *variances) {
    if (dtype == CORNU_FLOAT32) {
        square_f32(epsilon, count, deviations, variances);
    } else {
        square_f64(epsilon, count, deviations, variances);
    }
}

void cornu_renorm_gradient(cornu_dtype dtype, size_t count, const void *factors,
                           const void *offsets, const void *sums, void *gradients) {
    if (dtype == CORNU_FLOAT32) {
        gradient_f32(count, factors, offsets, sums, gradients);
    } else {
        gradient_f64(count, factors, offsets, sums, gradients);
    }
}
