/* From the kind of a loss to its terms, their mean and derivatives, for the losses that are a mean
 * over the row's elements: one loop each, compiled for the term. */

INLINE void each_term(loss_term *term, loss_targets targets, size_t count, const REAL *target,
                      const REAL *prediction, REAL *restrict terms) {
    for (size_t i = 0; i < count; i++) {
        terms[i] = term(target[i], prediction[i], targets);
    }
}

static void terms_of_loss(const cornu_loss *loss, loss_targets targets, size_t count,
                          const REAL *target, const REAL *prediction, REAL *terms) {
    switch (loss->kind) {
        case CORNU_MEAN_SQUARED_ERROR:
            each_term(squared_error, targets, count, target, prediction, terms);
            return;
        case CORNU_MEAN_ABSOLUTE_ERROR:
            each_term(absolute_error, targets, count, target, prediction, terms);
            return;
        case CORNU_MEAN_ABSOLUTE_PERCENTAGE_ERROR:
            each_term(percentage_error, targets, count, target, prediction, terms);
            return;
        case CORNU_MEAN_SQUARED_LOGARITHMIC_ERROR:
            each_term(squared_logarithmic_error, targets, count, target, prediction, terms);
            return;
        case CORNU_HUBER:
            each_term(huber, targets, count, target, prediction, terms);
            return;
        case CORNU_LOG_COSH:
            each_term(log_cosh, targets, count, target, prediction, terms);
            return;
        case CORNU_POISSON:
            each_term(poisson, targets, count, target, prediction, terms);
            return;
        case CORNU_HINGE:
            each_term(hinge, targets, count, target, prediction, terms);
            return;
        case CORNU_SQUARED_HINGE:
            each_term(squared_hinge, targets, count, target, prediction, terms);
            return;
        case CORNU_BINARY_FOCAL_CROSSENTROPY:
            if (loss->from_logits) {
                each_term(binary_focal_of_logit, targets, count, target, prediction, terms);
            } else {
                each_term(binary_focal, targets, count, target, prediction, terms);
            }
            return;
        default:
            if (loss->from_logits) {
                each_term(binary_crossentropy_of_logit, targets, count, target, prediction, terms);
            } else {
                each_term(binary_crossentropy, targets, count, target, prediction, terms);
            }
            return;
    }
}

/* One function for all of them: for each loss anew, the sums would be most of its code. */
static void element_loss_forward(const cornu_loss *loss, loss_targets targets, size_t rows,
                                 size_t columns, const REAL *target, const REAL *prediction,
                                 double *row_losses) {
    enum { GROUP = 512 };
    REAL terms[GROUP];
    /* Many short rows at once, or one long one piece by piece. */
    size_t rows_at_once = rows;
    if (rows * columns > GROUP) {
        rows_at_once = columns < GROUP ? GROUP / columns : 1;
    }
    for (size_t row = 0; row < rows; row += rows_at_once) {
        const size_t end = rows - row < rows_at_once ? rows : row + rows_at_once;
        double lanes[DOUBLE_LANES] = {0};
        const size_t stop = end * columns;
        for (size_t begin = row * columns; begin < stop; begin += GROUP) {
            const size_t count = stop - begin < GROUP ? stop - begin : GROUP;
            terms_of_loss(loss, targets, count, target + begin, prediction + begin, terms);
            if (columns >= GROUP) {
                add_to_double_lanes(count, terms, lanes);
            }
        }
        if (columns >= GROUP) {
            row_losses[row] = add_double_lanes(lanes) / (double)columns;
            continue;
        }
        if (columns <= 2) {
            /* The lanes that are left are zero: the same sum. */
            for (size_t i = row; i < end; i++) {
                const REAL *pair = terms + (i - row) * columns;
                const double first = 0.0 + (double)pair[0];
                row_losses[i] = columns == 1 ? first : (first + (double)pair[1]) / 2.0;
            }
            continue;
        }
        for (size_t i = row; i < end; i++) {
            double row_lanes[DOUBLE_LANES] = {0};
            add_to_double_lanes(columns, terms + (i - row) * columns, row_lanes);
            row_losses[i] = add_double_lanes(row_lanes) / (double)columns;
        }
    }
}

static void element_loss_backward(const cornu_loss *loss, loss_targets targets, size_t rows,
                                  size_t columns, const REAL *target, const REAL *prediction,
                                  const REAL *probabilities, const double *row_scales,
                                  REAL *dprediction) {
    switch (loss->kind) {
        case CORNU_MEAN_SQUARED_ERROR:
            scaled_derivatives(squared_error_derivative, targets, rows, columns, target, prediction,
                               row_scales, dprediction);
            return;
        case CORNU_MEAN_ABSOLUTE_ERROR:
            scaled_derivatives(absolute_error_derivative, targets, rows, columns, target,
                               prediction, row_scales, dprediction);
            return;
        case CORNU_MEAN_ABSOLUTE_PERCENTAGE_ERROR:
            scaled_derivatives(percentage_error_derivative, targets, rows, columns, target,
                               prediction, row_scales, dprediction);
            return;
        case CORNU_MEAN_SQUARED_LOGARITHMIC_ERROR:
            scaled_derivatives(squared_logarithmic_error_derivative, targets, rows, columns, target,
                               prediction, row_scales, dprediction);
            return;
        case CORNU_HUBER:
            scaled_derivatives(huber_derivative, targets, rows, columns, target, prediction,
                               row_scales, dprediction);
            return;
        case CORNU_LOG_COSH:
            scaled_derivatives(log_cosh_derivative, targets, rows, columns, target, prediction,
                               row_scales, dprediction);
            return;
        case CORNU_POISSON:
            scaled_derivatives(poisson_derivative, targets, rows, columns, target, prediction,
                               row_scales, dprediction);
            return;
        case CORNU_HINGE:
            scaled_derivatives(hinge_derivative, targets, rows, columns, target, prediction,
                               row_scales, dprediction);
            return;
        case CORNU_SQUARED_HINGE:
            scaled_derivatives(squared_hinge_derivative, targets, rows, columns, target, prediction,
                               row_scales, dprediction);
            return;
        case CORNU_BINARY_FOCAL_CROSSENTROPY:
            if (loss->from_logits) {
                scaled_derivatives(binary_focal_of_logit_derivative, targets, rows, columns, target,
                                   prediction, row_scales, dprediction);
            } else {
                scaled_derivatives(binary_focal_derivative, targets, rows, columns, target,
                                   prediction, row_scales, dprediction);
            }
            return;
        default:
            break;
    }
    if (!loss->from_logits) {
        scaled_derivatives(binary_crossentropy_derivative, targets, rows, columns, target,
                           prediction, row_scales, dprediction);
    } else if (probabilities) {
        scaled_derivatives(binary_crossentropy_of_sigmoid_derivative, targets, rows, columns,
                           target, probabilities, row_scales, dprediction);
    } else {
        scaled_derivatives(binary_crossentropy_of_logit_derivative, targets, rows, columns, target,
                           prediction, row_scales, dprediction);
    }
}
