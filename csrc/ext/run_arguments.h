/* The arguments of Run as the library's options. */
#ifndef CORNU_EXT_RUN_ARGUMENTS_H
#define CORNU_EXT_RUN_ARGUMENTS_H

#include "ext/interpreter.h"

#include <stdbool.h>

#include "cornu.h"
#include "ext/model_type.h"
#include "ext/module.h"

typedef struct cornu_run_arguments {
    cornu_model_object *model; /* borrowed from the call */
    PyObject *after;           /* likewise; anything, NULL: none */
    PyObject *own;             /* likewise; a callable, NULL: none */
    PyObject *arrays;          /* a new tuple of every array that the run will read or write */
    cornu_run_options options; /* `poll` and `own` are not set; points into this struct, so the
                                  struct must not move */
    cornu_array x, y, sample_weight;
    cornu_array validation_x, validation_y, validation_sample_weight;
} cornu_run_arguments;

/* Takes the call of Run(...) apart and checks all that the library can't: types, dtypes, that the
 * arrays of the mode are there, and that `output` has room. False: an exception is set and nothing
 * is owned. */
bool cornu_run_arguments_parse(const cornu_module_state *state, PyObject *values,
                               PyObject *keywords, cornu_run_arguments *run);

#endif
