/* A task's products come out the same however they are cut: for every number of threads, which the
 * tiles depend on, and beside one call of the kernel. */
#include "gemm_fixture.h"
#include "kernels_fixture.h"
#include "net/task.h"

typedef struct sizes {
    size_t rows, columns, depth;
} sizes;

/* Gradients of weights and of input read transposes. */
typedef enum layout { PLAIN, A_TRANSPOSED, B_TRANSPOSED } layout;

static void *new_values(cornu_dtype dtype, size_t count, uint64_t seed) {
    void *values = new_reals(dtype, count + 1);
    fill_between(dtype, values, count, seed, -0.5, 0.5);
    return values;
}

static void check_cuts(const sizes *s, cornu_dtype dtype, layout lies, bool accumulate,
                       const size_t *thread_counts) {
    enum { MOST_THREADS = 8 };
    const cornu_kernels *kernels = cornu_kernels_for(dtype);
    const size_t count = s->rows * s->columns, nbytes = count * real_nbytes(dtype);
    void *a = new_values(dtype, s->rows * s->depth, 1);
    void *b = new_values(dtype, s->depth * s->columns, 2);
    void *bias = new_values(dtype, s->columns, 3), *before = new_values(dtype, count, 4);
    void *whole = new_reals(dtype, count + 1), *cut = new_reals(dtype, count + 1);
    const size_t stride = (kernels->scratch_nbytes + 63) / 64 * 64;
    unsigned char *scratch = cornu_memory_allocate(MOST_THREADS * stride);
    cornu_gemm product = product_of(s->rows, s->columns, s->depth, a, b, whole);
    product.accumulate = accumulate;
    product.bias = accumulate ? NULL : bias;
    product.relu = !accumulate;
    if (lies == A_TRANSPOSED) transpose_a(&product);
    if (lies == B_TRANSPOSED) transpose_b(&product);
    memcpy(whole, before, nbytes);
    kernels->gemm(&product, scratch);
    product.c = cut;
    for (; *thread_counts > 0; thread_counts++) {
        memcpy(cut, before, nbytes);
        cornu_task task = {.kernels = kernels,
                           .scratch = scratch,
                           .scratch_stride = stride,
                           .thread_limit = *thread_counts};
        CHECK_INT(cornu_task_gemm(&task, &product), CORNU_OK);
        char what[100];
        snprintf(what, sizeof what, "%zu x %zu x %zu, layout %d%s, %zu threads", s->rows,
                 s->columns, s->depth, (int)lies, accumulate ? ", accumulated" : "",
                 *thread_counts);
        CHECK_SAME_REALS(dtype, cut, whole, count, what);
    }
    void *blocks[] = {a, b, bias, before, whole, cut, scratch};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cornu_memory_free(blocks[i]);
}

/* Depths whose last blocks would be cut otherwise if they were all there is; widths that leave one
 * to four columns over. */
static void check_depths_and_widths(void) {
    static const sizes cases[] = {
        {256, 256, 1537}, {256, 256, 2000}, {32, 256, 3000}, {32, 128, 5000},  {64, 64, 5000},
        {256, 66, 784},   {40, 65, 300},    {300, 258, 40},  {130, 2, 200001}, {1, 130, 5000},
        {7, 4, 70000},    {1, 1, 1},        {257, 129, 513},
    };
    static const size_t thread_counts[] = {1, 2, 4, 8, 0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_cuts(&cases[i], CORNU_FLOAT32, PLAIN, false, thread_counts);
}

/* Everything else that a product may be, with numbers of threads that tiles do not divide by. */
static void check_layouts(void) {
    static const sizes cases[] = {{100, 300, 131}, {131, 100, 520}, {300, 67, 150}, {5, 200, 1030}};
    static const size_t thread_counts[] = {1, 3, 5, 7, 0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (unsigned way = 0; way < 12; way++)
            check_cuts(&cases[i], real_dtypes[way % 2], (layout)(way / 2 % 3), way >= 6,
                       thread_counts);
    }
}

int main(void) {
    check_depths_and_widths();
    check_layouts();
    return check_report();
}
