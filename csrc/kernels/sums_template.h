/* Sums that metrics keep over batches: counts of decisions at thresholds, of classes taken for each
 * other, and squares. Pairs of doubles, each added to in the order of the rows. Source: Keras 3.15,
 * keras.metrics. */

/* The k largest of a row: those above the least of them, and of those that equal it as many as are
 * left, from the left. */
typedef struct row_top {
    REAL least;
    size_t equal_left;
} row_top;

/* The number at place `key` in ascending order of all numbers, from the lowest negative one on. */
INLINE REAL number_at(REAL_BITS key) {
    return real_of(key & REAL_SIGN_BIT ? key ^ REAL_SIGN_BIT : ~key);
}

/* Halves the numbers that the least of the largest can be, so that it takes as many passes as a
 * number has bits at most, and no memory. NaN is no number among them. */
static row_top top_of_row(size_t k, size_t columns, const REAL *row) {
    REAL_BITS low = ~(REAL_BITS)(REAL_INFINITY_BITS | REAL_SIGN_BIT);
    REAL_BITS high = REAL_INFINITY_BITS | REAL_SIGN_BIT;
    size_t above = 0;
    while (low < high) {
        const REAL_BITS middle = low + (high - low) / 2;
        const REAL number = number_at(middle);
        size_t greater = 0;
        for (size_t j = 0; j < columns; j++) {
            greater += row[j] > number;
        }
        if (greater == k) {
            return (row_top){number, 0};
        }
        if (greater < k) {
            high = middle;
            above = greater;
        } else {
            low = middle + 1;
        }
    }
    return (row_top){number_at(low), k - above};
}

/* Whether the next element, from left to right, is among them. NaN always is. */
INLINE bool take_from_top(row_top *top, REAL x) {
    if (x == top->least && top->equal_left > 0) {
        top->equal_left--;
        return true;
    }
    return !(x <= top->least);
}

/* Of evenly spread thresholds, as Keras finds it: ceil(p * steps), p from 0 to 1. */
static size_t even_bin(const cornu_counts *counts, REAL p) {
    /* Written so that a NaN is 0. */
    REAL clipped = p > 0 ? (p > 1 ? 1 : p) : 0;
    REAL place = clipped * (REAL)(counts->threshold_count - 1);
    size_t bin = (size_t)place;
    bin += (REAL)bin < place;
    /* Of very many thresholds the place is rounded, upwards too. */
    bin = bin < counts->threshold_count ? bin : counts->threshold_count;
    return counts->widened && bin == 0 ? 1 : bin;
}

static size_t bin_of(const cornu_counts *counts, REAL p) {
    if (counts->even) {
        return even_bin(counts, p);
    }
    size_t low = 0, high = counts->threshold_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (p > (REAL)counts->thresholds[middle]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static size_t bin_in_row(const cornu_counts *counts, REAL prediction, REAL maximum, bool counted) {
    if (counts->by_maximum) {
        return prediction >= maximum && absolute(prediction) > R(1e-9) ? 1 : 0;
    }
    if (!counted) {
        return bin_of(counts, R(-1e10));
    }
    return bin_of(counts, counts->from_logits ? real_sigmoid(prediction) : prediction);
}

static void add_to_pair(const cornu_counts *counts, REAL target, double weight, double *pair) {
    if (counts->soft) {
        pair[0] += weight * (double)target;
        pair[1] += weight * (double)(1 - target);
    } else {
        pair[target != 0 ? 0 : 1] += weight;
    }
}

static void add_counts(const cornu_metric *metric, size_t rows, size_t columns, const REAL *target,
                       const REAL *prediction, const double *weights, double *sums) {
    const cornu_counts *counts = &metric->counts;
    const bool one = counts->class_id != CORNU_EVERY_CLASS;
    const size_t first = one ? counts->class_id : 0, end = one ? first + 1 : columns;
    const size_t bins = counts->by_maximum ? 2 : counts->threshold_count + 1;
    for (size_t i = 0; i < rows; i++) {
        const REAL *row = prediction + i * columns;
        const REAL maximum = counts->by_maximum ? row_maximum(columns, row) : 0;
        row_top top = {0, 0};
        if (metric->k > 0) {
            top = top_of_row(metric->k, columns, row);
        }
        for (size_t j = metric->k > 0 ? 0 : first; j < end; j++) {
            const bool counted = metric->k == 0 || take_from_top(&top, row[j]);
            if (j < first) {
                continue;
            }
            const size_t part = counts->columns > 1 ? j : 0;
            const size_t bin = bin_in_row(counts, row[j], maximum, counted);
            add_to_pair(counts, target[i * columns + j], weights ? weights[i * columns + j] : 1.0,
                        sums + 2 * (part * bins + bin));
        }
    }
}

static void add_squares(size_t rows, size_t columns, const REAL *target, const REAL *prediction,
                        const double *weights, double *sums) {
    for (size_t i = 0; i < rows * columns; i++) {
        const double t = (double)target[i], error = t - (double)prediction[i];
        const double weight = weights ? weights[i] : 1.0;
        double *sum = sums + 4 * (i % columns);
        sum[0] += weight * (t * t);
        sum[1] += weight * t;
        sum[2] += weight * (error * error);
        sum[3] += weight;
    }
}

static void add_covered(size_t rows, size_t columns, const REAL *target, const REAL *prediction,
                        const double *weights, double *sums) {
    for (size_t i = 0; i < rows * columns; i++) {
        const double weight = weights ? weights[i] : 1.0;
        double *sum = sums + 2 * (i % columns);
        sum[0] += target[i] <= prediction[i] ? weight : 0.0;
        sum[1] += weight;
    }
}

/* The class that a number is, as a conversion cuts it off; classes for one that is none. */
INLINE size_t class_of(REAL x, size_t classes) {
    return x > -1 && x < (REAL)classes ? (size_t)x : classes;
}

INLINE void add_confusion(const cornu_counts *counts, size_t wanted, size_t found, double weight,
                          double *sums) {
    if (wanted < counts->columns && found < counts->columns && wanted != counts->class_id) {
        sums[wanted * counts->columns + found] += weight;
    }
}

static void confuse_elements(const cornu_metric *metric, size_t count, const REAL *target,
                             const REAL *prediction, const double *weights, double *sums) {
    const cornu_counts *counts = &metric->counts;
    const bool binary = metric->kind == CORNU_METRIC_BINARY_CONFUSION;
    const REAL threshold = (REAL)metric->threshold;
    for (size_t i = 0; i < count; i++) {
        const size_t found =
            binary ? prediction[i] >= threshold : class_of(prediction[i], counts->columns);
        add_confusion(counts, class_of(target[i], counts->columns), found,
                      weights ? weights[i] : 1.0, sums);
    }
}

static void confuse_rows(const cornu_metric *metric, size_t rows, size_t columns,
                         const void *target, const REAL *prediction, const double *weights,
                         double *sums) {
    const bool sparse = metric->kind == CORNU_METRIC_SPARSE_CATEGORICAL_CONFUSION;
    for (size_t begin = 0; begin < rows; begin += LANES) {
        const size_t count = rows - begin < LANES ? rows - begin : LANES;
        REAL_BITS found[LANES], wanted[LANES];
        argmax_of_rows(count, columns, prediction + begin * columns, found);
        if (!sparse) {
            argmax_of_rows(count, columns, (const REAL *)target + begin * columns, wanted);
        }
        for (size_t i = 0; i < count; i++) {
            const size_t id = sparse ? (size_t)((const int32_t *)target)[begin + i] : wanted[i];
            /* A row with a NaN has no largest. */
            const size_t class = found[i] < columns ? found[i] : metric->counts.columns;
            add_confusion(&metric->counts, id < columns ? id : metric->counts.columns, class,
                          weights ? weights[(begin + i) * columns] : 1.0, sums);
        }
    }
}

static void metric_sums(const cornu_metric *metric, size_t rows, size_t columns, const void *target,
                        const void *prediction, const double *weights, double *sums) {
    switch ((int)metric->kind) {
        case CORNU_METRIC_COUNTS:
            add_counts(metric, rows, columns, target, prediction, weights, sums);
            return;
        case CORNU_METRIC_SQUARES:
            add_squares(rows, columns, target, prediction, weights, sums);
            return;
        case CORNU_METRIC_COVERED:
            add_covered(rows, columns, target, prediction, weights, sums);
            return;
        case CORNU_METRIC_CONFUSION:
        case CORNU_METRIC_BINARY_CONFUSION:
            confuse_elements(metric, rows * columns, target, prediction, weights, sums);
            return;
        default:
            confuse_rows(metric, rows, columns, target, prediction, weights, sums);
            return;
    }
}
