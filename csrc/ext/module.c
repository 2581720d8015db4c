#define CORNU_IMPORTS_NUMPY
#include "ext/module.h"

#include "cornu.h"
#include "ext/interrupt.h"

static const struct {
    const char *name;
    long value;
} constants[] = {
    {"FIT", CORNU_RUN_FIT},
    {"TRAIN", CORNU_RUN_TRAIN},
    {"GRADIENT", CORNU_RUN_GRADIENT},
    {"EVALUATE", CORNU_RUN_EVALUATE},
    {"TEST", CORNU_RUN_TEST},
    {"PREDICT", CORNU_RUN_PREDICT},
    {"BATCH_BEGIN", CORNU_EVENT_BATCH_BEGIN},
    {"BATCH_END", CORNU_EVENT_BATCH_END},
    {"TICK", CORNU_EVENT_TICK},
    {"EPOCH_BEGIN", CORNU_EVENT_EPOCH_BEGIN},
    {"VALIDATION_BEGIN", CORNU_EVENT_VALIDATION_BEGIN},
    {"VALIDATION_BATCH_BEGIN", CORNU_EVENT_VALIDATION_BATCH_BEGIN},
    {"VALIDATION_BATCH_END", CORNU_EVENT_VALIDATION_BATCH_END},
    {"VALIDATION_END", CORNU_EVENT_VALIDATION_END},
    {"EPOCH_END", CORNU_EVENT_EPOCH_END},
    {"DONE", CORNU_EVENT_DONE},
    {"BAD_LOSS", CORNU_EVENT_BAD_LOSS},
};

cornu_module_state *cornu_module_state_of(PyObject *module) {
    return PyModule_GetState(module);
}

cornu_module_state *cornu_type_state_of(PyTypeObject *type) {
    return PyType_GetModuleState(type);
}

/* A new reference, or NULL with an exception. */
static PyTypeObject *add_type(PyObject *module, PyType_Spec *spec) {
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && PyModule_AddType(module, type) < 0) {
        Py_CLEAR(type);
    }
    return type;
}

static int add_types(PyObject *module, cornu_module_state *state) {
    if ((state->layer_type = add_type(module, &cornu_layer_spec)) == NULL ||
        (state->optimizer_type = add_type(module, &cornu_optimizer_spec)) == NULL ||
        (state->model_type = add_type(module, &cornu_model_spec)) == NULL ||
        (state->run_type = add_type(module, &cornu_run_spec)) == NULL ||
        (state->trace_type = add_type(module, &cornu_trace_spec)) == NULL) {
        return -1;
    }
    return 0;
}

static int module_exec(PyObject *module) {
    cornu_module_state *state = cornu_module_state_of(module);
    import_array1(-1);
    if (cornu_interrupt_init(module) < 0 || add_types(module, state) < 0 ||
        PyModule_AddFunctions(module, cornu_layer_functions) < 0 ||
        PyModule_AddFunctions(module, cornu_normalization_functions) < 0 ||
        PyModule_AddFunctions(module, cornu_random_layer_functions) < 0 ||
        PyModule_AddFunctions(module, cornu_foreign_functions_of_module) < 0 ||
        PyModule_AddFunctions(module, cornu_activation_functions) < 0 ||
        PyModule_AddFunctions(module, cornu_computation_functions) < 0 ||
        PyModule_AddFunctions(module, cornu_hash_functions) < 0 ||
        PyModule_AddFunctions(module, cornu_process_functions) < 0 ||
        PyModule_AddFunctions(module, cornu_weight_functions) < 0) {
        return -1;
    }
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0) {
            return -1;
        }
    }
    return 0;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg) {
    cornu_module_state *state = cornu_module_state_of(module);
    Py_VISIT(state->layer_type);
    Py_VISIT(state->optimizer_type);
    Py_VISIT(state->model_type);
    Py_VISIT(state->run_type);
    Py_VISIT(state->trace_type);
    return 0;
}

static int module_clear(PyObject *module) {
    cornu_module_state *state = cornu_module_state_of(module);
    Py_CLEAR(state->layer_type);
    Py_CLEAR(state->optimizer_type);
    Py_CLEAR(state->model_type);
    Py_CLEAR(state->run_type);
    Py_CLEAR(state->trace_type);
    return 0;
}

static void module_free(void *module) {
    module_clear(module);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    /* As NumPy, whose C API this module stands on. */
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    /* No Py_MOD_GIL_NOT_USED: it is declared once the whole suite passes on a free-threaded build.
     * Without it such an interpreter turns its GIL on when this module is imported, which is slower
     * and right. */
    {0, NULL},
};

static PyModuleDef module_definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "cornu._core",
    .m_doc = "The C core as Python sees it.",
    .m_size = sizeof(cornu_module_state),
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__core(void);

PyMODINIT_FUNC PyInit__core(void) {
    return PyModuleDef_Init(&module_definition);
}
