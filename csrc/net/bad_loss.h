/* Where a loss that is NaN or infinite comes from: looked for in what forward left in a training
 * workspace, before anything is updated. */
#ifndef CORNU_NET_BAD_LOSS_H
#define CORNU_NET_BAD_LOSS_H

#include "cornu.h"
#include "net/step.h"

/* Finds the origin of a loss. `row` to `row + rows` are those of the loss whose values are in
 * workspace->row_values (0 rows: they are not known), `per_row` of them to one of the batch;
 * found->row is of the batch. */
void cornu_bad_loss_find(const cornu_step *step, double loss, size_t row, size_t rows,
                         size_t per_row, cornu_bad_loss *found);

#endif
