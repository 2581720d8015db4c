/* What metrics keep. */
#include "base/size.h"
#include "kernels/kernels.h"

bool cornu_metric_keeps_sums(const cornu_metric *metric) {
    return metric->kind == CORNU_METRIC_COUNTS || metric->kind == CORNU_METRIC_SQUARES;
}

size_t cornu_metric_pair_count(const cornu_metric *metric) {
    if (!cornu_metric_keeps_sums(metric)) return 1;
    const cornu_counts *counts = &metric->counts;
    size_t each = 2, pairs, nbytes;
    if (metric->kind == CORNU_METRIC_COUNTS && !counts->by_maximum) {
        if (!cornu_size_add(counts->threshold_count, 1, &each)) return 0;
    }
    if (!cornu_size_multiply(each, counts->columns, &pairs) ||
        !cornu_size_multiply(pairs, 4 * sizeof(double), &nbytes))
        return 0;
    return pairs;
}
