/* From the kind of a loss to its terms, for the losses that are a mean over the row's elements: one
 * loop each, compiled for the term. */

static void element_loss_forward(const cornu_loss *loss, loss_targets targets, size_t rows,
                                 size_t columns, const REAL *target, const REAL *prediction,
                                 double *row_losses) {
    switch (loss->kind) {
        case CORNU_MEAN_SQUARED_ERROR:
            mean_of_terms(squared_error, targets, rows, columns, target, prediction, row_losses);
            return;
        case CORNU_MEAN_ABSOLUTE_ERROR:
            mean_of_terms(absolute_error, targets, rows, columns, target, prediction, row_losses);
            return;
        case CORNU_MEAN_ABSOLUTE_PERCENTAGE_ERROR:
            mean_of_terms(percentage_error, targets, rows, columns, target, prediction, row_losses);
            return;
        case CORNU_MEAN_SQUARED_LOGARITHMIC_ERROR:
            mean_of_terms(squared_logarithmic_error, targets, rows, columns, target, prediction,
                          row_losses);
            return;
        case CORNU_HUBER:
            mean_of_terms(huber, targets, rows, columns, target, prediction, row_losses);
            return;
        case CORNU_LOG_COSH:
            mean_of_terms(log_cosh, targets, rows, columns, target, prediction, row_losses);
            return;
        case CORNU_POISSON:
            mean_of_terms(poisson, targets, rows, columns, target, prediction, row_losses);
            return;
        case CORNU_HINGE:
            mean_of_terms(hinge, targets, rows, columns, target, prediction, row_losses);
            return;
        case CORNU_SQUARED_HINGE:
            mean_of_terms(squared_hinge, targets, rows, columns, target, prediction, row_losses);
            return;
        case CORNU_BINARY_FOCAL_CROSSENTROPY:
            if (loss->from_logits) {
                mean_of_terms(binary_focal_of_logit, targets, rows, columns, target, prediction,
                              row_losses);
            } else {
                mean_of_terms(binary_focal, targets, rows, columns, target, prediction, row_losses);
            }
            return;
        default:
            if (loss->from_logits) {
                mean_of_terms(binary_crossentropy_of_logit, targets, rows, columns, target,
                              prediction, row_losses);
            } else {
                mean_of_terms(binary_crossentropy, targets, rows, columns, target, prediction,
                              row_losses);
            }
            return;
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
