/* Mean and variance of a matrix's columns over the places that a mask leaves, as
 * BatchNormalization's are in training; for each column a number of its own of those, where the
 * mask is not along the rows. */
#ifndef CORNU_NET_MASKED_MOMENTS_H
#define CORNU_NET_MASKED_MOMENTS_H

#include <stddef.h>

#include "cornu.h"
#include "net/task.h"

/* What is added to how many there are. */
#define CORNU_MASK_EPSILON 1e-7

typedef struct cornu_masked_columns {
    cornu_task *task;
    size_t rows, columns;
    const void *x;
    void *weights; /* rows x columns: 1 where a number counts, else 0 */
    void *room;    /* as much */
    void *counts;  /* of each column */
} cornu_masked_columns;

/* Writes counts, means and variances. CORNU_OK or what the task's work was stopped by. */
cornu_status cornu_masked_moments(const cornu_masked_columns *columns, void *means,
                                  void *variances);

#endif
