/* What is done with one number a row, in double whatever the tables' type. */
#include "kernels/kernels.h"

/* What the sum over losses that a mask leaves is divided by. */
static double masked_divisor(cornu_reduction reduction, size_t rows, size_t per_row,
                             const double *weights, const bool *mask) {
    if (reduction == CORNU_SUM) return 1.0;
    double divisor = 0.0;
    for (size_t i = 0; i < rows * per_row; i++) {
        const double weight = reduction == CORNU_SUM_OVER_BATCH_SIZE ? 1.0 : weights[i / per_row];
        if (mask[i]) divisor += weight;
    }
    return divisor;
}

void cornu_row_scales(cornu_reduction reduction, size_t rows, size_t per_row, const double *weights,
                      const bool *mask, double *scales) {
    double divisor = 1.0;
    if (mask) {
        divisor = masked_divisor(reduction, rows, per_row, weights, mask);
    } else if (reduction == CORNU_SUM_OVER_BATCH_SIZE) {
        divisor = (double)rows * (double)per_row;
    } else if (reduction == CORNU_MEAN_WITH_SAMPLE_WEIGHT) {
        divisor = 0.0;
        for (size_t row = 0; row < rows; row++) divisor += weights[row] * (double)per_row;
    }
    for (size_t row = 0; row < rows; row++) {
        double scale = divisor != 0.0 ? weights[row] / divisor : 0.0;
        for (size_t i = 0; i < per_row; i++) scales[row * per_row + i] = scale;
    }
    for (size_t i = 0; mask && i < rows * per_row; i++) {
        if (!mask[i]) scales[i] = 0.0;
    }
}

void cornu_row_scales_of_losses(cornu_reduction reduction, size_t rows, const double *weights,
                                const double *losses, double *scales) {
    double divisor = reduction == CORNU_SUM ? 1.0 : 0.0;
    for (size_t row = 0; row < rows && reduction != CORNU_SUM; row++) {
        const double share = reduction == CORNU_SUM_OVER_BATCH_SIZE ? 1.0 : weights[row];
        divisor += losses[row] == 0.0 ? 0.0 : share;
    }
    for (size_t row = 0; row < rows; row++)
        scales[row] = divisor != 0.0 && losses[row] != 0.0 ? weights[row] / divisor : 0.0;
}

double cornu_row_total(size_t rows, const double *scales, const double *values, double total) {
    if (scales) {
        for (size_t i = 0; i < rows; i++) total += scales[i] * values[i];
    } else {
        for (size_t i = 0; i < rows; i++) total += values[i];
    }
    return total;
}
