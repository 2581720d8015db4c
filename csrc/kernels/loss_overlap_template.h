/* Overlaps of targets and predictions as sets: Dice and Tversky, 1 - common / whole. What they are
 * taken of, a row, a sample or a batch, is one row here. Sums are in double. Source: Keras 3.15,
 * keras.losses. */

typedef struct overlap {
    double common, whole; /* as they are divided */
    double by_target;     /* the whole's derivative by a prediction is this times its target */
    double by_prediction; /* and this */
    double times;         /* how often common counts */
} overlap;

INLINE REAL target_term(REAL target, REAL prediction) {
    (void)prediction;
    return target;
}

INLINE REAL prediction_term(REAL target, REAL prediction) {
    (void)target;
    return prediction;
}

static overlap overlap_of(const cornu_loss *loss, size_t columns, const REAL *target,
                          const REAL *prediction) {
    const double both = sum_of_terms(product_term, columns, target, prediction);
    const double wanted = sum_of_terms(target_term, columns, target, prediction);
    const double found = sum_of_terms(prediction_term, columns, target, prediction);
    if (loss->kind == CORNU_DICE) {
        return (overlap){2 * both, wanted + found + 1e-7, 0, 1, 2};
    }
    const double alpha = loss->parameter, beta = loss->values[0];
    /* Keras calls what is wanted and not found false positives. */
    const double whole = both + alpha * (wanted - both) + beta * (found - both) + 1e-7;
    return (overlap){both, whole, 1 - alpha - beta, beta, 1};
}

static double overlap_loss(const cornu_loss *loss, size_t columns, const REAL *target,
                           const REAL *prediction) {
    const overlap sets = overlap_of(loss, columns, target, prediction);
    return 1 - sets.common / sets.whole;
}

static void overlap_backward(const cornu_loss *loss, size_t columns, const REAL *target,
                             const REAL *prediction, double scale, REAL *dprediction) {
    const overlap sets = overlap_of(loss, columns, target, prediction);
    const double share = sets.common / sets.whole, unit = scale / sets.whole;
    const REAL by_target = (REAL)(unit * (share * sets.by_target - sets.times));
    const REAL others = (REAL)(unit * share * sets.by_prediction);
    INDEPENDENT
    for (size_t j = 0; j < columns; j++) {
        dprediction[j] = multiply_add(by_target, target[j], others);
    }
}
