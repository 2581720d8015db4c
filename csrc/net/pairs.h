/* The circle loss: rows that are compared with others, or with each other. */
#ifndef CORNU_NET_PAIRS_H
#define CORNU_NET_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "cornu.h"
#include "net/task.h"

typedef struct cornu_circle {
    const cornu_loss *loss;
    size_t rows, columns, count; /* of x; of the others */
    const void *x, *others;      /* rows x columns, count x columns */
    const int32_t *labels, *other_labels;
    void *pairs; /* rows x count reals, and 2 count more */
} cornu_circle;

/* One loss a row; leaves the derivatives by the products of rows in `pairs`. All three return
 * CORNU_OK or what the task's work was stopped by. */
cornu_status cornu_circle_losses(cornu_task *task, const cornu_circle *circle, double *losses);
/* From what that left, which is spent: the derivatives of the losses, times their scales, by x and
 * by the others; */
cornu_status cornu_circle_derivatives(cornu_task *task, const cornu_circle *circle,
                                      const double *scales, void *dx, void *dothers);
/* or where the others are x itself, by both at once. */
cornu_status cornu_circle_own_derivative(cornu_task *task, const cornu_circle *circle,
                                         const double *scales, void *dx);

#endif
