/* Keras's formulas of losses, in long double. */
#ifndef CORNU_TESTS_KERNELS_LOSSES_FIXTURE_H
#define CORNU_TESTS_KERNELS_LOSSES_FIXTURE_H

#include "kernels_fixture.h"
#include "net/objective.h"

typedef long double wide;

typedef struct loss_row {
    const cornu_loss *loss;
    size_t columns, id;
    wide *target, *prediction;
} loss_row;

static inline wide smoothed(const loss_row *row, size_t j) {
    wide smoothing = (wide)row->loss->label_smoothing;
    switch (row->loss->kind) {
        case CORNU_BINARY_CROSSENTROPY:
        case CORNU_BINARY_FOCAL_CROSSENTROPY:
            return row->target[j] * (1 - smoothing) + smoothing / 2;
        case CORNU_CATEGORICAL_CROSSENTROPY:
        case CORNU_CATEGORICAL_FOCAL_CROSSENTROPY:
            return row->target[j] * (1 - smoothing) + smoothing / (wide)row->columns;
        case CORNU_SPARSE_CATEGORICAL_CROSSENTROPY:
            return j == row->id ? 1 : 0;
        default:
            return row->target[j];
    }
}

static inline wide clipped(wide p) {
    return fminl(fmaxl(p, 1e-7L), 1 - 1e-7L);
}

static inline wide hinge_target(const loss_row *row, size_t j) {
    return row->loss->binary_labels ? 2 * row->target[j] - 1 : row->target[j];
}

static inline wide expected_binary_focal(const loss_row *row, wide t, wide x) {
    wide p = row->loss->from_logits ? 1 / (1 + expl(-x)) : x;
    wide entropy = -t * logl(clipped(p)) - (1 - t) * logl(1 - clipped(p));
    wide alpha = row->loss->value_count > 0 ? (wide)row->loss->values[0] : -1;
    wide weight = alpha < 0 ? 1 : t * alpha + (1 - t) * (1 - alpha);
    return weight * powl(t * (1 - p) + (1 - t) * p, (wide)row->loss->parameter) * entropy;
}

static inline wide expected_term(const loss_row *row, size_t j) {
    wide t = smoothed(row, j), x = row->prediction[j];
    switch (row->loss->kind) {
        case CORNU_BINARY_FOCAL_CROSSENTROPY:
            return expected_binary_focal(row, t, x);
        case CORNU_QUANTILE_LOSS:
            return fmaxl((wide)row->loss->values[j] * (t - x),
                         ((wide)row->loss->values[j] - 1) * (t - x));
        case CORNU_MEAN_SQUARED_ERROR:
            return (t - x) * (t - x);
        case CORNU_MEAN_ABSOLUTE_ERROR:
            return fabsl(t - x);
        case CORNU_MEAN_ABSOLUTE_PERCENTAGE_ERROR:
            return 100 * fabsl(t - x) / fmaxl(fabsl(t), 1e-7L);
        case CORNU_MEAN_SQUARED_LOGARITHMIC_ERROR:
            return powl(logl(fmaxl(x, 1e-7L) + 1) - logl(fmaxl(t, 1e-7L) + 1), 2);
        case CORNU_HUBER: {
            wide delta = (wide)row->loss->parameter, size = fabsl(x - t);
            return size <= delta ? size * size / 2 : delta * (size - delta / 2);
        }
        case CORNU_LOG_COSH:
            return logl(coshl(x - t));
        case CORNU_POISSON:
            return x - t * logl(x + 1e-7L);
        case CORNU_HINGE:
            return fmaxl(1 - hinge_target(row, j) * x, 0);
        case CORNU_SQUARED_HINGE:
            return powl(fmaxl(1 - hinge_target(row, j) * x, 0), 2);
        default:
            if (row->loss->from_logits) {
                return t * log1pl(expl(-x)) + (1 - t) * log1pl(expl(x));
            }
            return -t * logl(clipped(x)) - (1 - t) * logl(1 - clipped(x));
    }
}

static inline wide share(wide p) {
    return fminl(fmaxl(p, 1e-7L), 1);
}

static inline wide expected_divergence(const loss_row *row) {
    wide sum = 0;
    for (size_t j = 0; j < row->columns; j++) {
        sum += share(row->target[j]) * logl(share(row->target[j]) / share(row->prediction[j]));
    }
    return sum;
}

static inline wide expected_categorical_hinge(const loss_row *row) {
    wide own = 0, other = -(wide)INFINITE;
    for (size_t j = 0; j < row->columns; j++) {
        own += row->target[j] * row->prediction[j];
        other = fmaxl(other, (1 - row->target[j]) * row->prediction[j]);
    }
    return fmaxl(other - own + 1, 0);
}

static inline wide expected_cosine(const loss_row *row) {
    wide dot = 0, target = 0, prediction = 0;
    for (size_t j = 0; j < row->columns; j++) {
        dot += row->target[j] * row->prediction[j];
        target += row->target[j] * row->target[j];
        prediction += row->prediction[j] * row->prediction[j];
    }
    return -dot / fmaxl(sqrtl(target), 1e-7L) / fmaxl(sqrtl(prediction), 1e-7L);
}

static inline wide expected_overlap(const loss_row *row) {
    wide both = 0, missed = 0, wrong = 0;
    for (size_t j = 0; j < row->columns; j++) {
        both += row->target[j] * row->prediction[j];
        missed += row->target[j] * (1 - row->prediction[j]);
        wrong += (1 - row->target[j]) * row->prediction[j];
    }
    if (row->loss->kind == CORNU_DICE) return 1 - 2 * both / (2 * both + missed + wrong + 1e-7L);
    wide alpha = (wide)row->loss->parameter, beta = (wide)row->loss->values[0];
    return 1 - both / (both + alpha * missed + beta * wrong + 1e-7L);
}

static inline wide expected_generalized(const loss_row *row) {
    wide q = (wide)row->loss->parameter;
    return (1 - powl(row->prediction[row->id], q)) / q;
}

static inline bool is_crossentropy(const cornu_loss *loss) {
    return loss->kind == CORNU_BINARY_CROSSENTROPY ||
           loss->kind == CORNU_CATEGORICAL_CROSSENTROPY ||
           loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY;
}

/* Whether it takes the logarithm of a prediction. */
static inline bool takes_probabilities(const cornu_loss *loss) {
    return loss->kind == CORNU_POISSON || loss->kind == CORNU_KL_DIVERGENCE ||
           loss->kind == CORNU_MEAN_SQUARED_LOGARITHMIC_ERROR || cornu_loss_is_overlap(loss) ||
           loss->kind == CORNU_CATEGORICAL_GENERALIZED_CROSS_ENTROPY ||
           ((is_crossentropy(loss) || loss->kind == CORNU_BINARY_FOCAL_CROSSENTROPY ||
             loss->kind == CORNU_CATEGORICAL_FOCAL_CROSSENTROPY) &&
            !loss->from_logits);
}

static inline wide expected_loss(const loss_row *row) {
    wide sum = 0, whole = 0;
    bool categorical = row->loss->kind == CORNU_CATEGORICAL_CROSSENTROPY ||
                       row->loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY ||
                       row->loss->kind == CORNU_CATEGORICAL_FOCAL_CROSSENTROPY;
    if (cornu_loss_is_overlap(row->loss)) return expected_overlap(row);
    if (row->loss->kind == CORNU_CATEGORICAL_GENERALIZED_CROSS_ENTROPY)
        return expected_generalized(row);
    if (row->loss->kind == CORNU_KL_DIVERGENCE) return expected_divergence(row);
    if (row->loss->kind == CORNU_CATEGORICAL_HINGE) return expected_categorical_hinge(row);
    if (row->loss->kind == CORNU_COSINE_SIMILARITY) return expected_cosine(row);
    for (size_t j = 0; j < row->columns; j++) {
        whole += row->loss->from_logits ? expl(row->prediction[j]) : row->prediction[j];
    }
    for (size_t j = 0; j < row->columns; j++) {
        if (!categorical) {
            sum += expected_term(row, j) / (wide)row->columns;
            continue;
        }
        wide p = row->loss->from_logits ? expl(row->prediction[j]) / whole
                                        : clipped(row->prediction[j] / whole);
        wide focus = 1;
        if (row->loss->kind == CORNU_CATEGORICAL_FOCAL_CROSSENTROPY) {
            p = clipped(p);
            focus = (wide)row->loss->values[row->loss->value_count == 1 ? 0 : j] *
                    powl(1 - p, (wide)row->loss->parameter);
        }
        sum -= focus * smoothed(row, j) * logl(p);
    }
    return sum;
}

static inline double expected_slope(const loss_row *row, size_t j) {
    const wide at = row->prediction[j], step = 1e-6L * fmaxl(fabsl(at), 0.03L);
    row->prediction[j] = at + step;
    wide high = expected_loss(row);
    row->prediction[j] = at - step;
    wide low = expected_loss(row);
    row->prediction[j] = at;
    return (double)((high - low) / (2 * step));
}

#endif
