#include "net/source.h"

#include <math.h>
#include <stdio.h>

#include "base/size.h"
#include "base/status.h"
#include "net/shape.h"

/* Elements gathered by one thread at a time. */
#define TILE_ELEMENTS 8192
/* Elements checked between two polls. */
#define CHECK_ELEMENTS 65536

size_t cornu_rows_at(const cornu_rows *rows, size_t index) {
    if (rows->order32) return rows->order32[rows->begin + index];
    if (rows->order64) return (size_t)rows->order64[rows->begin + index];
    return rows->begin + index;
}

/* Merges neighbouring axes that one stride steps through. */
static void merge_axes(cornu_source *source) {
    const cornu_array *array = &source->array;
    source->axes = 0;
    for (size_t axis = 1; axis < array->rank; axis++) {
        size_t size = array->shape[axis];
        ptrdiff_t stride = array->strides[axis];
        if (size == 1) continue;
        size_t last = source->axes - 1;
        if (source->axes > 0 && source->strides[last] == stride * (ptrdiff_t)size) {
            source->sizes[last] *= size;
            source->strides[last] = stride;
            continue;
        }
        source->sizes[source->axes] = size;
        source->strides[source->axes] = stride;
        source->axes++;
    }
    if (source->axes == 0) {
        source->sizes[0] = 1;
        source->strides[0] = (ptrdiff_t)cornu_dtype_nbytes(array->dtype);
        source->axes = 1;
    }
    size_t rows = array->shape[0];
    source->even_rows = source->axes == 1 &&
                        (source->row_count == 1 || rows <= 1 ||
                         array->strides[0] == source->strides[0] * (ptrdiff_t)source->sizes[0]);
}

cornu_status cornu_source_init(cornu_source *source, const char *name, const cornu_array *array,
                               cornu_error *error) {
    if ((unsigned)array->dtype >= CORNU_DTYPE_COUNT)
        return cornu_error_set(error, CORNU_ERROR_VALUE, "`%s` has no dtype that there is.", name);
    if (array->rank < 1 || array->rank > CORNU_MAX_RANK + 1) {
        return cornu_error_set(error, CORNU_ERROR_VALUE,
                               "`%s` must have 1 to %d axes, the batch first. Received: %zu", name,
                               CORNU_MAX_RANK + 1, array->rank);
    }
    *source = (cornu_source){.name = name, .array = *array, .row = {.rank = array->rank - 1}};
    for (size_t axis = 1; axis < array->rank; axis++)
        source->row.sizes[axis - 1] = array->shape[axis];
    if (!cornu_shape_count(&source->row, &source->row_count)) {
        return cornu_error_set(error, CORNU_ERROR_OVERFLOW,
                               "A row of `%s` has more elements than memory can hold.", name);
    }
    merge_axes(source);
    return CORNU_OK;
}

const void *cornu_source_in_place(const cornu_source *source, const cornu_rows *rows,
                                  cornu_dtype dtype) {
    const cornu_array *array = &source->array;
    ptrdiff_t nbytes = (ptrdiff_t)cornu_dtype_nbytes(dtype);
    if (rows->order32 || rows->order64 || array->dtype != dtype || array->swapped ||
        !source->even_rows)
        return NULL;
    if (source->row_count != 1 && source->strides[0] != nbytes) return NULL;
    if (source->row_count == 1 && rows->count > 1 && array->strides[0] != nbytes) return NULL;
    uintptr_t address =
        (uintptr_t)array->data + (uintptr_t)((ptrdiff_t)rows->begin * array->strides[0]);
    return address % (uintptr_t)nbytes == 0 ? (const void *)address : NULL;
}

/* One row: the outer merged axes by counters, the innermost by the kernel. */
static void gather_row(const cornu_source *source, cornu_gather *gather, size_t element_nbytes,
                       const char *row, char *to) {
    size_t inner = source->axes - 1;
    size_t at[CORNU_MAX_RANK] = {0};
    size_t runs = source->row_count / (source->sizes[inner] ? source->sizes[inner] : 1);
    for (size_t run = 0; run < runs; run++) {
        gather(source->sizes[inner], row, source->strides[inner], to);
        to += source->sizes[inner] * element_nbytes;
        for (size_t axis = inner; axis-- > 0;) {
            row += source->strides[axis];
            if (++at[axis] < source->sizes[axis]) break;
            row -= source->strides[axis] * (ptrdiff_t)source->sizes[axis];
            at[axis] = 0;
        }
    }
}

/* How far ahead a shuffled row is asked for, and the most of it. */
#define ROWS_AHEAD 16
#define AHEAD_NBYTES 2048
#define ROW_AHEAD_NBYTES 4096
#define LINE_NBYTES 64

typedef struct gather_tiles {
    const cornu_source *source;
    const cornu_rows *rows;
    cornu_gather *gather;
    size_t element_nbytes;
    size_t tile_rows;
    char *to;
} gather_tiles;

static const char *row_at(const gather_tiles *tiles, size_t index) {
    const cornu_array *array = &tiles->source->array;
    return (const char *)array->data +
           (ptrdiff_t)cornu_rows_at(tiles->rows, index) * array->strides[0];
}

/* Shuffled rows lie anywhere, and most of them in no cache. The next batch's first ones are asked
 * for as well. */
static void gather_shuffled(const gather_tiles *tiles, size_t begin, size_t end, char *to) {
    const cornu_source *source = tiles->source;
    const size_t row_nbytes = source->row_count * tiles->element_nbytes;
    const size_t extent = source->sizes[0] * cornu_dtype_nbytes(source->array.dtype);
    const size_t asked = extent < ROW_AHEAD_NBYTES ? extent : ROW_AHEAD_NBYTES;
    const size_t distance =
        extent < AHEAD_NBYTES / ROWS_AHEAD ? ROWS_AHEAD : 1 + AHEAD_NBYTES / extent;
    const size_t known = tiles->rows->count + tiles->rows->following;
    for (size_t i = begin; i < end; i++, to += row_nbytes) {
        if (i + distance < known) {
            const char *next = row_at(tiles, i + distance);
            for (size_t at = 0; at < asked; at += LINE_NBYTES) __builtin_prefetch(next + at);
        }
        tiles->gather(source->row_count, row_at(tiles, i), source->strides[0], to);
    }
}

static void gather_tile(void *argument, size_t tile, size_t worker) {
    (void)worker;
    const gather_tiles *tiles = argument;
    const cornu_source *source = tiles->source;
    const size_t row_nbytes = source->row_count * tiles->element_nbytes;
    const size_t begin = tile * tiles->tile_rows, left = tiles->rows->count - begin;
    const size_t end = begin + (left < tiles->tile_rows ? left : tiles->tile_rows);
    char *to = tiles->to + begin * row_nbytes;
    const bool in_order = !tiles->rows->order32 && !tiles->rows->order64;
    if (in_order && source->even_rows) {
        /* Rows that follow each other evenly are one long run. */
        ptrdiff_t stride = source->row_count == 1 ? source->array.strides[0] : source->strides[0];
        tiles->gather((end - begin) * source->row_count, row_at(tiles, begin), stride, to);
    } else if (source->axes == 1) {
        gather_shuffled(tiles, begin, end, to);
    } else {
        for (size_t i = begin; i < end; i++, to += row_nbytes)
            gather_row(source, tiles->gather, tiles->element_nbytes, row_at(tiles, i), to);
    }
}

cornu_status cornu_source_gather(const cornu_source *source, cornu_task *task,
                                 const cornu_kernels *kernels, const cornu_rows *rows, void *to) {
    if (source->row_count == 0 || rows->count == 0) return CORNU_OK;
    gather_tiles tiles = {.source = source,
                          .rows = rows,
                          .gather = kernels->gather[source->array.dtype][source->array.swapped],
                          .element_nbytes = kernels->element_nbytes,
                          .to = to};
    if (rows->count * source->row_count <= TILE_ELEMENTS) {
        tiles.tile_rows = rows->count;
        task->patience -= CORNU_TASK_GATHER_WORK * (double)(rows->count * source->row_count);
        gather_tile(&tiles, 0, 0);
        return CORNU_OK;
    }
    tiles.tile_rows = cornu_tile_rows(TILE_ELEMENTS, source->row_count);
    size_t tile_count = (rows->count - 1) / tiles.tile_rows + 1;
    tiles.tile_rows = (rows->count - 1) / tile_count + 1;
    tile_count = (rows->count - 1) / tiles.tile_rows + 1;
    return cornu_task_run(task, gather_tile, &tiles, tile_count,
                          CORNU_TASK_GATHER_WORK * (double)rows->count * (double)source->row_count);
}

/* "x[5, 0, 3]" */
static cornu_status nonfinite_error(const cornu_source *source, const cornu_kernels *kernels,
                                    size_t row, size_t element, const void *value,
                                    cornu_error *error) {
    char place[CORNU_SHAPE_TEXT];
    size_t used = (size_t)snprintf(place, sizeof place, "[%zu", row);
    size_t below = source->row_count;
    for (size_t axis = 0; axis < source->row.rank; axis++) {
        below /= source->row.sizes[axis];
        used += (size_t)snprintf(place + used, sizeof place - used, ", %zu",
                                 element / below % source->row.sizes[axis]);
    }
    double number =
        kernels->dtype == CORNU_FLOAT64 ? *(const double *)value : (double)*(const float *)value;
    const char *what = isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
    /* A finite float64 may be too large for float32. */
    const char *range =
        isinf(number) && source->array.dtype == CORNU_FLOAT64 && kernels->dtype == CORNU_FLOAT32
            ? " (as float32, the model's dtype)"
            : "";
    return cornu_error_set(error, CORNU_ERROR_DATA,
                           "`%s` must hold finite numbers only. Received: %s%s] = %s%s",
                           source->name, source->name, place, what, range);
}

cornu_status cornu_source_check(const cornu_source *source, cornu_task *task,
                                const cornu_kernels *kernels, const cornu_rows *rows,
                                const void *gathered, cornu_error *error) {
    size_t element_nbytes = cornu_dtype_nbytes(kernels->dtype);
    size_t count = rows->count * source->row_count;
    for (size_t begin = 0; begin < count; begin += CHECK_ELEMENTS) {
        size_t some = begin + CHECK_ELEMENTS < count ? CHECK_ELEMENTS : count - begin;
        const char *at = (const char *)gathered + begin * element_nbytes;
        size_t found = kernels->find_nonfinite(some, at);
        if (found < some) {
            size_t element = begin + found;
            return nonfinite_error(source, kernels,
                                   cornu_rows_at(rows, element / source->row_count),
                                   element % source->row_count, at + found * element_nbytes, error);
        }
        if (cornu_task_poll_after(task, (double)some) != CORNU_OK) return CORNU_INTERRUPTED;
    }
    return CORNU_OK;
}
