/* Categorical cross-entropies, dense and sparse, and the table's two loss kernels.
 *
 * From probabilities, as Keras: a row is divided by its sum, clipped, and the derivative is of
 * exactly that. A target of 0 takes no part, whatever the prediction (0 log 0 = 0; Keras has NaN
 * where a logit is -infinity). */

/* What the elements of a row are measured by: the logits' maximum and log(sum of e^(x - maximum)),
 * or the sum of probabilities. */
typedef struct row_norm {
    REAL maximum, whole;
} row_norm;

/* Of up to LANES rows; and softmax of them, which is made of the same exponentials (NULL: not
 * wanted). */
static void norms_of_logits(size_t rows, size_t columns, const REAL *logits, REAL *probabilities,
                            row_norm *norms) {
    REAL maxima[LANES], sums[LANES] = {0};
    if (columns <= NARROW_COLUMNS) {
        narrow_softmax(rows, columns, logits, maxima, sums, probabilities);
    } else {
        for (size_t i = 0; i < rows; i++) {
            const REAL *row = logits + i * columns;
            if (probabilities) {
                wide_softmax(1, columns, row, probabilities + i * columns, &maxima[i], &sums[i]);
                continue;
            }
            maxima[i] = row_maximum(columns, row);
            sums[i] = sum_of_exponentials(columns, row, maxima[i]);
        }
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        sums[lane] = real_log(sums[lane]);
    }
    for (size_t i = 0; i < rows; i++) {
        norms[i] = (row_norm){maxima[i], sums[i]};
    }
}

INLINE REAL log_probability(bool from_logits, row_norm norm, REAL prediction) {
    return from_logits ? (prediction - norm.maximum) - norm.whole
                       : real_log(clip_probability(prediction / norm.whole));
}

INLINE double dense_loss_of_row(bool from_logits, row_norm norm, loss_targets targets,
                                size_t columns, const REAL *target, const REAL *prediction) {
    enum { GROUP = 256 };
    REAL terms[GROUP];
    double lanes[DOUBLE_LANES] = {0};
    for (size_t begin = 0; begin < columns; begin += GROUP) {
        const size_t count = columns - begin < GROUP ? columns - begin : GROUP;
        for (size_t j = 0; j < count; j++) {
            const REAL t = smoothed(target[begin + j], targets);
            const REAL logarithm = log_probability(from_logits, norm, prediction[begin + j]);
            terms[j] = t == 0 ? 0 : t * logarithm;
        }
        add_to_double_lanes(count, terms, lanes);
    }
    return -add_double_lanes(lanes);
}

INLINE double sparse_loss_of_row(bool from_logits, row_norm norm, REAL prediction) {
    if (from_logits) {
        return (double)(norm.whole - (prediction - norm.maximum));
    }
    return (double)negated(log_probability(false, norm, prediction));
}

/* Whether a row's class is one that the loss is of. Of another, that no output is for, Keras's loss
 * is 0 too. */
INLINE bool has_part(const double *ignored, size_t columns, int32_t id) {
    return (uint32_t)id < columns && !(ignored && (double)id == *ignored);
}

/* Of up to LANES rows. */
static void categorical_rows(const cornu_loss *loss, loss_targets targets, size_t rows,
                             size_t columns, const void *target, const REAL *prediction,
                             REAL *probabilities, double *row_losses) {
    row_norm norms[LANES];
    if (loss->from_logits) {
        norms_of_logits(rows, columns, prediction, probabilities, norms);
    } else {
        for (size_t i = 0; i < rows; i++) {
            norms[i] = (row_norm){0, row_sum(columns, prediction + i * columns)};
        }
    }
    for (size_t i = 0; i < rows; i++) {
        const REAL *row = prediction + i * columns;
        if (loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY) {
            const int32_t id = ((const int32_t *)target)[i];
            if (!has_part(cornu_loss_ignored(loss), columns, id)) {
                row_losses[i] = 0;
                continue;
            }
            row_losses[i] = loss->from_logits ? sparse_loss_of_row(true, norms[i], row[id])
                                              : sparse_loss_of_row(false, norms[i], row[id]);
        } else {
            const REAL *row_target = (const REAL *)target + i * columns;
            row_losses[i] =
                loss->from_logits
                    ? dense_loss_of_row(true, norms[i], targets, columns, row_target, row)
                    : dense_loss_of_row(false, norms[i], targets, columns, row_target, row);
        }
    }
}

static void categorical_forward(const cornu_loss *loss, loss_targets targets, size_t rows,
                                size_t columns, const void *target, const REAL *prediction,
                                REAL *probabilities, double *row_losses) {
    const size_t target_nbytes = loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY
                                     ? sizeof(int32_t)
                                     : columns * sizeof(REAL);
    for (size_t i = 0; i < rows; i += LANES) {
        categorical_rows(loss, targets, rows - i < LANES ? rows - i : LANES, columns,
                         (const char *)target + i * target_nbytes, prediction + i * columns,
                         probabilities ? probabilities + i * columns : NULL, row_losses + i);
    }
}

/* Whatever was predicted, a NaN too. */
INLINE void no_derivative(size_t columns, REAL *dprediction) {
    for (size_t j = 0; j < columns; j++) {
        dprediction[j] = 0;
    }
}

/* dlogits = scale (probabilities * sum of targets - target) */
static void backward_of_logits(const cornu_loss *loss, loss_targets targets, size_t rows,
                               size_t columns, const void *target, const REAL *probabilities,
                               const double *row_scales, REAL *dprediction) {
    const bool sparse = loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY;
    const double *ignored = cornu_loss_ignored(loss);
    for (size_t i = 0; i < rows; i++) {
        const REAL scale = (REAL)row_scales[i];
        const REAL *p = probabilities + i * columns;
        REAL *d = dprediction + i * columns;
        if (sparse) {
            const int32_t id = ((const int32_t *)target)[i];
            if (!has_part(ignored, columns, id)) {
                no_derivative(columns, d);
                continue;
            }
            const REAL at_id = p[id] - 1;
            INDEPENDENT
            for (size_t j = 0; j < columns; j++) {
                d[j] = scale * p[j];
            }
            d[id] = scale * at_id;
            continue;
        }
        const REAL *t = (const REAL *)target + i * columns;
        const REAL whole =
            multiply_add(row_sum(columns, t), targets.keep, targets.spread * (REAL)columns);
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            d[j] = scale * multiply_add(p[j], whole, negated(smoothed(t[j], targets)));
        }
    }
}

/* The loss's derivative by a normalised, clipped probability: -t / clip(p), 0 where clipped. */
INLINE REAL normalised_derivative(REAL t, REAL p) {
    return clip_slope(p) * (negated(t) / clip_probability(p));
}

/* With p = q / sum(q) and g the derivative by p: dq = scale (g - g . p) / sum(q). */
static void backward_of_probabilities(const cornu_loss *loss, loss_targets targets, size_t rows,
                                      size_t columns, const void *target, const REAL *prediction,
                                      const double *row_scales, REAL *dprediction) {
    const bool sparse = loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY;
    const double *ignored = cornu_loss_ignored(loss);
    for (size_t i = 0; i < rows; i++) {
        const REAL *q = prediction + i * columns;
        REAL *d = dprediction + i * columns;
        const REAL sum = row_sum(columns, q);
        const REAL scale = (REAL)row_scales[i] / sum;
        if (sparse) {
            const int32_t id = ((const int32_t *)target)[i];
            if (!has_part(ignored, columns, id)) {
                no_derivative(columns, d);
                continue;
            }
            const REAL p = q[id] / sum, g = normalised_derivative(1, p);
            const REAL others = negated(scale * (g * p)), at_id = scale * (g - g * p);
            for (size_t j = 0; j < columns; j++) {
                d[j] = others;
            }
            d[id] = at_id;
            continue;
        }
        const REAL *t = (const REAL *)target + i * columns;
        REAL lanes[LANES] = {0};
        for (size_t j = 0; j < columns; j++) {
            const REAL p = q[j] / sum;
            const REAL g = normalised_derivative(smoothed(t[j], targets), p);
            lanes[j % LANES] = multiply_add(g, p, lanes[j % LANES]);
        }
        const REAL dot = add_lanes(lanes);
        INDEPENDENT
        for (size_t j = 0; j < columns; j++) {
            d[j] = scale * (normalised_derivative(smoothed(t[j], targets), q[j] / sum) - dot);
        }
    }
}

static bool is_categorical(const cornu_loss *loss) {
    return loss->kind == CORNU_CATEGORICAL_CROSSENTROPY ||
           loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY;
}

/* Keras: binary labels move towards 1/2, one-hot ones towards 1/columns; for hinges 0 and 1 are -1
 * and 1. */
static loss_targets smoothing_of(const cornu_loss *loss, size_t columns) {
    loss_targets targets = {1, 0, (REAL)loss->parameter, 1, 0};
    if (loss->kind == CORNU_BINARY_FOCAL_CROSSENTROPY && loss->value_count > 0) {
        targets.weight = (REAL)(1.0 - loss->values[0]);
        targets.slope = (REAL)(2.0 * loss->values[0] - 1.0);
    }
    if (loss->kind == CORNU_BINARY_CROSSENTROPY || loss->kind == CORNU_BINARY_FOCAL_CROSSENTROPY) {
        targets.keep = (REAL)(1.0 - loss->label_smoothing);
        targets.spread = (REAL)(0.5 * loss->label_smoothing);
    } else if (loss->kind == CORNU_CATEGORICAL_CROSSENTROPY ||
               loss->kind == CORNU_CATEGORICAL_FOCAL_CROSSENTROPY) {
        targets.keep = (REAL)(1.0 - loss->label_smoothing);
        targets.spread = (REAL)(loss->label_smoothing / (double)columns);
    } else if (loss->binary_labels && cornu_loss_is_hinge(loss)) {
        targets.keep = 2;
        targets.spread = -1;
    }
    return targets;
}

static void loss_forward(const cornu_loss *loss, size_t rows, size_t columns, const void *target,
                         const void *prediction, void *probabilities, double *row_losses) {
    if (columns == 0) {
        return;
    }
    const loss_targets targets = smoothing_of(loss, columns);
    if (is_categorical(loss)) {
        categorical_forward(loss, targets, rows, columns, target, prediction, probabilities,
                            row_losses);
    } else {
        if (probabilities) {
            map_forward(sigmoid, rows * columns, prediction, probabilities,
                        (activation_parameters){0, 0, 0});
        }
        if (is_loss_of_whole_row(loss)) {
            row_loss_forward(loss, targets, rows, columns, target, prediction, row_losses);
        } else {
            element_loss_forward(loss, targets, rows, columns, target, prediction, row_losses);
        }
    }
}

static void loss_backward(const cornu_loss *loss, size_t rows, size_t columns, const void *target,
                          const void *prediction, const void *probabilities,
                          const double *row_scales, void *dprediction) {
    if (columns == 0) {
        return;
    }
    const loss_targets targets = smoothing_of(loss, columns);
    if (is_loss_of_whole_row(loss)) {
        row_loss_backward(loss, targets, rows, columns, target, prediction, row_scales,
                          dprediction);
    } else if (!is_categorical(loss)) {
        element_loss_backward(loss, targets, rows, columns, target, prediction, probabilities,
                              row_scales, dprediction);
    } else if (!loss->from_logits) {
        backward_of_probabilities(loss, targets, rows, columns, target, prediction, row_scales,
                                  dprediction);
    } else {
        if (!probabilities) {
            softmax_forward(rows, columns, prediction, dprediction);
            probabilities = dprediction;
        }
        backward_of_logits(loss, targets, rows, columns, target, probabilities, row_scales,
                           dprediction);
    }
}

static bool is_binary(size_t count, const void *x) {
    const REAL *labels = x;
    REAL_BITS others = 0;
    for (size_t i = 0; i < count; i++) {
        others |= (labels[i] != 0) & (labels[i] != 1);
    }
    return others == 0;
}
