/* What a recorded step keeps beside what any step does, and how it is read when the run is done. */
#ifndef CORNU_NET_RECORD_H
#define CORNU_NET_RECORD_H

#include <stddef.h>

#include "net/step.h"

/* Keeps dy as link `index`, which has room for it, is about to be given it. */
void cornu_record_dy(const cornu_step *step, size_t index, const void *dy);
/* Keeps row_values, of rows of the loss from `row` on. */
void cornu_record_losses(const cornu_step *step, size_t row, size_t rows);
/* Begins: keeps the weights as they are. */
void cornu_record_before(const cornu_step *step);
/* Keeps weights and state as the step left them. */
void cornu_record_after(const cornu_step *step);
/* Keeps the gradient of the weights. */
void cornu_record_gradient(const cornu_step *step);

#endif
