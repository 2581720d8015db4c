/* Losses and metrics, and what each is told: a part of cornu.h, which includes it where its types
 * are known. */
#ifndef CORNU_LOSSES_H
#define CORNU_LOSSES_H

typedef enum cornu_loss_kind {
    CORNU_MEAN_SQUARED_ERROR,
    CORNU_MEAN_ABSOLUTE_ERROR,
    CORNU_BINARY_CROSSENTROPY,
    CORNU_CATEGORICAL_CROSSENTROPY,
    /* The target is one class id a row. A value: the id of rows that have no part, which need not
     * be that of a class; none: all have one. */
    CORNU_SPARSE_CATEGORICAL_CROSSENTROPY,
    CORNU_MEAN_ABSOLUTE_PERCENTAGE_ERROR,
    CORNU_MEAN_SQUARED_LOGARITHMIC_ERROR,
    CORNU_HUBER, /* parameter: delta */
    CORNU_LOG_COSH,
    CORNU_POISSON,
    CORNU_HINGE, /* targets are -1 and 1; or, if all of a batch are, 0 and 1 */
    CORNU_SQUARED_HINGE,
    CORNU_CATEGORICAL_HINGE,
    CORNU_KL_DIVERGENCE,
    CORNU_COSINE_SIMILARITY,
    CORNU_BINARY_FOCAL_CROSSENTROPY,      /* parameter: gamma; a value: alpha; none: no balancing */
    CORNU_CATEGORICAL_FOCAL_CROSSENTROPY, /* parameter: gamma; values: alpha, one or a column's */
    CORNU_CATEGORICAL_GENERALIZED_CROSS_ENTROPY, /* parameter: q; the target is one class id a row
                                                  */
    CORNU_QUANTILE_LOSS,                         /* values: a quantile for each column */
    CORNU_DICE,
    CORNU_TVERSKY, /* parameter: alpha; a value: beta */
    /* Of labels, any int32s, one a row, and embeddings, rows that are compared with each other: a
     * row counts that has others like and unlike it. Parameter: gamma; values: margin, and 1 where
     * a row is not compared with itself, else 0. */
    CORNU_CIRCLE,
    CORNU_FOREIGN_LOSS, /* the caller's own, which takes targets of every shape */
    CORNU_LOSS_COUNT
} cornu_loss_kind;

/* From one loss a row to the loss of a batch. */
typedef enum cornu_reduction {
    CORNU_SUM_OVER_BATCH_SIZE,     /* sum of weight * loss over the number of losses */
    CORNU_SUM,                     /* sum of weight * loss */
    CORNU_MEAN_WITH_SAMPLE_WEIGHT, /* sum of weight * loss over the sum of weights */
    CORNU_REDUCTION_COUNT
} cornu_reduction;

/* What a loss is one number of. The overlaps (Dice, Tversky) may take more than a row together. */
typedef enum cornu_extent {
    CORNU_OVER_ROW,    /* the last axis */
    CORNU_OVER_SAMPLE, /* all axes but the batch's */
    CORNU_OVER_BATCH,
    CORNU_EXTENT_COUNT
} cornu_extent;

typedef struct cornu_loss {
    cornu_loss_kind kind;
    bool from_logits;
    double label_smoothing; /* in [0, 1]; binary and categorical */
    cornu_reduction reduction;
    double parameter;     /* of the kinds above that have one */
    bool binary_labels;   /* hinge: whether targets are 0 and 1; set by who has the batch */
    const double *values; /* of the kinds above that have some; compile copies them */
    size_t value_count;
    cornu_extent extent;   /* in a model; only overlaps have another than the row */
    cornu_foreign foreign; /* of the last kind; it does its own reduction */
} cornu_loss;

typedef enum cornu_metric_kind {
    CORNU_METRIC_LOSS,     /* the mean of a loss */
    CORNU_METRIC_ACCURACY, /* target equals prediction, element by element */
    CORNU_METRIC_BINARY_ACCURACY,
    CORNU_METRIC_CATEGORICAL_ACCURACY,
    CORNU_METRIC_SPARSE_CATEGORICAL_ACCURACY,
    CORNU_METRIC_TOP_K_CATEGORICAL_ACCURACY,
    CORNU_METRIC_SPARSE_TOP_K_CATEGORICAL_ACCURACY,
    CORNU_METRIC_COSINE_SIMILARITY, /* the loss of that name, negated */
    CORNU_METRIC_ROOT_MEAN_SQUARED_ERROR,
    CORNU_METRIC_COUNTS,  /* of right and wrong decisions: sums, see cornu_counts */
    CORNU_METRIC_SQUARES, /* sums for R2: for each column t^2, t; (t - p)^2, 1 */
    CORNU_METRIC_COVERED, /* sums: for each column targets up to the prediction, and all */
    /* How often each class was taken for each, a matrix of sums: of elements that are numbers of
     * classes; of largest elements of rows; the same, the target being one class id a row; and of
     * predictions that are at least the threshold. */
    CORNU_METRIC_CONFUSION,
    CORNU_METRIC_CATEGORICAL_CONFUSION,
    CORNU_METRIC_SPARSE_CATEGORICAL_CONFUSION,
    CORNU_METRIC_BINARY_CONFUSION,
    CORNU_METRIC_PEARSON_CORRELATION, /* of a row */
    CORNU_METRIC_CONCORDANCE_CORRELATION,
    CORNU_METRIC_FOREIGN, /* the caller's own; it keeps its own state, so evaluations take turns */
    CORNU_METRIC_COUNT
} cornu_metric_kind;

/* How CORNU_METRIC_COUNTS counts: each prediction falls in a bin, the number of thresholds that it
 * is greater than, and its target is added to the bin's pair: 1 to the first number where it is not
 * 0, else 1 to the second. */
typedef struct cornu_counts {
    const double *thresholds; /* ascending; compile copies them */
    size_t threshold_count;
    bool even;        /* they part 0 to 1 evenly; predictions are taken to be no less and no more */
    bool widened;     /* even, but for the first and last, which are a little outside */
    bool from_logits; /* sigmoid(prediction) is what is compared */
    bool soft;        /* the target is added to the first number and 1 - target to the second */
    bool by_maximum;  /* no thresholds: the bins are 0, and 1 for the largest of a row if not 0 */
    /* What is counted apart: the output's columns, or 1 for all together; confusion: classes. */
    size_t columns;
    /* The only column that counts; CORNU_EVERY_CLASS: all do. Confusion: the targets' class that
     * does not count; CORNU_EVERY_CLASS: all do. */
    size_t class_id;
} cornu_counts;
#define CORNU_EVERY_CLASS ((size_t)-1)

typedef struct cornu_metric {
    cornu_metric_kind kind;
    cornu_loss loss;       /* of CORNU_METRIC_LOSS */
    double threshold;      /* of binary accuracy and confusion */
    size_t k;              /* of the top-k kinds; counts: of a row only the k largest, 0: all */
    cornu_counts counts;   /* of the kinds that keep sums; other than counts have only columns */
    bool weighted;         /* by the sample weights, in a model */
    cornu_foreign foreign; /* of the last kind */
} cornu_metric;

/* Pairs of sums that a metric keeps; 1 for a mean, 0 where there would be too many. */
size_t cornu_metric_pair_count(const cornu_metric *metric);
/* Whether it has pairs of sums for results, for the caller to make something of. */
bool cornu_metric_keeps_sums(const cornu_metric *metric);

#endif
