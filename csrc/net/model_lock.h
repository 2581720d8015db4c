/* The locks of all that training a model changes. */
#ifndef CORNU_NET_MODEL_LOCK_H
#define CORNU_NET_MODEL_LOCK_H

#include "cornu.h"

/* As cornu_model_lock, for reading, or exclusively changing, what belongs together at one moment:
 * takes the locks of the optimizer too, with which another model may train, and those of the layers
 * and the optimizer that the model has when it has them. Where it is exclusive, this thread may
 * change all of that meanwhile. Given back by cornu_model_unlock. */
cornu_status cornu_model_lock_state(cornu_model *model, bool exclusive, uint64_t timeout_ns,
                                    cornu_poll poll, cornu_error *error);

#endif
