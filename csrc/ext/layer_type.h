/* The type `Layer`: a reference to a layer of the library. */
#ifndef CORNU_EXT_LAYER_TYPE_H
#define CORNU_EXT_LAYER_TYPE_H

#include "ext/interpreter.h"

#include "cornu.h"
#include "ext/module.h"

typedef struct cornu_layer_object {
    PyObject ob_base;
    cornu_layer *layer; /* one reference; never NULL once Python has the object */
} cornu_layer_object;

/* A new Layer that takes over the reference to `layer`, or NULL with an exception and the
 * reference dropped. */
PyObject *cornu_layer_object_new(const cornu_module_state *state, cornu_layer *layer);

#endif
