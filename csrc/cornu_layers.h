/* Constructors of layers: a part of cornu.h, which includes it where its types are known. */
#ifndef CORNU_LAYERS_H
#define CORNU_LAYERS_H

/* The dtype is float32 or float64. `name` is copied (cut at 127 bytes) and stands in errors. */
cornu_status cornu_layer_new_dense(const char *name, cornu_dtype dtype, size_t units,
                                   const cornu_activation *activation, bool use_bias,
                                   cornu_layer **layer, cornu_error *error);
/* The last `taken` axes of a row are summed over, and those of `units` come in their place. Before
 * them stand kept_count axes, of the sizes `kept` (0: of any), and where it elides others before
 * these. Weights: the kernel, (taken sizes, units), and the bias, of the shape of the units. */
typedef struct cornu_einsum {
    size_t taken;
    cornu_shape units;
    bool elides;
    size_t kept_count;
    size_t kept[CORNU_MAX_RANK];
} cornu_einsum;
cornu_status cornu_layer_new_einsum_dense(const char *name, cornu_dtype dtype,
                                          const cornu_einsum *einsum,
                                          const cornu_activation *activation, bool use_bias,
                                          cornu_layer **layer, cornu_error *error);
cornu_status cornu_layer_new_activation(const char *name, cornu_dtype dtype,
                                        const cornu_activation *activation, cornu_layer **layer,
                                        cornu_error *error);
/* Softmax, log_softmax or sparsemax along other axes than the last. `axes` count the batch, which
 * is 0 and can't be one of them, or from the end, below 0; several are taken as one. */
cornu_status cornu_layer_new_activation_along(const char *name, cornu_dtype dtype,
                                              const cornu_activation *activation, size_t axis_count,
                                              const int64_t *axes, cornu_layer **layer,
                                              cornu_error *error);
/* Batch renormalization: in training the normalized x is x r + d, towards what statistics that move
 * with a momentum of their own would make of it. */
typedef struct cornu_renorm {
    double momentum;
    double least, most; /* between which r is clipped */
    double farthest;    /* from 0, to which d is */
} cornu_renorm;
/* `axis` as above, one. renorm NULL: no renormalization. Weights: gamma, beta, as wanted, moving
 * mean and variance; renormalized also the moving deviation, and that mean and deviation which r
 * and d go by. */
cornu_status cornu_layer_new_batch_normalization(const char *name, cornu_dtype dtype, int64_t axis,
                                                 double momentum, double epsilon, bool center,
                                                 bool scale, const cornu_renorm *renorm,
                                                 cornu_layer **layer, cornu_error *error);
/* The layer within, which is not built yet and stays the caller's too, with its kernel divided in
 * each training pass by the largest singular value that so many power iterations find. Weights:
 * its kernel, the iterations' vector, then its others; its rules are taken over. CORNU_ERROR_VALUE:
 * it is built, or the caller's own. */
cornu_status cornu_layer_new_spectral_normalization(const char *name, cornu_layer *within,
                                                    size_t iterations, cornu_layer **layer,
                                                    cornu_error *error);
/* The places along `axis` (as above) in groups of neighbours, -1: each one for itself; a row's
 * group is normalized by its own mean and variance. Weights: gamma, beta, as wanted, along the
 * axis. */
cornu_status cornu_layer_new_group_normalization(const char *name, cornu_dtype dtype,
                                                 int64_t groups, int64_t axis, double epsilon,
                                                 bool center, bool scale, cornu_layer **layer,
                                                 cornu_error *error);
/* y = x, and 0 at each place whose numbers along the last axis are all `value`: those are masked,
 * for the layers behind it that hand masks on or use them, for the loss and for metrics. */
cornu_status cornu_layer_new_masking(const char *name, cornu_dtype dtype, double value,
                                     cornu_layer **layer, cornu_error *error);
cornu_status cornu_layer_new_flatten(const char *name, cornu_dtype dtype, cornu_layer **layer,
                                     cornu_error *error);
/* The same with a row's first axis brought behind the others before. */
cornu_status cornu_layer_new_flatten_channels_first(const char *name, cornu_dtype dtype,
                                                    cornu_layer **layer, cornu_error *error);
/* One of the `rank` sizes may be -1. */
cornu_status cornu_layer_new_reshape(const char *name, cornu_dtype dtype, size_t rank,
                                     const int64_t *sizes, cornu_layer **layer, cornu_error *error);
/* The mask has the row's shape; with `noise_shape` (rank + 1 sizes, the batch first; 0: as the
 * input, 1: shared along that axis) it is broadcast. noise_rank 0: none. Each training pass draws a
 * new mask. */
cornu_status cornu_layer_new_dropout(const char *name, cornu_dtype dtype, double rate,
                                     size_t noise_rank, const size_t *noise_shape, uint64_t seed,
                                     cornu_layer **layer, cornu_error *error);
/* Each row along the axes (as above) by its own statistics: of the kind "layer" with its mean taken
 * off, "rms" by the root of its mean square, "unit" to length 1. Weights: gamma, beta, as wanted.
 */
cornu_status cornu_layer_new_row_normalization(const char *name, cornu_dtype dtype,
                                               const char *kind, size_t axis_count,
                                               const int64_t *axes, double epsilon, bool center,
                                               bool scale, cornu_layer **layer, cornu_error *error);
/* `shared` are axes of a row, from 1, along which there is one slope. Weights: alpha. */
cornu_status cornu_layer_new_prelu(const char *name, cornu_dtype dtype, size_t shared_count,
                                   const int64_t *shared, cornu_layer **layer, cornu_error *error);
/* As dropout, but what is dropped becomes SELU's lowest value, and everything is scaled and shifted
 * so that mean and deviation stay. The rate is below 1. */
cornu_status cornu_layer_new_alpha_dropout(const char *name, cornu_dtype dtype, double rate,
                                           size_t noise_rank, const size_t *noise_shape,
                                           uint64_t seed, cornu_layer **layer, cornu_error *error);
/* Adds normal numbers of mean 0 to the elements, or multiplies by such of mean 1. */
cornu_status cornu_layer_new_gaussian_noise(const char *name, cornu_dtype dtype, double deviation,
                                            bool multiplies, uint64_t seed, cornu_layer **layer,
                                            cornu_error *error);
/* `dims` are the axes of a row, from 1, in their new order. */
cornu_status cornu_layer_new_permute(const char *name, cornu_dtype dtype, size_t rank,
                                     const int64_t *dims, cornu_layer **layer, cornu_error *error);
cornu_status cornu_layer_new_repeat_vector(const char *name, cornu_dtype dtype, size_t count,
                                           cornu_layer **layer, cornu_error *error);
/* y = (x - mean) / max(sqrt(variance), floor), or x max(sqrt(variance), floor) + mean where it
 * inverts, a pair for each place along the axes (as above; none: one for all). Weights: mean,
 * variance, and a count, which the caller fills. */
cornu_status cornu_layer_new_normalization(const char *name, cornu_dtype dtype, size_t axis_count,
                                           const int64_t *axes, double floor, bool inverts,
                                           cornu_layer **layer, cornu_error *error);
/* y = x scale + shift; a pair for each element of the last axis (with `channels_first` the third
 * last), or one (count 1) for all. */
cornu_status cornu_layer_new_rescaling(const char *name, cornu_dtype dtype, size_t count,
                                       const double *scales, const double *shifts,
                                       bool channels_first, cornu_layer **layer,
                                       cornu_error *error);

/* A layer of the caller's own. The object is retained. It has the spans that it is given before it
 * is built: new ones, filled with zero, or ones that another layer has already, at most
 * CORNU_MAX_SPANS. */
#define CORNU_MAX_SPANS 32
cornu_status cornu_layer_new_foreign(const char *name, cornu_dtype dtype,
                                     const cornu_foreign_layer *functions, void *object,
                                     cornu_layer **layer, cornu_error *error);
cornu_status cornu_layer_add_span(cornu_layer *layer, cornu_dtype dtype, const cornu_shape *shape,
                                  bool trained, cornu_error *error);
cornu_status cornu_layer_share_span(cornu_layer *layer, cornu_span *span, cornu_error *error);
/* Shares what another layer, built, draws from and no user sees, such as a dropout's count of
 * draws, so that it is put back with this one's weights. After all weights. */
cornu_status cornu_layer_share_state(cornu_layer *layer, const cornu_layer *other,
                                     cornu_error *error);

#endif
