/* A row of pairs for one float type. Parameters: ELEMENT, the type; CIRCLE(name), a function's name
 * in it. Sums and products only, each rounded once, and the table's softmax: the same bits at every
 * level without being compiled for each. */

/* What is taken of max(x, 0); at 0 half, as Keras has it on JAX. */
static ELEMENT CIRCLE(slope)(ELEMENT x) {
    return x < 0 ? 0 : x == 0 ? (ELEMENT)0.5 : 1;
}

/* A NaN stays one. */
static ELEMENT CIRCLE(positive_part)(ELEMENT x) {
    return x < 0 ? 0 : x;
}

/* Makes terms softmax(terms); returns log(sum(e^terms)), terms[best] being the largest. */
static double CIRCLE(log_sum)(const cornu_kernels *kernels, size_t count, size_t best,
                              ELEMENT *terms) {
    static const cornu_activation softmax = {.kind = CORNU_SOFTMAX};
    const double most = (double)terms[best];
    kernels->activation_forward(&softmax, 1, count, terms, terms);
    return most - real_log((double)terms[best]);
}

static double CIRCLE(row)(const cornu_kernels *kernels, const cornu_loss *loss, size_t row,
                          int32_t label, size_t count, const int32_t *labels, ELEMENT *similarities,
                          ELEMENT *room) {
    const double parameter = loss->parameter, at = loss->values[0];
    const bool skips_itself = loss->values[1] != 0.0;
    const ELEMENT gamma = (ELEMENT)parameter, margin = (ELEMENT)at;
    const ELEMENT least = (ELEMENT)(1.0 - at), most = (ELEMENT)(1.0 + at);
    ELEMENT *alike = room, *unlike = room + count;
    size_t best_alike = count, best_unlike = count;
    for (size_t j = 0; j < count; j++) {
        const ELEMENT distance = CIRCLE(positive_part)(1 - similarities[j]);
        const bool same = labels[j] == label;
        alike[j] = unlike[j] = -(ELEMENT)INFINITY;
        if (same && !(skips_itself && j == row)) {
            const ELEMENT weight = CIRCLE(positive_part)(margin + distance);
            alike[j] = -gamma * weight * (margin - distance);
            if (best_alike == count || alike[j] > alike[best_alike]) best_alike = j;
        } else if (!same) {
            const ELEMENT weight = CIRCLE(positive_part)(most - distance);
            unlike[j] = gamma * weight * (least - distance);
            if (best_unlike == count || unlike[j] > unlike[best_unlike]) best_unlike = j;
        }
    }
    if (best_alike == count || best_unlike == count) {
        memset(similarities, 0, count * sizeof *similarities);
        return 0.0;
    }
    const double whole = CIRCLE(log_sum)(kernels, count, best_alike, alike) +
                         CIRCLE(log_sum)(kernels, count, best_unlike, unlike);
    const ELEMENT outer = (ELEMENT)real_sigmoid(whole);
    for (size_t j = 0; j < count; j++) {
        const ELEMENT distance = CIRCLE(positive_part)(1 - similarities[j]);
        const ELEMENT near = margin + distance, far = most - distance;
        const ELEMENT by_alike =
            CIRCLE(slope)(near) * (margin - distance) - CIRCLE(positive_part)(near);
        const ELEMENT by_unlike =
            CIRCLE(slope)(far) * (least - distance) + CIRCLE(positive_part)(far);
        const ELEMENT by_distance = -gamma * (alike[j] * by_alike + unlike[j] * by_unlike);
        similarities[j] = -outer * CIRCLE(slope)(1 - similarities[j]) * by_distance;
    }
    return real_softplus(whole);
}

static void CIRCLE(add_transposed)(size_t side, ELEMENT *x) {
    for (size_t i = 0; i < side; i++) {
        x[i * side + i] += x[i * side + i];
        for (size_t j = i + 1; j < side; j++) {
            const ELEMENT both = x[i * side + j] + x[j * side + i];
            x[i * side + j] = x[j * side + i] = both;
        }
    }
}

#undef CIRCLE
#undef ELEMENT
