/* Metrics: one value a row.
 *
 * A NaN in a prediction is never right: an element that is NaN counts as wrong, and so does a row
 * with a NaN in it for the categorical kinds (Keras's argmax would take the first NaN for the
 * largest). Of equal predictions the first is the argmax; top-k counts those that are strictly
 * greater, so a tie is in. Source: Keras 3.15, keras.metrics. */

static bool has_nan(size_t columns, const REAL *row) {
    REAL_BITS found = 0;
    for (size_t j = 0; j < columns; j++) {
        found |= row[j] != row[j];
    }
    return found != 0;
}

/* The first of the largest. */
static size_t row_argmax(size_t columns, const REAL *row) {
    const REAL maximum = row_maximum(columns, row);
    for (size_t j = 0; j < columns; j++) {
        if (row[j] == maximum) {
            return j;
        }
    }
    return 0;
}

static bool in_top(size_t k, size_t columns, const REAL *row, size_t id) {
    /* A class that no output is for, as a loss may leave out. */
    if (id >= columns) {
        return false;
    }
    const REAL value = row[id];
    size_t greater = 0;
    for (size_t j = 0; j < columns; j++) {
        greater += row[j] > value;
    }
    return greater < k;
}

static void element_accuracy(const cornu_metric *metric, size_t rows, size_t columns,
                             const REAL *target, const REAL *prediction, double *row_values) {
    const REAL threshold = (REAL)metric->threshold;
    const bool binary = metric->kind == CORNU_METRIC_BINARY_ACCURACY;
    for (size_t i = 0; i < rows; i++) {
        const REAL *t = target + i * columns, *p = prediction + i * columns;
        size_t right = 0;
        if (binary) {
            for (size_t j = 0; j < columns; j++) {
                REAL decision = p[j] > threshold ? 1 : 0;
                right += (t[j] == decision) & (p[j] == p[j]);
            }
        } else {
            for (size_t j = 0; j < columns; j++) {
                right += t[j] == p[j];
            }
        }
        row_values[i] = (double)right / (double)columns;
    }
}

/* The first of the largest of up to LANES rows; columns where there is a NaN among them. */
static void argmax_of_rows(size_t rows, size_t columns, const REAL *x, REAL_BITS *indices) {
    if (columns <= NARROW_COLUMNS) {
        narrow_argmax(rows, columns, x, indices);
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        const REAL *row = x + i * columns;
        indices[i] = (REAL_BITS)(has_nan(columns, row) ? columns : row_argmax(columns, row));
    }
}

static void categorical_accuracy(bool sparse, size_t rows, size_t columns, const void *target,
                                 const REAL *prediction, double *row_values) {
    for (size_t begin = 0; begin < rows; begin += LANES) {
        const size_t count = rows - begin < LANES ? rows - begin : LANES;
        REAL_BITS predicted[LANES], wanted[LANES];
        argmax_of_rows(count, columns, prediction + begin * columns, predicted);
        if (sparse) {
            for (size_t i = 0; i < count; i++) {
                wanted[i] = (REAL_BITS)((const int32_t *)target)[begin + i];
            }
        } else {
            argmax_of_rows(count, columns, (const REAL *)target + begin * columns, wanted);
        }
        for (size_t i = 0; i < count; i++) {
            const bool right = predicted[i] == wanted[i] && predicted[i] < columns;
            row_values[begin + i] = right ? 1 : 0;
        }
    }
}

static void top_k_accuracy(const cornu_metric *metric, size_t rows, size_t columns,
                           const void *target, const REAL *prediction, double *row_values) {
    const bool sparse = metric->kind == CORNU_METRIC_SPARSE_TOP_K_CATEGORICAL_ACCURACY;
    for (size_t i = 0; i < rows; i++) {
        const REAL *row = prediction + i * columns;
        const size_t id = sparse ? (size_t)((const int32_t *)target)[i]
                                 : row_argmax(columns, (const REAL *)target + i * columns);
        const bool right = in_top(metric->k, columns, row, id) && !has_nan(columns, row);
        row_values[i] = right ? 1 : 0;
    }
}

static void cosine_similarity(size_t rows, size_t columns, const REAL *target,
                              const REAL *prediction, double *row_values) {
    for (size_t i = 0; i < rows; i++) {
        row_values[i] = cosine_of_row(columns, target + i * columns, prediction + i * columns);
    }
}

/* Variances and covariance of a row, in double. */
typedef struct row_moments {
    double target, prediction, both, means_apart;
} row_moments;

static row_moments moments_of_row(size_t columns, const REAL *target, const REAL *prediction) {
    double targets[DOUBLE_LANES] = {0}, predictions[DOUBLE_LANES] = {0};
    add_to_double_lanes(columns, target, targets);
    add_to_double_lanes(columns, prediction, predictions);
    const double count = (double)columns;
    const double t_mean = add_double_lanes(targets) / count;
    const double p_mean = add_double_lanes(predictions) / count;
    row_moments sums = {0, 0, 0, t_mean - p_mean};
    for (size_t j = 0; j < columns; j++) {
        const double t = (double)target[j] - t_mean, p = (double)prediction[j] - p_mean;
        sums.target += t * t;
        sums.prediction += p * p;
        sums.both += t * p;
    }
    return (row_moments){sums.target / count, sums.prediction / count, sums.both / count,
                         sums.means_apart};
}

/* Of a row that does not vary Pearson's correlation is NaN. */
static void correlations(bool pearson, size_t rows, size_t columns, const REAL *target,
                         const REAL *prediction, double *row_values) {
    for (size_t i = 0; i < rows; i++) {
        const row_moments of =
            moments_of_row(columns, target + i * columns, prediction + i * columns);
        const double apart = of.means_apart * of.means_apart;
        row_values[i] = pearson
                            ? of.both / (__builtin_sqrt(of.target) * __builtin_sqrt(of.prediction))
                            : 2 * of.both / (of.target + of.prediction + apart + 1e-7);
    }
}

static void metric_rows(const cornu_metric *metric, size_t rows, size_t columns, const void *target,
                        const void *prediction, double *row_values) {
    if (columns == 0) {
        return;
    }
    switch (metric->kind) {
        case CORNU_METRIC_LOSS:
            loss_forward(&metric->loss, rows, columns, target, prediction, NULL, row_values);
            return;
        case CORNU_METRIC_ACCURACY:
        case CORNU_METRIC_BINARY_ACCURACY:
            element_accuracy(metric, rows, columns, target, prediction, row_values);
            return;
        case CORNU_METRIC_CATEGORICAL_ACCURACY:
        case CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY:
            categorical_accuracy(metric->kind == CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY, rows,
                                 columns, target, prediction, row_values);
            return;
        case CORNU_METRIC_ROOT_MEAN_SQUARED_ERROR:
            loss_forward(&(cornu_loss){.kind = CORNU_MEAN_SQUARED_ERROR}, rows, columns, target,
                         prediction, NULL, row_values);
            return;
        case CORNU_METRIC_COSINE_SIMILARITY:
            cosine_similarity(rows, columns, target, prediction, row_values);
            return;
        case CORNU_METRIC_PEARSON_CORRELATION:
        case CORNU_METRIC_CONCORDANCE_CORRELATION:
            correlations(metric->kind == CORNU_METRIC_PEARSON_CORRELATION, rows, columns, target,
                         prediction, row_values);
            return;
        default:
            top_k_accuracy(metric, rows, columns, target, prediction, row_values);
            return;
    }
}
