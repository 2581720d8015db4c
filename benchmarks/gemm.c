/* cornu's products against OpenBLAS's, in turn, on one thread. gemm.py starts it and reads it.
 *
 * usage: gemm library f32|f64 isa rounds M,N,K...
 *
 * Prints a line with the two instruction sets, then for each shape and each of NN, NT and TN a
 * line: M N K transposes, seconds a product of cornu and of OpenBLAS (medians of the thread's own
 * time), and the largest difference of two elements. Exit code 3: this machine lacks the
 * instruction set. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "clocks.h"
#include "kernels/kernels.h"

/* The interface of CBLAS, as the wheel scipy-openblas32 exports it: sizes are int there. */
typedef void cblas_sgemm_function(int order, int transpose_a, int transpose_b, int m, int n, int k,
                                  float alpha, const float *a, int lda, const float *b, int ldb,
                                  float beta, float *c, int ldc);
typedef void cblas_dgemm_function(int order, int transpose_a, int transpose_b, int m, int n, int k,
                                  double alpha, const double *a, int lda, const double *b, int ldb,
                                  double beta, double *c, int ldc);
enum { CBLAS_ROW_MAJOR = 101, CBLAS_NO_TRANSPOSE = 111, CBLAS_TRANSPOSE = 112 };

typedef struct openblas {
    cblas_sgemm_function *sgemm;
    cblas_dgemm_function *dgemm;
    void (*set_num_threads)(int count);
    char *(*get_corename)(void);
} openblas;

enum { MOST_ROUNDS = 1001, LEVEL_MISSING = 3 };

typedef struct comparison {
    openblas blas;
    const cornu_kernels *kernels;
    bool is_double;
    void *scratch;
    size_t rounds;
} comparison;

/* One shape in one transposition, with its operands. */
typedef struct product {
    cornu_gemm gemm;
    bool transpose_a, transpose_b;
    void *expected; /* where OpenBLAS writes */
} product;

/* POSIX promises that a pointer to a function fits; ISO C has no cast for it. */
static void find_symbol(void *library, const char *name, void *function) {
    void *symbol = dlsym(library, name);
    if (!symbol) {
        fprintf(stderr, "gemm: the library has no %s\n", name);
        exit(1);
    }
    memcpy(function, &symbol, sizeof symbol);
}

static openblas openblas_load(const char *path) {
    openblas blas;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "gemm: %s\n", dlerror());
        exit(1);
    }
    find_symbol(library, "scipy_cblas_sgemm", &blas.sgemm);
    find_symbol(library, "scipy_cblas_dgemm", &blas.dgemm);
    find_symbol(library, "scipy_openblas_set_num_threads", &blas.set_num_threads);
    find_symbol(library, "scipy_openblas_get_corename", &blas.get_corename);
    blas.set_num_threads(1);
    return blas;
}

static const cornu_kernels *kernels_of(const char *isa, cornu_dtype dtype) {
    const cornu_kernels *kernels;
    for (size_t level = 0; (kernels = cornu_kernels_level(level, dtype)); level++) {
        if (!strcmp(kernels->isa, isa)) return kernels;
    }
    exit(LEVEL_MISSING);
}

static void *allocate(size_t nbytes) {
    void *memory = cornu_memory_allocate(nbytes);
    if (!memory) {
        fprintf(stderr, "gemm: no memory\n");
        exit(1);
    }
    return memory;
}

static void *random_matrix(const comparison *compared, size_t count, uint64_t seed) {
    void *matrix = allocate(count * cornu_dtype_nbytes(compared->kernels->dtype));
    compared->kernels->fill_uniform(count, seed, 0, 0, -0.5, 0.5, matrix);
    return matrix;
}

static void multiply_cornu(const comparison *compared, const product *p) {
    compared->kernels->gemm(&p->gemm, compared->scratch);
}

static void multiply_openblas(const comparison *compared, const product *p) {
    const cornu_gemm *g = &p->gemm;
    int ta = p->transpose_a ? CBLAS_TRANSPOSE : CBLAS_NO_TRANSPOSE;
    int tb = p->transpose_b ? CBLAS_TRANSPOSE : CBLAS_NO_TRANSPOSE;
    int m = (int)g->rows, n = (int)g->columns, k = (int)g->depth;
    int lda = p->transpose_a ? m : k, ldb = p->transpose_b ? k : n;
    if (compared->is_double) {
        compared->blas.dgemm(CBLAS_ROW_MAJOR, ta, tb, m, n, k, 1, g->a, lda, g->b, ldb, 0,
                             p->expected, n);
    } else {
        compared->blas.sgemm(CBLAS_ROW_MAJOR, ta, tb, m, n, k, 1, g->a, lda, g->b, ldb, 0,
                             p->expected, n);
    }
}

typedef void multiply_function(const comparison *compared, const product *p);

static double seconds_each(const comparison *compared, const product *p,
                           multiply_function *multiply, size_t repeats) {
    double begin = thread_seconds();
    for (size_t i = 0; i < repeats; i++) multiply(compared, p);
    return (thread_seconds() - begin) / (double)repeats;
}

static int compare_doubles(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, compare_doubles);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static double largest_difference(const comparison *compared, const product *p) {
    double largest = 0;
    for (size_t i = 0; i < p->gemm.rows * p->gemm.columns; i++) {
        double difference =
            compared->is_double
                ? ((double *)p->gemm.c)[i] - ((double *)p->expected)[i]
                : (double)((float *)p->gemm.c)[i] - (double)((float *)p->expected)[i];
        /* A NaN is the largest of all. */
        if (!(fabs(difference) <= largest)) largest = fabs(difference);
    }
    return largest;
}

static void compare_product(const comparison *compared, const product *p) {
    double of_cornu[MOST_ROUNDS], of_openblas[MOST_ROUNDS];
    double flops = 2.0 * (double)p->gemm.rows * (double)p->gemm.columns * (double)p->gemm.depth;
    /* About 0.1 ms a sample: many times the clock's resolution, and short enough that most samples
     * are not interrupted. */
    size_t repeats = (size_t)(1e7 / flops) + 1;
    if (repeats > 2000) repeats = 2000;
    multiply_cornu(compared, p);
    multiply_openblas(compared, p);
    double difference = largest_difference(compared, p);
    for (size_t round = 0; round < compared->rounds; round++) {
        of_cornu[round] = seconds_each(compared, p, multiply_cornu, repeats);
        of_openblas[round] = seconds_each(compared, p, multiply_openblas, repeats);
    }
    printf("%zu %zu %zu %c%c %.9g %.9g %.3g\n", p->gemm.rows, p->gemm.columns, p->gemm.depth,
           p->transpose_a ? 'T' : 'N', p->transpose_b ? 'T' : 'N',
           median(of_cornu, compared->rounds), median(of_openblas, compared->rounds), difference);
    fflush(stdout);
}

/* a is M x K and b is K x N; a transposed one is stored as its transpose. */
static void compare_shape(const comparison *compared, size_t m, size_t n, size_t k) {
    void *a = random_matrix(compared, m * k, 1), *b = random_matrix(compared, k * n, 2);
    size_t c_nbytes = m * n * cornu_dtype_nbytes(compared->kernels->dtype);
    void *c = allocate(c_nbytes), *expected = allocate(c_nbytes);
    for (int mode = 0; mode < 3; mode++) {
        product p = {.transpose_a = mode == 2, .transpose_b = mode == 1, .expected = expected};
        p.gemm = (cornu_gemm){
            .rows = m,
            .columns = n,
            .depth = k,
            .a = a,
            .a_row_stride = p.transpose_a ? 1 : (ptrdiff_t)k,
            .a_column_stride = p.transpose_a ? (ptrdiff_t)m : 1,
            .b = b,
            .b_row_stride = p.transpose_b ? 1 : (ptrdiff_t)n,
            .b_column_stride = p.transpose_b ? (ptrdiff_t)k : 1,
            .c = c,
            .c_row_stride = (ptrdiff_t)n,
        };
        compare_product(compared, &p);
    }
    cornu_memory_free(a);
    cornu_memory_free(b);
    cornu_memory_free(c);
    cornu_memory_free(expected);
}

int main(int argc, char **argv) {
    if (argc < 6) {
        fprintf(stderr, "usage: gemm library f32|f64 isa rounds M,N,K...\n");
        return 1;
    }
    bool is_double = !strcmp(argv[2], "f64");
    comparison compared = {
        .blas = openblas_load(argv[1]),
        .is_double = is_double,
        .kernels = kernels_of(argv[3], is_double ? CORNU_FLOAT64 : CORNU_FLOAT32),
        .rounds = (size_t)strtoul(argv[4], NULL, 10),
    };
    if (compared.rounds < 1 || compared.rounds > MOST_ROUNDS) {
        fprintf(stderr, "gemm: rounds must be from 1 to %d\n", MOST_ROUNDS);
        return 1;
    }
    compared.scratch = allocate(compared.kernels->scratch_nbytes);
    printf("%s %s\n", compared.kernels->isa, compared.blas.get_corename());
    for (int i = 5; i < argc; i++) {
        size_t m, n, k;
        if (sscanf(argv[i], "%zu,%zu,%zu", &m, &n, &k) != 3) {
            fprintf(stderr, "gemm: no shape: %s\n", argv[i]);
            return 1;
        }
        compare_shape(&compared, m, n, k);
    }
    cornu_memory_free(compared.scratch);
    return 0;
}
