/* Sums that metrics keep over batches: counts of decisions at thresholds, and squares. Pairs of
 * doubles, each added to in the order of the rows. Source: Keras 3.15, keras.metrics. */

/* How many of the others come before element j: those that are greater, and equal ones to its left.
 */
static size_t rank_in_row(size_t columns, const REAL *row, size_t j) {
    size_t before = 0;
    for (size_t i = 0; i < columns; i++) {
        before += row[i] > row[j] || (row[i] == row[j] && i < j);
    }
    return before;
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

static size_t bin_in_row(const cornu_metric *metric, size_t columns, const REAL *row, REAL maximum,
                         size_t j) {
    const cornu_counts *counts = &metric->counts;
    if (counts->by_maximum) {
        return row[j] >= maximum && absolute(row[j]) > R(1e-9) ? 1 : 0;
    }
    if (metric->k > 0 && rank_in_row(columns, row, j) >= metric->k) {
        return bin_of(counts, R(-1e10));
    }
    return bin_of(counts, counts->from_logits ? real_sigmoid(row[j]) : row[j]);
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
        for (size_t j = first; j < end; j++) {
            const size_t part = counts->columns > 1 ? j : 0;
            const size_t bin = bin_in_row(metric, columns, row, maximum, j);
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

static void metric_sums(const cornu_metric *metric, size_t rows, size_t columns, const void *target,
                        const void *prediction, const double *weights, double *sums) {
    if (metric->kind == CORNU_METRIC_COUNTS) {
        add_counts(metric, rows, columns, target, prediction, weights, sums);
    } else {
        add_squares(rows, columns, target, prediction, weights, sums);
    }
}
