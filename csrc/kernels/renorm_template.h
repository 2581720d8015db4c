/* Batch renormalization for one float type, of one number a column. Parameters: ELEMENT, the type;
 * RENORM(name), a function's name in it; ROOT, its square root. */

static void RENORM(correct)(const cornu_renorm *renorm, double epsilon_, size_t count,
                            const cornu_renorm_vectors *vectors) {
    const ELEMENT *means = vectors->means, *variances = vectors->variances;
    const ELEMENT *moving_means = vectors->renorm_means, *moving = vectors->renorm_deviations;
    const ELEMENT *gammas = vectors->gammas, *betas = vectors->betas;
    ELEMENT *factors = vectors->factors, *offsets = vectors->offsets;
    ELEMENT *deviations = vectors->deviations, *scales = vectors->scales, *shifts = vectors->shifts;
    const ELEMENT epsilon = (ELEMENT)epsilon_, floor = ROOT(epsilon);
    const ELEMENT least = (ELEMENT)renorm->least, most = (ELEMENT)renorm->most;
    const ELEMENT farthest = (ELEMENT)renorm->farthest;
    for (size_t i = 0; i < count; i++) {
        /* Whatever is a NaN stays one. */
        const ELEMENT divisor = moving[i] < floor ? floor : moving[i];
        deviations[i] = ROOT(variances[i] + epsilon);
        ELEMENT factor = deviations[i] / divisor, offset = (means[i] - moving_means[i]) / divisor;
        factor = factor < least ? least : factor;
        factors[i] = factor > most ? most : factor;
        offset = offset < -farthest ? -farthest : offset;
        offsets[i] = offset > farthest ? farthest : offset;
        scales[i] *= factors[i];
        shifts[i] = gammas ? offsets[i] * gammas[i] : offsets[i];
        shifts[i] += betas ? betas[i] : 0;
    }
}

static void RENORM(square)(double epsilon, size_t count, const ELEMENT *deviations,
                           ELEMENT *variances) {
    for (size_t i = 0; i < count; i++) {
        const ELEMENT variance = deviations[i] * deviations[i] - (ELEMENT)epsilon;
        variances[i] = variance < 0 ? 0 : variance;
    }
}

static void RENORM(gradient)(size_t count, const ELEMENT *factors, const ELEMENT *offsets,
                             const ELEMENT *sums, ELEMENT *gradients) {
    for (size_t i = 0; i < count; i++)
        gradients[i] = factors[i] * gradients[i] + offsets[i] * sums[i];
}

#undef RENORM
#undef ELEMENT
#undef ROOT
