/* The state of one `cornu._core` module: there is no other. */
#ifndef CORNU_EXT_MODULE_H
#define CORNU_EXT_MODULE_H

#include "ext/interpreter.h"

typedef struct cornu_module_state {
    PyTypeObject *layer_type, *optimizer_type, *model_type, *run_type, *trace_type;
    unsigned long main_thread; /* the ident of Python's main thread */
} cornu_module_state;

/* The state behind a module's function, or behind an instance of one of its types (none can be
 * subclassed). */
cornu_module_state *cornu_module_state_of(PyObject *module);
cornu_module_state *cornu_type_state_of(PyTypeObject *type);

/* What each file adds to the module; ends with a name of NULL. */
extern PyMethodDef cornu_layer_functions[];
extern PyMethodDef cornu_normalization_functions[];
extern PyMethodDef cornu_random_layer_functions[];
extern PyMethodDef cornu_foreign_functions_of_module[];
extern PyMethodDef cornu_activation_functions[];
extern PyMethodDef cornu_computation_functions[];
extern PyMethodDef cornu_hash_functions[];
extern PyMethodDef cornu_process_functions[];
extern PyMethodDef cornu_weight_functions[];

extern PyType_Spec cornu_layer_spec;
extern PyType_Spec cornu_optimizer_spec;
extern PyType_Spec cornu_model_spec;
extern PyType_Spec cornu_run_spec;
extern PyType_Spec cornu_trace_spec;

#endif
