/* What metrics keep. */
#include "base/size.h"
#include "kernels/kernels.h"

bool cornu_metric_is_confusion(const cornu_metric *metric) {
    return metric->kind == CORNU_METRIC_CONFUSION ||
           metric->kind == CORNU_METRIC_CATEGORICAL_CONFUSION ||
           metric->kind == CORNU_METRIC_SPARSE_CATEGORICAL_CONFUSION ||
           metric->kind == CORNU_METRIC_BINARY_CONFUSION;
}

bool cornu_metric_keeps_sums(const cornu_metric *metric) {
    return metric->kind == CORNU_METRIC_COUNTS || metric->kind == CORNU_METRIC_SQUARES ||
           metric->kind == CORNU_METRIC_COVERED || cornu_metric_is_confusion(metric);
}

size_t cornu_metric_pair_count(const cornu_metric *metric) {
    if (!cornu_metric_keeps_sums(metric)) return 1;
    const cornu_counts *counts = &metric->counts;
    size_t each = metric->kind == CORNU_METRIC_COVERED ? 1 : 2, pairs, nbytes;
    if (metric->kind == CORNU_METRIC_COUNTS && !counts->by_maximum) {
        if (!cornu_size_add(counts->threshold_count, 1, &each)) return 0;
    }
    /* A matrix of single numbers, which of an odd side leaves half of the last pair free. */
    if (cornu_metric_is_confusion(metric)) each = counts->columns;
    if (!cornu_size_multiply(each, counts->columns, &pairs) ||
        !cornu_size_multiply(pairs, 4 * sizeof(double), &nbytes))
        return 0;
    return cornu_metric_is_confusion(metric) ? (pairs + 1) / 2 : pairs;
}
