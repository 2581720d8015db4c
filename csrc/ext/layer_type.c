#include "ext/layer_type.h"

#include <stddef.h>
#include <string.h>

#include "ext/arguments.h"
#include "ext/errors.h"
#include "ext/shape_tuples.h"
#include "ext/span_view.h"

static cornu_layer *layer_of(PyObject *self) {
    return ((cornu_layer_object *)self)->layer;
}

PyObject *cornu_layer_object_new(const cornu_module_state *state, cornu_layer *layer) {
    cornu_layer_object *self =
        (cornu_layer_object *)state->layer_type->tp_alloc(state->layer_type, 0);
    if (self == NULL) {
        cornu_layer_release(layer);
        return NULL;
    }
    self->layer = layer;
    return (PyObject *)self;
}

static void layer_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    cornu_layer_release(layer_of(self));
    type->tp_free(self);
    Py_DECREF(type);
}

/* ---- Attributes ---- */

static PyObject *layer_name(PyObject *self, void *Py_UNUSED(closure)) {
    char name[CORNU_NAME_NBYTES];
    cornu_layer_name(layer_of(self), name);
    /* The library cuts a long name at a byte, which may be within a character. */
    return PyUnicode_DecodeUTF8(name, (Py_ssize_t)strlen(name), "ignore");
}

static int layer_set_name(PyObject *self, PyObject *value, void *Py_UNUSED(closure)) {
    const char *name;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "`name` can't be deleted");
        return -1;
    }
    if (!cornu_convert_text(value, "name", &name)) return -1;
    cornu_layer_set_name(layer_of(self), name);
    return 0;
}

static PyObject *layer_trainable(PyObject *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(cornu_layer_trainable(layer_of(self)));
}

static int layer_set_trainable(PyObject *self, PyObject *value, void *Py_UNUSED(closure)) {
    bool trainable;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "`trainable` can't be deleted");
        return -1;
    }
    if (!cornu_convert_bool(value, "trainable", &trainable)) return -1;
    cornu_layer_set_trainable(layer_of(self), trainable);
    return 0;
}

static PyObject *layer_supports_masking(PyObject *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(cornu_layer_supports_masking(layer_of(self)));
}

static int layer_set_supports_masking(PyObject *self, PyObject *value, void *Py_UNUSED(closure)) {
    bool supports_masking;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "`supports_masking` can't be deleted");
        return -1;
    }
    if (!cornu_convert_bool(value, "supports_masking", &supports_masking)) return -1;
    cornu_layer_set_supports_masking(layer_of(self), supports_masking);
    return 0;
}

static PyObject *layer_dtype(PyObject *self, void *Py_UNUSED(closure)) {
    return PyUnicode_FromString(cornu_dtype_name(cornu_layer_dtype(layer_of(self))));
}

static PyObject *layer_built(PyObject *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(cornu_layer_is_built(layer_of(self)));
}

static PyGetSetDef layer_attributes[] = {
    {"name", layer_name, layer_set_name, "The name that stands in errors.", NULL},
    {"trainable", layer_trainable, layer_set_trainable, "Whether fit moves its weights.", NULL},
    {"supports_masking", layer_supports_masking, layer_set_supports_masking,
     "Whether it hands a mask on.", NULL},
    {"dtype", layer_dtype, NULL, "\"float32\" or \"float64\".", NULL},
    {"built", layer_built, NULL, "Whether it has its weights.", NULL},
    {0},
};

/* ---- Regularizers and constraints ---- */

/* Output: size_t, an index of a weight; None: the output. */
static bool convert_index(PyObject *value, const char *name, void *output) {
    *(size_t *)output = CORNU_OUTPUT;
    return value == Py_None || cornu_convert_size(value, name, output);
}

/* Output: cornu_regularizer_kind. */
static bool convert_regularizer_kind(PyObject *value, const char *name, void *output) {
    static const char *const kinds[CORNU_REGULARIZER_COUNT] = {
        [CORNU_L1_L2] = "l1_l2",
        [CORNU_ORTHOGONAL_ROWS] = "orthogonal_rows",
        [CORNU_ORTHOGONAL_COLUMNS] = "orthogonal_columns",
        [CORNU_OWN_REGULARIZER] = "own",
    };
    const char *text;
    size_t kind;
    if (!cornu_convert_text(value, name, &text) ||
        !cornu_choice_find(text, name, CORNU_REGULARIZER_COUNT, kinds, &kind)) {
        return false;
    }
    *(cornu_regularizer_kind *)output = (cornu_regularizer_kind)kind;
    return true;
}

/* Output: cornu_constraint_kind. */
static bool convert_constraint_kind(PyObject *value, const char *name, void *output) {
    static const char *const kinds[CORNU_CONSTRAINT_COUNT] = {
        [CORNU_NOT_NEGATIVE] = "not_negative",
        [CORNU_NORM_BETWEEN] = "norm_between",
        [CORNU_UNIT_NORM] = "unit_norm",
        [CORNU_OWN_CONSTRAINT] = "own",
    };
    const char *text;
    size_t kind;
    if (!cornu_convert_text(value, name, &text) ||
        !cornu_choice_find(text, name, CORNU_CONSTRAINT_COUNT, kinds, &kind)) {
        return false;
    }
    *(cornu_constraint_kind *)output = (cornu_constraint_kind)kind;
    return true;
}

static PyObject *none_or_error(cornu_status status, const cornu_error *error) {
    if (status == CORNU_OK) Py_RETURN_NONE;
    cornu_error_raise(status, error);
    return NULL;
}

static PyObject *layer_set_regularizer(PyObject *self, PyObject *const *values,
                                       Py_ssize_t value_count, PyObject *keywords) {
    size_t index;
    cornu_regularizer regularizer = {0};
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"index", convert_index, &index},
        {"kind", convert_regularizer_kind, &regularizer.kind},
        {"|l1", cornu_convert_double, &regularizer.l1},
        {"|l2", cornu_convert_double, &regularizer.l2},
    };
    if (!cornu_arguments_parse("set_regularizer", 4, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_set_regularizer(layer_of(self), index, &regularizer, &error);
    return none_or_error(status, &error);
}

static PyObject *layer_set_constraint(PyObject *self, PyObject *const *values,
                                      Py_ssize_t value_count, PyObject *keywords) {
    size_t index;
    cornu_constraint constraint = {0};
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"index", cornu_convert_size, &index},
        {"kind", convert_constraint_kind, &constraint.kind},
        {"|first_axis", cornu_convert_int64, &constraint.first_axis},
        {"|axis_count", cornu_convert_size, &constraint.axis_count},
        {"|least", cornu_convert_double, &constraint.least},
        {"|most", cornu_convert_double, &constraint.most},
        {"|rate", cornu_convert_double, &constraint.rate},
    };
    if (!cornu_arguments_parse("set_constraint", 7, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_set_constraint(layer_of(self), index, &constraint, &error);
    return none_or_error(status, &error);
}

/* ---- Methods ---- */

static PyObject *layer_output_shape(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                                    PyObject *keywords) {
    cornu_shape input, output, first = {0};
    PyObject *first_value = Py_None;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {
        {"input_shape", cornu_convert_shape, &input},
        {"|first_shape", cornu_convert_object, &first_value},
    };
    if (!cornu_arguments_parse("output_shape", 2, arguments, value_count, values, keywords) ||
        (first_value != Py_None && !cornu_convert_shape(first_value, "first_shape", &first))) {
        return NULL;
    }
    cornu_status status = cornu_layer_output_shape_again(
        layer_of(self), first_value != Py_None ? &first : NULL, &input, &output, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return NULL;
    }
    return cornu_shape_tuple(&output);
}

static PyObject *layer_build(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                             PyObject *keywords) {
    cornu_shape input;
    cornu_error error = CORNU_NO_ERROR;
    const cornu_argument arguments[] = {{"input_shape", cornu_convert_shape, &input}};
    if (!cornu_arguments_parse("build", 1, arguments, value_count, values, keywords)) return NULL;
    /* With the GIL held: pages of zero cost little, and threads that build one layer take turns. */
    cornu_status status = cornu_layer_build(layer_of(self), &input, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *views_of(PyObject *self, size_t count,
                          cornu_span *(*span_of)(const cornu_layer *, size_t)) {
    PyObject *views = PyTuple_New((Py_ssize_t)count);
    if (views == NULL) return NULL;
    for (size_t i = 0; i < count; i++) {
        PyObject *view = cornu_span_view(span_of(layer_of(self), i));
        if (view == NULL) {
            Py_DECREF(views);
            return NULL;
        }
        PyTuple_SET_ITEM(views, (Py_ssize_t)i, view);
    }
    return views;
}

static PyObject *layer_spans(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    return views_of(self, cornu_layer_span_count(layer_of(self)), cornu_layer_span);
}

static PyObject *layer_hidden_spans(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    size_t count = 0;
    while (cornu_layer_hidden_span(layer_of(self), count) != NULL) count++;
    return views_of(self, count, cornu_layer_hidden_span);
}

static PyObject *layer_add_weight(PyObject *self, PyObject *const *values, Py_ssize_t value_count,
                                  PyObject *keywords) {
    cornu_shape shape;
    cornu_dtype dtype;
    bool trained;
    cornu_error error = CORNU_NO_ERROR;
    cornu_layer *layer = layer_of(self);
    const cornu_argument arguments[] = {
        {"shape", cornu_convert_shape, &shape},
        {"dtype", cornu_convert_dtype, &dtype},
        {"trained", cornu_convert_bool, &trained},
    };
    if (!cornu_arguments_parse("add_weight", 3, arguments, value_count, values, keywords)) {
        return NULL;
    }
    cornu_status status = cornu_layer_add_span(layer, dtype, &shape, trained, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return NULL;
    }
    return cornu_span_view(cornu_layer_span(layer, cornu_layer_span_count(layer) - 1));
}

static PyObject *layer_share_weight(PyObject *self, PyObject *view) {
    cornu_error error = CORNU_NO_ERROR;
    cornu_span *span = cornu_span_of_view(view);
    if (span == NULL) return NULL;
    cornu_status status = cornu_layer_share_span(layer_of(self), span, &error);
    if (status != CORNU_OK) {
        cornu_error_raise(status, &error);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *take_of(PyObject *self, PyObject *other,
                         cornu_status (*take)(cornu_layer *, const cornu_layer *, cornu_error *)) {
    cornu_error error = CORNU_NO_ERROR;
    if (!Py_IS_TYPE(other, Py_TYPE(self))) {
        cornu_argument_refuse(PyExc_TypeError, "other", "a Layer", other);
        return NULL;
    }
    cornu_status status = take(layer_of(self), layer_of(other), &error);
    return none_or_error(status, &error);
}

static PyObject *layer_share_state(PyObject *self, PyObject *other) {
    return take_of(self, other, cornu_layer_share_state);
}

static PyObject *layer_take_weights(PyObject *self, PyObject *other) {
    return take_of(self, other, cornu_layer_take_weights);
}

static PyMethodDef layer_methods[] = {
    {"output_shape", (PyCFunction)(void (*)(void))layer_output_shape, METH_FASTCALL | METH_KEYWORDS,
     "output_shape($self, /, input_shape, first_shape=None)\n--\n\n"
     "The output's row shape for an input's; first_shape is the input's at the first place in a "
     "chain."},
    {"build", (PyCFunction)(void (*)(void))layer_build, METH_FASTCALL | METH_KEYWORDS,
     "build($self, /, input_shape)\n--\n\nMake the weights, all zero, or check those that are "
     "there."},
    {"add_weight", (PyCFunction)(void (*)(void))layer_add_weight, METH_FASTCALL | METH_KEYWORDS,
     "add_weight($self, /, shape, dtype, trained)\n--\n\n"
     "Another weight, of zeros, of a layer that Python computes, and a view of it."},
    {"share_weight", layer_share_weight, METH_O,
     "share_weight($self, view, /)\n--\n\n"
     "Another layer's weight as one of a layer that Python computes."},
    {"share_state", layer_share_state, METH_O,
     "share_state($self, other, /)\n--\n\n"
     "What another layer draws from, behind all weights, as a layer's that Python computes."},
    {"hidden_spans", layer_hidden_spans, METH_NOARGS,
     "hidden_spans($self, /)\n--\n\n"
     "Views of what else goes with the weights: draws and seed of a layer that draws."},
    {"take_weights", layer_take_weights, METH_O,
     "take_weights($self, other, /)\n--\n\n"
     "Be built with the weights of a layer that differs in its activation alone."},
    {"set_regularizer", (PyCFunction)(void (*)(void))layer_set_regularizer,
     METH_FASTCALL | METH_KEYWORDS,
     "set_regularizer($self, /, index, kind, l1=0.0, l2=0.0)\n--\n\n"
     "Give a weight, or the output (None), a regularizer; before build."},
    {"set_constraint", (PyCFunction)(void (*)(void))layer_set_constraint,
     METH_FASTCALL | METH_KEYWORDS,
     "set_constraint($self, /, index, kind, first_axis=0, axis_count=0, least=0.0, most=0.0, "
     "rate=0.0)\n--\n\nGive a weight a constraint; before build."},
    {"spans", layer_spans, METH_NOARGS,
     "spans($self, /)\n--\n\nWritable views of the weights' own memory, which they keep alive."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot layer_slots[] = {
    {Py_tp_doc, (void *)"A layer of the core."},
    {Py_tp_dealloc, (void *)layer_dealloc},
    {Py_tp_getset, layer_attributes},
    {Py_tp_methods, layer_methods},
    {0, NULL},
};

PyType_Spec cornu_layer_spec = {
    .name = "cornu._core.Layer",
    .basicsize = sizeof(cornu_layer_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = layer_slots,
};
