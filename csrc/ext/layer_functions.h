/* What the functions that make layers have in common. */
#ifndef CORNU_EXT_LAYER_FUNCTIONS_H
#define CORNU_EXT_LAYER_FUNCTIONS_H

#include "ext/interpreter.h"

#include <stddef.h>
#include <stdint.h>

#include "cornu.h"

/* What a constructor of the library gave, as a Layer or an exception. */
PyObject *cornu_layer_finish(PyObject *module, cornu_status status, cornu_layer *layer,
                             const cornu_error *error);

typedef struct cornu_integers {
    size_t count;
    int64_t values[CORNU_MAX_RANK];
} cornu_integers;

/* Output: cornu_integers, such as sizes or axes. Negative ones are the library's to judge: -1 means
 * something. */
bool cornu_convert_integers(PyObject *value, const char *name, void *output);

#endif
