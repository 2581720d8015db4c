/* The type `Model`: a reference to a model of the library. */
#ifndef CORNU_EXT_MODEL_TYPE_H
#define CORNU_EXT_MODEL_TYPE_H

#include "ext/interpreter.h"

#include <stddef.h>

#include "cornu.h"

/* What the library lends only until the chain changes is copied here when it does, with the GIL
 * held: another thread may change the chain at any other moment. */
typedef struct cornu_model_object {
    PyObject ob_base;
    cornu_model *model; /* one reference; never NULL once Python has the object */
    cornu_dtype dtype;
    size_t layer_count;  /* 0: no layers yet */
    cornu_shape input;   /* the row shape that the chain takes */
    cornu_shape *shapes; /* the layers' output row shapes; NULL: no layers yet */
    size_t result_count; /* of the loss and the metrics; 0: not compiled */
} cornu_model_object;

/* Row shape of the model's output; RuntimeError and NULL while it has no layers. */
const cornu_shape *cornu_model_object_output(const cornu_model_object *model);

#endif
