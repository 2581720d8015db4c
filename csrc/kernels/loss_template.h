/* Categorical cross-entropies, dense and sparse, and the table's two loss kernels.
 *
 * From probabilities, as Keras: a row is divided by its sum, clipped, and the derivative is of
 * exactly that. A target of 0 takes no part, whatever the prediction (0 log 0 = 0; Keras has NaN
 * where a logit is -infinity). */

/* maximum + log(sum of e^(x - maximum)), the two apart. */
static REAL log_sum_of_row(size_t columns, const REAL *logits, REAL *maximum) {
    *maximum = row_maximum(columns, logits);
    return real_log(sum_of_exponentials(columns, logits, *maximum));
}

INLINE REAL sparse_loss_of_row(bool from_logits, size_t columns, size_t id,
                               const REAL *prediction) {
    if (from_logits) {
        REAL maximum;
        REAL log_sum = log_sum_of_row(columns, prediction, &maximum);
        return log_sum - (prediction[id] - maximum);
    }
    return negated(real_log(clip_probability(prediction[id] / row_sum(columns, prediction))));
}

INLINE double dense_loss_of_row(bool from_logits, loss_targets targets, size_t columns,
                                const REAL *target, const REAL *prediction) {
    enum { GROUP = 256 };
    REAL terms[GROUP];
    double lanes[DOUBLE_LANES] = {0};
    REAL maximum = 0;
    const REAL whole =
        from_logits ? log_sum_of_row(columns, prediction, &maximum) : row_sum(columns, prediction);
    for (size_t begin = 0; begin < columns; begin += GROUP) {
        const size_t count = columns - begin < GROUP ? columns - begin : GROUP;
        for (size_t j = 0; j < count; j++) {
            const REAL t = smoothed(target[begin + j], targets), value = prediction[begin + j];
            const REAL log_probability =
                from_logits ? (value - maximum) - whole : real_log(clip_probability(value / whole));
            terms[j] = t == 0 ? 0 : t * log_probability;
        }
        add_to_double_lanes(count, terms, lanes);
    }
    return -add_double_lanes(lanes);
}

static void categorical_forward(const cornu_loss *loss, loss_targets targets, size_t rows,
                                size_t columns, const void *target, const REAL *prediction,
                                double *row_losses) {
    const bool sparse = loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY;
    for (size_t i = 0; i < rows; i++) {
        const REAL *row = prediction + i * columns;
        if (sparse) {
            const size_t id = (size_t)((const int32_t *)target)[i];
            row_losses[i] =
                (double)(loss->from_logits ? sparse_loss_of_row(true, columns, id, row)
                                           : sparse_loss_of_row(false, columns, id, row));
        } else {
            const REAL *row_target = (const REAL *)target + i * columns;
            row_losses[i] = loss->from_logits
                                ? dense_loss_of_row(true, targets, columns, row_target, row)
                                : dense_loss_of_row(false, targets, columns, row_target, row);
        }
    }
}

/* dlogits = scale (probabilities * sum of targets - target) */
static void backward_of_logits(bool sparse, loss_targets targets, size_t rows, size_t columns,
                               const void *target, const REAL *probabilities,
                               const double *row_scales, REAL *dprediction) {
    for (size_t i = 0; i < rows; i++) {
        const REAL scale = (REAL)row_scales[i];
        const REAL *p = probabilities + i * columns;
        REAL *d = dprediction + i * columns;
        if (sparse) {
            const size_t id = (size_t)((const int32_t *)target)[i];
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
static void backward_of_probabilities(bool sparse, loss_targets targets, size_t rows,
                                      size_t columns, const void *target, const REAL *prediction,
                                      const double *row_scales, REAL *dprediction) {
    for (size_t i = 0; i < rows; i++) {
        const REAL *q = prediction + i * columns;
        REAL *d = dprediction + i * columns;
        const REAL sum = row_sum(columns, q);
        const REAL scale = (REAL)row_scales[i] / sum;
        if (sparse) {
            const size_t id = (size_t)((const int32_t *)target)[i];
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

/* Keras: binary labels move towards 1/2, one-hot ones towards 1/columns. */
static loss_targets smoothing_of(const cornu_loss *loss, size_t columns) {
    loss_targets targets = {1, 0};
    if (loss->kind == CORNU_BINARY_CROSSENTROPY) {
        targets.keep = (REAL)(1.0 - loss->label_smoothing);
        targets.spread = (REAL)(0.5 * loss->label_smoothing);
    } else if (loss->kind == CORNU_CATEGORICAL_CROSSENTROPY) {
        targets.keep = (REAL)(1.0 - loss->label_smoothing);
        targets.spread = (REAL)(loss->label_smoothing / (double)columns);
    }
    return targets;
}

static void loss_forward(const cornu_loss *loss, size_t rows, size_t columns, const void *target,
                         const void *prediction, double *row_losses) {
    if (columns == 0) {
        return;
    }
    const loss_targets targets = smoothing_of(loss, columns);
    if (is_categorical(loss)) {
        categorical_forward(loss, targets, rows, columns, target, prediction, row_losses);
    } else {
        element_loss_forward(loss, targets, rows, columns, target, prediction, row_losses);
    }
}

static void loss_backward(const cornu_loss *loss, size_t rows, size_t columns, const void *target,
                          const void *prediction, const void *probabilities,
                          const double *row_scales, void *dprediction) {
    if (columns == 0) {
        return;
    }
    const loss_targets targets = smoothing_of(loss, columns);
    const bool sparse = loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY;
    if (!is_categorical(loss)) {
        element_loss_backward(loss, targets, rows, columns, target, prediction, probabilities,
                              row_scales, dprediction);
    } else if (!loss->from_logits) {
        backward_of_probabilities(sparse, targets, rows, columns, target, prediction, row_scales,
                                  dprediction);
    } else {
        if (!probabilities) {
            softmax_forward(rows, columns, prediction, dprediction);
            probabilities = dprediction;
        }
        backward_of_logits(sparse, targets, rows, columns, target, probabilities, row_scales,
                           dprediction);
    }
}
