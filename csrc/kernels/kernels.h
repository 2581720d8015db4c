/* The kernel table: all element arithmetic, one table for each (instruction set, float type).
 *
 * Everything above this room reaches elements only through a table, so pointers to elements are
 * void here: they point at the table's float type ("real") unless a comment says otherwise.
 * Matrices are rows x columns, contiguous along a row and, where no stride is given, without gaps.
 * No kernel allocates, fails, or keeps state; any thread may call any of them.
 *
 * Bits: what an element or a sum comes out as is a function of the arguments' values and sizes
 * only, never of alignment, instruction set, the thread, or the element's place in a vector.
 * Splitting a call by rows (or, for the elementwise ones, at any element) never changes a bit.
 * Multiply-adds are fused, always and explicitly. Callers have set round-to-nearest with gradual
 * underflow (base/float_environment.h).
 *
 * Empty sizes are allowed everywhere and do nothing (a product of depth 0 is zero). */
#ifndef CORNU_KERNELS_KERNELS_H
#define CORNU_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cornu.h"

/* A product's depth is summed in blocks: each block is one chain of fused multiply-adds from zero,
 * and block sums are added in order. A depth has as few blocks of at most CORNU_DEPTH_BLOCK_MOST as
 * can be, all as long as cornu_depth_block says, but for the last. Where a product has at most
 * CORNU_GEMM_NARROW columns and a depth of 32 and more, blocks are summed over lanes in place of
 * one chain (gemm_lanes_template.h). With the same bits callers may split rows anywhere, columns
 * into parts of more than CORNU_GEMM_NARROW, and the depth where its blocks end, accumulating, if
 * each part says what it is a part of. */
#define CORNU_DEPTH_BLOCK_MOST 512
#define CORNU_GEMM_NARROW 4
/* Up to so many rows, or with so little depth, b or c is gone through as it lies, row by row. */
#define CORNU_GEMM_FEW_ROWS 4
#define CORNU_GEMM_FEW_DEPTH 4
static inline size_t cornu_depth_block(size_t depth) {
    size_t blocks = depth / CORNU_DEPTH_BLOCK_MOST + (depth % CORNU_DEPTH_BLOCK_MOST != 0);
    if (blocks <= 1) return CORNU_DEPTH_BLOCK_MOST;
    /* A multiple of 16, so that blocks begin where vectors do. */
    return ((depth + blocks - 1) / blocks + 15) / 16 * 16;
}

/* Rows of a sum of columns are summed in blocks of so many, likewise; callers may split there. */
#define CORNU_SUM_BLOCK 256

/* c = a b (+ c) (+ bias), rectified where relu is set. Strides count elements, any sign; c's
 * columns are contiguous. Nothing overlaps c. */
typedef struct cornu_gemm {
    size_t rows, columns, depth;
    size_t whole_depth; /* of which this is a part; 0: this is all of it */
    const void *a;      /* rows x depth */
    ptrdiff_t a_row_stride, a_column_stride;
    const void *b; /* depth x columns */
    ptrdiff_t b_row_stride, b_column_stride;
    void *c;
    ptrdiff_t c_row_stride;
    bool accumulate;  /* add the block sums to what stands in c, in order */
    const void *bias; /* `columns` values, added last; NULL: none */
    bool relu;        /* after the bias: as CORNU_RELU */
    /* A step of plain gradient descent, the result being the gradient: weights = weights - rate
     * result, as `update` does it; c is left with whatever. They lie as c does. NULL: none. */
    void *weights;
    double rate;
} cornu_gemm;

/* One step of an optimizer; `iteration` counts from 1. Slots are vectors as long as the weights, as
 * cornu_optimizer_slot_start fills them first. */
typedef struct cornu_update {
    const cornu_optimizer_options *options;
    double learning_rate;
    uint64_t iteration;
    double weight_decay; /* of these weights: the options', or 0 */
    double product;      /* Nadam: of its shares up to this one */
} cornu_update;

typedef struct cornu_dropout {
    double rate; /* in [0, 1] */
    uint64_t seed, stream;
} cornu_dropout;

/* What a row is multiplied by the inverse of: the root of epsilon and its variance (the mean taken
 * off before), of epsilon and the mean of its squares, or of the sum of its squares, at least
 * epsilon. */
typedef enum cornu_row_norm {
    CORNU_CENTERED_ROWS,
    CORNU_MEAN_SQUARE_ROWS,
    CORNU_UNIT_ROWS,
} cornu_row_norm;

/* Normal numbers of this deviation: about 0, to be added, or about 1, to be multiplied by. */
typedef struct cornu_noise {
    double deviation;
    bool multiplies;
    uint64_t seed, stream;
} cornu_noise;

/* A layer of a few numbers: y = activation(x kernel + bias). */
typedef struct cornu_few_layer {
    size_t inputs, units;
    const cornu_activation *activation;
    const void *kernel, *bias; /* inputs x units; units, or NULL */
    bool keeps_z;              /* else z, what goes into the activation, is where y will be */
    void *z, *y;               /* rows x units; z NULL where it is not kept */
    bool stops_at_z;           /* y is left to somebody else, and dy is dz */
    void *kernel_gradient, *bias_gradient; /* NULL: not wanted */
} cornu_few_layer;

/* Most multiply-adds of such a layer, for all rows; and most inputs, units or rows. */
#define CORNU_FEW_WORK 64
#define CORNU_FEW_SIDE 16

/* Element strides of a source are bytes. */
typedef void cornu_gather(size_t count, const void *source, ptrdiff_t stride, void *real);

typedef struct cornu_kernels {
    const char *isa; /* "portable", "avx2", "avx512", "neon" */
    cornu_dtype dtype;
    size_t element_nbytes;
    size_t scratch_nbytes; /* what gemm needs for itself, aligned to CORNU_ALIGNMENT; one scratch a
                              thread */

    void (*gemm)(const cornu_gemm *product, void *scratch);

    /* A chain of layers, each reading the y before it, in one call; bits are those of the kernels
     * below, called one by one. Backward is given the derivative by the last y, which it spends,
     * and room for as much as the largest; the derivative by x is not made. */
    void (*few_forward)(size_t count, const cornu_few_layer *layers, size_t rows, const void *x);
    void (*few_backward)(size_t count, const cornu_few_layer *layers, size_t rows, const void *x,
                         void *dy, void *room);

    /* y = activation(x) over rows x columns (glu: y has columns / 2). y may be x, except for glu.
     */
    void (*activation_forward)(const cornu_activation *activation, size_t rows, size_t columns,
                               const void *x, void *y);
    /* dx = dy * activation'(x), given y = activation(x). dx may be dy (glu: not). x may be NULL
     * where cornu_activation_needs_input says that y is enough; y may be NULL never. */
    void (*activation_backward)(const cornu_activation *activation, size_t rows, size_t columns,
                                const void *x, const void *y, const void *dy, void *dx);

    /* sums[j] = (accumulate: sums[j] +) sum over rows of x[i][j], the rows in blocks as a product's
     * depth is. */
    void (*column_sums)(size_t rows, size_t columns, const void *x, void *sums, bool accumulate);

    /* Normalization of columns; vectors are one number a column. In the order of column_sums:
     * sums[j] = (accumulate: sums[j] +) sum over rows of (x[i][j] - means[j]) times factors[i][j],
     * or (NULL) itself. */
    void (*centered_sums)(size_t rows, size_t columns, const void *x, const void *means,
                          const void *factors, void *sums, bool accumulate);
    /* y = (x - mean) scale + shift. y may be x. */
    void (*normalize_columns)(size_t rows, size_t columns, const void *x, const void *means,
                              const void *scales, const void *shifts, void *y);
    /* dx = scale dy + (x - mean) slope + shift. dx may be dy. */
    void (*normalize_columns_backward)(size_t rows, size_t columns, const void *x,
                                       const void *means, const void *scales, const void *slopes,
                                       const void *shifts, const void *dy, void *dx);
    /* inverse = 1 / sqrt(variance + epsilon), scale = inverse gamma (gammas NULL: 1). */
    void (*normalizing_scales)(size_t count, double epsilon, const void *variances,
                               const void *gammas, void *inverses, void *scales);
    /* scale = max(sqrt(variance), floor), or where it is to divide the inverse of that. */
    void (*deviation_scales)(size_t count, double floor, bool divides, const void *variances,
                             void *scales);
    /* Slopes and shifts for the derivative where means and variances are those of `rows` rows of x,
     * from the sums of dy and of dy (x - mean), which become the derivatives by gamma. */
    void (*normalizing_slopes)(size_t count, size_t rows, const void *inverses, const void *scales,
                               const void *sums, void *centered, void *slopes, void *shifts);
    /* x = x / divisor. */
    void (*divide_all)(size_t count, double divisor, void *x);
    /* average = momentum average + (1 - momentum) x. */
    void (*move_average)(size_t count, double momentum, const void *x, void *average);

    /* y = each row normalized; `inverses`, one a row, for the derivative. y may be x. */
    void (*normalize_rows)(cornu_row_norm norm, double epsilon, size_t rows, size_t columns,
                           const void *x, void *y, void *inverses);
    /* dx from the derivative by y scale, a scale a column. dx may be dy. */
    void (*normalize_rows_backward)(cornu_row_norm norm, double epsilon, size_t rows,
                                    size_t columns, const void *y, const void *inverses,
                                    const void *scales, const void *dy, void *dx);
    /* y = x scale + shift, a pair a column, not fused. y may be x. */
    void (*rescale)(size_t rows, size_t columns, const void *x, const void *scales,
                    const void *shifts, void *y);
    /* y = factor where x > 0, else slope factor, a slope a column: PReLU, with the factors x, and
     * its derivative, with dy. y may be x or the factors. */
    void (*prelu)(size_t rows, size_t columns, const void *x, const void *slopes,
                  const void *factors, void *y);
    /* The derivative by the slopes: sums of dy x where x is not positive, as column_sums. */
    void (*prelu_sums)(size_t rows, size_t columns, const void *x, const void *dy, void *sums,
                       bool accumulate);

    /* One loss a row: the mean over the row's columns (regression, binary, hinge, quantiles) or the
     * row's cross-entropy, divergence, categorical hinge, negated cosine or overlap, as a double
     * and not multiplied by any weight; a batch whose overlap is wanted is one row. `target` is
     * rows x columns reals, or for the sparse losses rows int32 class ids in [0, columns).
     * `prediction` is logits when loss->from_logits, else probabilities (clipped as Keras does).
     * `probabilities`, with from_logits only: room for softmax(prediction) or sigmoid(prediction),
     * written as activation_forward does; NULL: not wanted. */
    void (*loss_forward)(const cornu_loss *loss, size_t rows, size_t columns, const void *target,
                         const void *prediction, void *probabilities, double *row_losses);
    /* dprediction[i][j] = row_scales[i] * d row_losses[i] / d prediction[i][j]. With from_logits,
     * `probabilities` may hold softmax(prediction) or sigmoid(prediction) when the caller has it,
     * else NULL. */
    void (*loss_backward)(const cornu_loss *loss, size_t rows, size_t columns, const void *target,
                          const void *prediction, const void *probabilities,
                          const double *row_scales, void *dprediction);
    /* Whether each is 0 or 1. */
    bool (*is_binary)(size_t count, const void *x);
    /* One value a row (the mean over the row's columns for the elementwise kinds). Target as above:
     * int32 ids for the sparse kinds, reals for the others. `prediction` is the model's output. */
    void (*metric_rows)(const cornu_metric *metric, size_t rows, size_t columns, const void *target,
                        const void *prediction, double *row_values);
    /* What a metric that keeps sums adds to its cornu_metric_pair_count pairs; `weights` are rows x
     * columns, NULL: 1. Where a row counts as one, its first element's weight does. */
    void (*metric_sums)(const cornu_metric *metric, size_t rows, size_t columns, const void *target,
                        const void *prediction, const double *weights, double *sums);

    /* The squares are added in double, in an order that depends on `count` only. */
    double (*sum_of_squares)(size_t count, const void *x);
    /* x = value. */
    void (*fill)(size_t count, double value, void *x);
    /* y = y + x. */
    void (*add)(size_t count, const void *x, void *y);
    /* average = momentum average + (1 - momentum) x, 1 - momentum in the table's type; with
     * momentum 0 it is x, whatever it was. */
    void (*follow)(size_t count, double momentum, const void *x, void *average);
    /* x = factor x; x = at least -most and at most `most` (NaN stays). */
    void (*scale)(size_t count, double factor, void *x);
    void (*clip)(size_t count, double most, void *x);

    /* gradient[i] += l1 sign(x[i]) + 2 l2 x[i] (NULL: not wanted); sums = sum |x|, sum x^2 (NULL:
     * likewise), added in double as above. */
    void (*penalize)(size_t count, double l1, double l2, const void *x, void *gradient,
                     double sums[2]);
    /* Returns the sum of |products| but for those on the diagonal, where the first row has its
     * element `diagonal`; makes them factor times their signs. */
    double (*take_signs)(size_t rows, size_t columns, size_t diagonal, double factor,
                         void *products);
    /* Puts a matrix, whose rows lie `stride` apart, under a constraint, with a norm for each
     * column. Not for the caller's own. Callers may split between columns. */
    void (*constrain)(const cornu_constraint *constraint, size_t rows, size_t columns,
                      size_t stride, void *x);

    /* weights[i][j] moves against gradient[i][j], each with a stride of its own from row to row;
     * slots (see cornu_optimizer_slot_count) lie as weights do. */
    void (*update)(const cornu_update *update, size_t rows, size_t columns, void *weights,
                   size_t stride, const void *gradient, size_t gradient_stride,
                   void *const slots[]);

    /* cornu_random_words. */
    void (*random_words)(uint64_t seed, uint64_t stream, uint64_t first, size_t count,
                         uint32_t *words);

    /* y = x * mask / (1 - rate): element i is kept when word `first + i * step` of (seed, stream)
     * says so (step is 0 or 1; rate 1 keeps none). Serves forward and backward. y may be x. */
    void (*dropout)(const cornu_dropout *dropout, uint64_t first, size_t step, size_t count,
                    const void *x, void *y);

    /* The same with other numbers: y = (x where it is kept, else `dropped`) scale + shift. */
    void (*alpha_dropout)(const cornu_dropout *dropout, double dropped, double scale, double shift,
                          uint64_t first, size_t step, size_t count, const void *x, void *y);
    /* y = x + noise, or x noise, whose element i is number `first` + i of fill_normal. y may be x.
     */
    void (*noise)(const cornu_noise *noise, uint64_t first, size_t count, const void *x, void *y);

    /* mask[i] = whether some x[i][j] is not `value`; y = x, 0 in rows where none is. y may be x. */
    void (*mask_rows)(size_t rows, size_t columns, double value, const void *x, void *y,
                      bool *mask);
    /* y = x, 0 in rows that are masked. y may be x. */
    void (*keep_rows)(size_t rows, size_t columns, const bool *mask, const void *x, void *y);
    /* weights[i][j] = 1 where mask[i], else 0. */
    void (*spread_mask)(size_t rows, size_t columns, const bool *mask, void *weights);
    /* For columns of which those numbers count whose weight is not 0; vectors are one number a
     * column. y = x, where it does not count fills[j] (NULL: 0). y may be x. */
    void (*fill_masked)(size_t rows, size_t columns, const void *weights, const void *x,
                        const void *fills, void *y);
    /* sums /= counts + epsilon. */
    void (*masked_means)(size_t count, double epsilon, const void *counts, void *sums);
    /* As normalizing_slopes, for means and variances that were divided so; slopes and shifts are
     * for masked_columns_backward: dx = scale dy, and where x counts + (x - mean) slope + shift. dx
     * may be dy. */
    void (*masked_slopes)(size_t count, double epsilon, const void *counts, const void *means,
                          const void *inverses, const void *scales, const void *sums,
                          void *centered, void *slopes, void *shifts);
    void (*masked_columns_backward)(size_t rows, size_t columns, const void *weights, const void *x,
                                    const void *means, const void *scales, const void *slopes,
                                    const void *shifts, const void *dy, void *dx);

    /* real[i] = source[i] converted, [dtype][byte-swapped]; any alignment. */
    cornu_gather *gather[CORNU_DTYPE_COUNT][2];
    /* The index of the first NaN or infinity, or count. */
    size_t (*find_nonfinite)(size_t count, const void *x);

    /* Element i is a function of (seed, stream, first + i). Uniform in [low, high); normal(mean,
     * deviation); truncated normal: cut at two deviations, by the inverse distribution: one draw an
     * element. */
    void (*fill_uniform)(size_t count, uint64_t seed, uint64_t stream, uint64_t first, double low,
                         double high, void *x);
    void (*fill_normal)(size_t count, uint64_t seed, uint64_t stream, uint64_t first, double mean,
                        double deviation, void *x);
    void (*fill_truncated_normal)(size_t count, uint64_t seed, uint64_t stream, uint64_t first,
                                  double mean, double deviation, void *x);
} cornu_kernels;

/* The table in force for float32 or float64, chosen once by the processor and CORNU_ISA (portable,
 * avx2, avx512, neon; a level that the machine lacks or that has no name is ignored). NULL for any
 * other dtype. */
const cornu_kernels *cornu_kernels_for(cornu_dtype dtype);
/* For tests: every level that this machine can run, `level` from 0; NULL past the last. */
const cornu_kernels *cornu_kernels_level(size_t level, cornu_dtype dtype);

/* Whether there is such a kind. */
bool cornu_activation_exists(const cornu_activation *activation);
/* Whether the derivative needs x, or y is enough. */
bool cornu_activation_needs_input(const cornu_activation *activation);
/* Whether it is max(x, 0) and nothing more, which a product's store can do. */
bool cornu_activation_is_relu(const cornu_activation *activation);
/* Whether it works along the whole row. */
bool cornu_activation_is_rowwise(cornu_activation_kind kind);
/* Columns of y for columns of x; false where it can't be (glu of an odd number). */
bool cornu_activation_columns(cornu_activation_kind kind, size_t columns, size_t *output_columns);

/* Whether it is a hinge, for which targets of 0 and 1 stand for -1 and 1. */
static inline bool cornu_loss_is_hinge(const cornu_loss *loss) {
    return loss->kind == CORNU_HINGE || loss->kind == CORNU_SQUARED_HINGE;
}

/* Whether its sums are a matrix, classes by classes. */
bool cornu_metric_is_confusion(const cornu_metric *metric);

/* Vectors of state, each as long as the weights: SGD 0, with momentum 1; Adam m, v, with amsgrad
 * v_hat; RMSprop the mean square, with momentum that, centered the mean; Adagrad the sum of
 * squares; Adadelta the mean squares of gradients and of steps; Adamax m, u; Nadam m, v; Ftrl the
 * sum of squares and the linear term; Lion m; Lamb m, v; schedule-free Adam z, which begins as the
 * weights, and v; Muon m, and v where a weight is left to Adam; Adafactor v, and of what has two
 * axes and more the means along the last and along the one before, each at the beginning of a
 * vector. */
#define CORNU_MAX_SLOTS 3
size_t cornu_optimizer_slot_count(const cornu_optimizer_options *options);
/* Whether a slot begins as the weights themselves. */
bool cornu_optimizer_slot_follows(const cornu_optimizer_options *options, size_t index);
/* What another slot is filled with at first. */
double cornu_optimizer_slot_start(const cornu_optimizer_options *options, size_t index);
/* Nadam's beta_1 of a step. */
double cornu_nadam_share(const cornu_optimizer_options *options, uint64_t iteration);
/* base^exponent, both at least 0, the same on every machine. */
double cornu_power(double base, double exponent);
/* Whether a step looks at each weight as a whole (kernels/whole.h). */
bool cornu_optimizer_is_whole(const cornu_optimizer_options *options);
/* Whether a step is weights - rate gradient and nothing more, which a product's store can do. */
bool cornu_optimizer_is_plain(const cornu_optimizer_options *options);
/* Whether nothing stands between a gradient and its step, and comes after it, so that a part of the
 * gradient can be spent before the rest is there. */
bool cornu_optimizer_is_direct(const cornu_optimizer_options *options);

/* ids[i] = labels[i] when it is a whole number in [0, classes); returns the index of the first that
 * is not, or count. For CORNU_ANY_LABEL every int32 will do. */
#define CORNU_ANY_LABEL ((size_t)-1)
size_t cornu_labels_to_ids(size_t count, const double *labels, size_t classes, int32_t *ids);
/* The same, where a label that is among `ignored`, int32s all, is its own id whatever the classes.
 */
size_t cornu_labels_to_ids_but(size_t count, const double *labels, size_t classes,
                               size_t ignored_count, const double *ignored, int32_t *ids);
/* Where rows of a class have no part in a sparse cross-entropy, its id; else NULL. */
static inline const double *cornu_loss_ignored(const cornu_loss *loss) {
    return loss->kind == CORNU_SPARSE_CATEGORICAL_CROSSENTROPY && loss->value_count > 0
               ? loss->values
               : NULL;
}

/* Each of rows x per_row losses' share of a batch's loss, from one weight a row; of those alone
 * that `mask` has, which says so of each loss (NULL: all), and the others' is 0. */
void cornu_row_scales(cornu_reduction reduction, size_t rows, size_t per_row, const double *weights,
                      const bool *mask, double *scales);
/* The same for losses of which only those count that are not 0. */
void cornu_row_scales_of_losses(cornu_reduction reduction, size_t rows, const double *weights,
                                const double *losses, double *scales);
/* total + the values, one after the other, each times its scale (NULL: 1). */
double cornu_row_total(size_t rows, const double *scales, const double *values, double total);

/* The circle loss of row `row` of a batch, from its products with `count` others (of the same batch
 * or not); they become the loss's derivatives by them. 0 where nothing is like it, or nothing
 * unlike. Room for 2 count reals. */
double cornu_circle_row(const cornu_kernels *kernels, const cornu_loss *loss, size_t row,
                        int32_t label, size_t count, const int32_t *labels, void *similarities,
                        void *room);
/* Batch renormalization; see csrc/kernels/renorm.c. One number a column each. */
typedef struct cornu_renorm_vectors {
    const void *means, *variances; /* the batch's */
    const void *renorm_means, *renorm_deviations;
    const void *gammas, *betas; /* NULL: none */
    void *factors, *offsets;    /* written: r = deviation / renorm_deviation, d, clipped */
    void *deviations;           /* written: sqrt(variance + epsilon) */
    void *scales;               /* become r times as large */
    void *shifts;               /* written: d gamma + beta */
} cornu_renorm_vectors;
void cornu_renorm_correct(cornu_dtype dtype, const cornu_renorm *renorm, double epsilon,
                          size_t count, const cornu_renorm_vectors *vectors);
/* variance = max(deviation^2 - epsilon, 0). */
void cornu_renorm_variances(cornu_dtype dtype, double epsilon, size_t count, const void *deviations,
                            void *variances);
/* gradient = r gradient + d sum: by gamma, from that by r gamma and the sum of dy. */
void cornu_renorm_gradient(cornu_dtype dtype, size_t count, const void *factors,
                           const void *offsets, const void *sums, void *gradients);
/* x = x + its transpose, a square of float32 or float64. */
void cornu_add_transposed(cornu_dtype dtype, size_t side, void *x);

#endif
