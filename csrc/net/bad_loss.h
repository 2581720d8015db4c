/* Where a loss that is NaN or infinite comes from: looked for in what forward left in a training
 * workspace, before anything is updated. */
#ifndef CORNU_NET_BAD_LOSS_H
#define CORNU_NET_BAD_LOSS_H

#include "cornu.h"
#include "net/step.h"

/* Both describe it in *step->bad, whose row is one of the batch.
 *
 * A loss, penalties apart: `row` to `row + rows` are its rows whose values are in
 * workspace->row_values (0 rows: they are not known), `per_row` of them to one of the batch. */
void cornu_bad_loss_find(const cornu_step *step, double loss, size_t row, size_t rows,
                         size_t per_row);
/* A finite loss that is not so with the penalties: those so far, the last of which is `rule`'s, or
 * (NULL) those of outputs and what layers add. */
void cornu_bad_penalty_find(const cornu_step *step, double loss, const cornu_rule *rule);

#endif
