/* What holds for the whole process. */
#include "ext/module.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cornu.h"
#include "ext/arguments.h"

/* Steals the text; NULL: it could not be made. */
static int append(PyObject *texts, PyObject *text) {
    int status = text ? PyList_Append(texts, text) : -1;
    Py_XDECREF(text);
    return status;
}

static PyObject *ignored_settings(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored)) {
    const char *isa = getenv("CORNU_ISA"), *used = cornu_isa();
    const char *threads = cornu_ignored_num_threads();
    PyObject *texts = PyList_New(0);
    if (!texts) return NULL;
    int status = 0;
    if (isa && *isa != '\0' && strcmp(isa, used) != 0) {
        status = append(texts, PyUnicode_FromFormat(
                                   "`CORNU_ISA` must be 'portable', 'avx2', 'avx512' or 'neon', "
                                   "and one that this machine has; '%s' is used. "
                                   "Received: CORNU_ISA='%s'",
                                   used, isa));
    }
    if (status == 0 && threads) {
        status = append(texts, PyUnicode_FromFormat(
                                   "`CORNU_NUM_THREADS` must be a whole number from 1 on; up to "
                                   "%zu threads are used. Received: CORNU_NUM_THREADS='%s'",
                                   cornu_num_threads(), threads));
    }
    if (status < 0) Py_CLEAR(texts);
    return texts;
}

static PyObject *isa(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored)) {
    return PyUnicode_FromString(cornu_isa());
}

static PyObject *num_threads(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored)) {
    return PyLong_FromSize_t(cornu_num_threads());
}

static PyObject *set_num_threads(PyObject *Py_UNUSED(module), PyObject *const *values,
                                 Py_ssize_t value_count, PyObject *keywords) {
    size_t count;
    const cornu_argument arguments[] = {{"count", cornu_convert_size, &count}};
    if (!cornu_arguments_parse("set_num_threads", 1, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_set_num_threads(count);
    Py_RETURN_NONE;
}

static PyObject *fail_allocation_after(PyObject *Py_UNUSED(module), PyObject *const *values,
                                       Py_ssize_t value_count, PyObject *keywords) {
    int64_t count;
    const cornu_argument arguments[] = {{"count", cornu_convert_int64, &count}};
    if (!cornu_arguments_parse("fail_allocation_after", 1, arguments, value_count, values,
                               keywords)) {
        return NULL;
    }
    cornu_fail_allocation_after(count);
    Py_RETURN_NONE;
}

PyMethodDef cornu_process_functions[] = {
    {"isa", isa, METH_NOARGS,
     "isa($module, /)\n--\n\nThe instruction set in use: \"avx512\", \"avx2\", \"neon\" or "
     "\"portable\"."},
    {"ignored_settings", ignored_settings, METH_NOARGS,
     "ignored_settings($module, /)\n--\n\n"
     "A sentence for each environment variable of cornu's that can't be heeded."},
    {"num_threads", num_threads, METH_NOARGS,
     "num_threads($module, /)\n--\n\nThe most threads that a computation uses."},
    {"set_num_threads", (PyCFunction)(void (*)(void))set_num_threads, METH_FASTCALL | METH_KEYWORDS,
     "set_num_threads($module, /, count)\n--\n\n0: what the environment says."},
    {"fail_allocation_after", (PyCFunction)(void (*)(void))fail_allocation_after,
     METH_FASTCALL | METH_KEYWORDS,
     "fail_allocation_after($module, /, count)\n--\n\n"
     "For tests: after `count` more allocations of the core each fails; negative: none does."},
    {NULL, NULL, 0, NULL},
};
