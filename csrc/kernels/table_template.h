/* One table: everything, compiled for one ISA and one REAL, and at the end the structure that names
 * it. */

#include "kernels/real_template.h"

#include VECTOR_HEADER

#include "kernels/math_template.h"

#include "kernels/reduce_template.h"

#include "kernels/normalize_template.h"

#include "kernels/normalize_rows_template.h"

#include "kernels/mask_template.h"

#include "kernels/gemm_template.h"

#include "kernels/narrow_rows_template.h"

#include "kernels/activation_piecewise_template.h"

#include "kernels/activation_smooth_template.h"

#include "kernels/activation_row_template.h"

#include "kernels/activation_template.h"

#include "kernels/few_template.h"

#include "kernels/loss_element_template.h"

#include "kernels/loss_terms_template.h"

#include "kernels/loss_focal_template.h"

#include "kernels/loss_kinds_template.h"

#include "kernels/loss_row_template.h"

#include "kernels/loss_overlap_template.h"

#include "kernels/loss_whole_rows_template.h"

#include "kernels/loss_template.h"

#include "kernels/metric_template.h"

#include "kernels/sums_template.h"

#include "kernels/gradient_template.h"

#include "kernels/rules_template.h"

#include "kernels/update_adam_template.h"

#include "kernels/update_rms_template.h"

#include "kernels/update_adagrad_template.h"

#include "kernels/update_ftrl_template.h"

#include "kernels/update_momentum_template.h"

#include "kernels/update_template.h"

#include "kernels/random_words_template.h"

#include "kernels/random_fill_template.h"

#include "kernels/gather_table_template.h"

#define TABLE_PASTE(isa, suffix) cornu_kernels_##isa##_##suffix
#define TABLE_NAME(isa, suffix) TABLE_PASTE(isa, suffix)
#define TABLE_QUOTE(isa) #isa
#define TABLE_ISA(isa) TABLE_QUOTE(isa)

const cornu_kernels TABLE_NAME(ISA, REAL_SUFFIX) = {
    .isa = TABLE_ISA(ISA),
    .dtype = REAL_DTYPE,
    .element_nbytes = sizeof(REAL),
    .scratch_nbytes = sizeof(gemm_scratch),
    .gemm = gemm,
    .few_forward = few_forward,
    .few_backward = few_backward,
    .activation_forward = activation_forward,
    .activation_backward = activation_backward,
    .column_sums = column_sums,
    .centered_sums = centered_sums,
    .normalize_columns = normalize_columns,
    .normalize_columns_backward = normalize_columns_backward,
    .normalizing_scales = normalizing_scales,
    .deviation_scales = deviation_scales,
    .normalizing_slopes = normalizing_slopes,
    .normalize_rows = normalize_rows,
    .normalize_rows_backward = normalize_rows_backward,
    .mask_rows = mask_rows,
    .keep_rows = keep_rows,
    .spread_mask = spread_mask,
    .fill_masked = fill_masked,
    .masked_means = masked_means,
    .masked_slopes = masked_slopes,
    .masked_columns_backward = masked_columns_backward,
    .rescale = rescale,
    .prelu = prelu,
    .prelu_sums = prelu_sums,
    .divide_all = divide_all,
    .move_average = move_average,
    .loss_forward = loss_forward,
    .loss_backward = loss_backward,
    .is_binary = is_binary,
    .metric_rows = metric_rows,
    .metric_sums = metric_sums,
    .sum_of_squares = sum_of_squares,
    .fill = fill,
    .add = add,
    .follow = follow,
    .scale = scale,
    .clip = clip,
    .penalize = penalize,
    .take_signs = take_signs,
    .constrain = constrain,
    .update = update,
    .random_words = random_words,
    .dropout = dropout,
    .alpha_dropout = alpha_dropout,
    .noise = noise,
    .gather = GATHER_TABLE,
    .find_nonfinite = find_nonfinite,
    .fill_uniform = fill_uniform,
    .fill_normal = fill_normal,
    .fill_truncated_normal = fill_truncated_normal,
};
