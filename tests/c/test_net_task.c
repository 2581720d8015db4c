/* A task's products come out the same however they are cut: for every number of threads, which the
 * tiles depend on, and beside one call of the kernel. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "check.h"
#include "kernels/kernels.h"
#include "net/task.h"

typedef struct sizes {
    size_t rows, columns, depth;
} sizes;

static float *new_values(size_t count, unsigned seed) {
    float *values = cornu_memory_allocate((count + 1) * sizeof *values);
    uint32_t state = seed;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        values[i] = (float)(state >> 8) / 16777216.0F - 0.5F;
    }
    return values;
}

static void check_cuts(const sizes *s) {
    enum { MOST_THREADS = 8 };
    const cornu_kernels *kernels = cornu_kernels_for(CORNU_FLOAT32);
    const size_t count = s->rows * s->columns, nbytes = count * sizeof(float);
    float *a = new_values(s->rows * s->depth, 1), *b = new_values(s->depth * s->columns, 2);
    float *bias = new_values(s->columns, 3), *whole = new_values(count, 4);
    float *cut = new_values(count, 5);
    const size_t stride = (kernels->scratch_nbytes + 63) / 64 * 64;
    unsigned char *scratch = cornu_memory_allocate(MOST_THREADS * stride);
    cornu_gemm product = {.rows = s->rows,
                          .columns = s->columns,
                          .depth = s->depth,
                          .a = a,
                          .a_row_stride = (ptrdiff_t)s->depth,
                          .a_column_stride = 1,
                          .b = b,
                          .b_row_stride = (ptrdiff_t)s->columns,
                          .b_column_stride = 1,
                          .c = whole,
                          .c_row_stride = (ptrdiff_t)s->columns,
                          .bias = bias,
                          .relu = true};
    kernels->gemm(&product, scratch);
    product.c = cut;
    for (size_t threads = 1; threads <= MOST_THREADS; threads *= 2) {
        memset(cut, 0x55, nbytes);
        cornu_task task = {.kernels = kernels,
                           .scratch = scratch,
                           .scratch_stride = stride,
                           .thread_limit = threads};
        CHECK_INT(cornu_task_gemm(&task, &product), CORNU_OK);
        CHECK_BYTES(cut, whole, nbytes);
    }
    void *blocks[] = {a, b, bias, whole, cut, scratch};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cornu_memory_free(blocks[i]);
}

int main(void) {
    /* Depths whose last blocks would be cut otherwise if they were all there is; widths that leave
     * one to four columns over. */
    static const sizes cases[] = {
        {256, 256, 1537}, {256, 256, 2000}, {32, 256, 3000}, {32, 128, 5000},  {64, 64, 5000},
        {256, 66, 784},   {40, 65, 300},    {300, 258, 40},  {130, 2, 200001}, {1, 130, 5000},
        {7, 4, 70000},    {1, 1, 1},        {257, 129, 513},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_cuts(&cases[i]);
    return check_report();
}
