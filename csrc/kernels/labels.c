/* Labels to class ids. */
#include "kernels/kernels.h"

size_t cornu_labels_to_ids(size_t count, const double *labels, size_t classes, int32_t *ids) {
    /* An id is an int32: more classes than that can't be named. */
    double limit = classes <= (size_t)INT32_MAX ? (double)classes : (double)INT32_MAX + 1;
    double least = classes == CORNU_ANY_LABEL ? (double)INT32_MIN : 0;
    for (size_t i = 0; i < count; i++) {
        if (!(labels[i] >= least && labels[i] < limit)) {
            return i;
        }
        int32_t id = (int32_t)labels[i];
        if ((double)id != labels[i]) {
            return i;
        }
        ids[i] = id;
    }
    return count;
}

static bool is_among(double label, size_t count, const double *values) {
    for (size_t i = 0; i < count; i++) {
        if (label == values[i]) return true;
    }
    return false;
}

size_t cornu_labels_to_ids_but(size_t count, const double *labels, size_t classes,
                               size_t ignored_count, const double *ignored, int32_t *ids) {
    size_t done = cornu_labels_to_ids(count, labels, classes, ids);
    while (done < count && is_among(labels[done], ignored_count, ignored)) {
        ids[done] = (int32_t)labels[done];
        done++;
        done += cornu_labels_to_ids(count - done, labels + done, classes, ids + done);
    }
    return done;
}
