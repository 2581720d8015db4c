/* From the kind of a loss to what it makes of a row, for those that are no mean over its elements
 * and no plain cross-entropy. */

static bool is_loss_of_whole_row(const cornu_loss *loss) {
    switch ((int)loss->kind) {
        case CORNU_KL_DIVERGENCE:
        case CORNU_CATEGORICAL_HINGE:
        case CORNU_COSINE_SIMILARITY:
        case CORNU_CATEGORICAL_FOCAL_CROSSENTROPY:
        case CORNU_CATEGORICAL_GENERALIZED_CROSS_ENTROPY:
        case CORNU_QUANTILE_LOSS:
        case CORNU_DICE:
        case CORNU_TVERSKY:
            return true;
        default:
            return false;
    }
}

static double loss_of_whole_row(const cornu_loss *loss, loss_targets targets, size_t columns,
                                const REAL *target, const REAL *prediction) {
    switch ((int)loss->kind) {
        case CORNU_KL_DIVERGENCE:
            return sum_of_terms(divergence_term, columns, target, prediction);
        case CORNU_CATEGORICAL_HINGE:
            return categorical_hinge_of_row(columns, target, prediction);
        case CORNU_COSINE_SIMILARITY:
            return -cosine_of_row(columns, target, prediction);
        case CORNU_CATEGORICAL_FOCAL_CROSSENTROPY:
            return focal_of_row(loss, targets, columns, target, prediction);
        case CORNU_QUANTILE_LOSS:
            return quantile_of_row(loss->values, columns, target, prediction);
        default:
            return overlap_loss(loss, columns, target, prediction);
    }
}

static void row_loss_forward(const cornu_loss *loss, loss_targets targets, size_t rows,
                             size_t columns, const void *target, const REAL *prediction,
                             double *row_losses) {
    const bool sparse = loss->kind == CORNU_CATEGORICAL_GENERALIZED_CROSS_ENTROPY;
    for (size_t i = 0; i < rows; i++) {
        const REAL *p = prediction + i * columns;
        if (sparse) {
            const uint32_t id = (uint32_t)((const int32_t *)target)[i];
            row_losses[i] = generalized_of_row(targets, id < columns ? p[id] : 0);
        } else {
            row_losses[i] =
                loss_of_whole_row(loss, targets, columns, (const REAL *)target + i * columns, p);
        }
    }
}

static void whole_row_backward(const cornu_loss *loss, loss_targets targets, size_t columns,
                               const REAL *target, const REAL *prediction, double scale,
                               REAL *dprediction) {
    switch ((int)loss->kind) {
        case CORNU_KL_DIVERGENCE:
            divergence_backward(columns, target, prediction, (REAL)scale, dprediction);
            return;
        case CORNU_CATEGORICAL_HINGE:
            categorical_hinge_backward(columns, target, prediction, (REAL)scale, dprediction);
            return;
        case CORNU_COSINE_SIMILARITY:
            cosine_backward(columns, target, prediction, scale, dprediction);
            return;
        case CORNU_CATEGORICAL_FOCAL_CROSSENTROPY:
            focal_backward(loss, targets, columns, target, prediction, (REAL)scale, dprediction);
            return;
        case CORNU_QUANTILE_LOSS:
            quantile_backward(loss->values, columns, target, prediction, scale, dprediction);
            return;
        default:
            overlap_backward(loss, columns, target, prediction, scale, dprediction);
            return;
    }
}

static void row_loss_backward(const cornu_loss *loss, loss_targets targets, size_t rows,
                              size_t columns, const void *target, const REAL *prediction,
                              const double *row_scales, REAL *dprediction) {
    const bool sparse = loss->kind == CORNU_CATEGORICAL_GENERALIZED_CROSS_ENTROPY;
    for (size_t i = 0; i < rows; i++) {
        const REAL *p = prediction + i * columns;
        REAL *d = dprediction + i * columns;
        if (sparse) {
            const size_t id = (size_t)((const int32_t *)target)[i];
            generalized_backward(targets, columns, id, p, (REAL)row_scales[i], d);
        } else {
            whole_row_backward(loss, targets, columns, (const REAL *)target + i * columns, p,
                               row_scales[i], d);
        }
    }
}
