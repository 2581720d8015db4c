/* Products with few columns: as dot products, their depth over a fixed number of lanes.
 *
 * Element k of a block belongs to lane k mod LANES; each lane is a chain from zero, the block being
 * as if it went on with zeros to a whole number of LANES; lanes are added as add_lanes does. One
 * chain would wait for each of its additions. */

enum {
    GEMM_LANES_DEPTH = 32, /* at least */
    LANE_VECTORS = LANES / VEC_WIDTH,
};

/* One block of the depth of one column, for up to VEC_WIDTH rows. `b` is contiguous and goes on
 * with zeros to whole LANES. */
typedef struct lanes_part {
    size_t depth, rows;
    const REAL *a;
    ptrdiff_t a_stride_i, a_stride_k;
    const REAL *b;
} lanes_part;

/* lanes[l] += lanes[l + half], then half of that half. */
INLINE vec add_lane_vectors(vec *lanes, size_t count) {
    UNROLL
    for (size_t half = count / 2; half > 0; half /= 2) {
        UNROLL
        for (size_t l = 0; l < half; l++) {
            lanes[l] = vec_add(lanes[l], lanes[l + half]);
        }
    }
    return lanes[0];
}

/* A row's lanes, down to one vector of them. */
INLINE vec lanes_of_row(size_t depth, const REAL *a, const REAL *b) {
    vec sums[LANE_VECTORS];
    for (size_t v = 0; v < LANE_VECTORS; v++) {
        sums[v] = vec_zero();
    }
    size_t k = 0;
    for (; k + LANES <= depth; k += LANES) {
        UNROLL
        for (size_t v = 0; v < LANE_VECTORS; v++) {
            sums[v] = vec_multiply_add(vec_load(a + k + v * VEC_WIDTH),
                                       vec_load(b + k + v * VEC_WIDTH), sums[v]);
        }
    }
    for (size_t v = 0; k < depth && v < LANE_VECTORS; v++) {
        const size_t from = k + v * VEC_WIDTH;
        const size_t left = depth > from ? depth - from : 0;
        const vec part = vec_load_part(a + (left ? from : k), left < VEC_WIDTH ? left : VEC_WIDTH);
        sums[v] = vec_multiply_add(part, vec_load(b + from), sums[v]);
    }
    return add_lane_vectors(sums, LANE_VECTORS);
}

/* Rows contiguous along k. */
static vec lanes_along_depth(const lanes_part *part) {
    vec square[VEC_WIDTH];
    for (size_t i = 0; i < VEC_WIDTH; i++) {
        square[i] =
            i < part->rows
                ? lanes_of_row(part->depth, part->a + (ptrdiff_t)i * part->a_stride_i, part->b)
                : vec_zero();
    }
    vec_transpose(square);
    return add_lane_vectors(square, VEC_WIDTH);
}

/* Columns contiguous along i: one vector of rows for each lane. */
static vec lanes_along_rows(const lanes_part *part) {
    vec sums[LANES];
    UNROLL
    for (size_t lane = 0; lane < LANES; lane++) {
        sums[lane] = vec_zero();
    }
    const REAL *a = part->a;
    size_t k = 0;
    for (; k + LANES <= part->depth; k += LANES) {
        UNROLL
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[lane] = vec_multiply_add(vec_load_part(a, part->rows), vec_all(part->b[k + lane]),
                                          sums[lane]);
            a += part->a_stride_k;
        }
    }
    if (k < part->depth) {
        UNROLL
        for (size_t lane = 0; lane < LANES; lane++) {
            const bool there = k + lane < part->depth;
            const vec column = there ? vec_load_part(a, part->rows) : vec_zero();
            sums[lane] = vec_multiply_add(column, vec_all(part->b[k + lane]), sums[lane]);
            a += there ? part->a_stride_k : 0;
        }
    }
    return add_lane_vectors(sums, LANES);
}

/* Rows that are contiguous along neither axis: copied first. */
static vec lanes_of_copy(const lanes_part *part, REAL *copy) {
    lanes_part copied = *part;
    for (size_t i = 0; i < part->rows; i++) {
        for (size_t k = 0; k < part->depth; k++) {
            copy[i * CORNU_DEPTH_BLOCK_MOST + k] =
                part->a[(ptrdiff_t)i * part->a_stride_i + (ptrdiff_t)k * part->a_stride_k];
        }
    }
    copied.a = copy;
    copied.a_stride_i = CORNU_DEPTH_BLOCK_MOST;
    return lanes_along_depth(&copied);
}

static vec lanes_sums(const lanes_part *part, REAL *copy) {
    if (part->a_stride_k == 1) {
        return lanes_along_depth(part);
    }
    return part->a_stride_i == 1 ? lanes_along_rows(part) : lanes_of_copy(part, copy);
}

/* One block of the depth. */
static void gemm_lanes_block(const gemm_problem *p, size_t k, size_t depth, gemm_scratch *scratch) {
    const size_t room = (depth + LANES - 1) / LANES * LANES;
    REAL *columns = scratch->b, *copy = columns + CORNU_GEMM_NARROW * CORNU_DEPTH_BLOCK_MOST;
    const bool last = k + depth == p->depth;
    gemm_store store = {
        .first = k == 0 && !p->accumulate, .relu = p->relu && last, .rate = p->rate};
    for (size_t j = 0; j < p->columns; j++) {
        const REAL *column = p->b + (ptrdiff_t)k * p->b_stride_k + (ptrdiff_t)j * p->b_stride_j;
        for (size_t l = 0; l < room; l++) {
            columns[j * CORNU_DEPTH_BLOCK_MOST + l] =
                l < depth ? column[(ptrdiff_t)l * p->b_stride_k] : 0;
        }
    }
    for (size_t i = 0; i < p->rows; i += VEC_WIDTH) {
        lanes_part part = {
            .depth = depth,
            .rows = p->rows - i < VEC_WIDTH ? p->rows - i : VEC_WIDTH,
            .a = p->a + (ptrdiff_t)i * p->a_stride_i + (ptrdiff_t)k * p->a_stride_k,
            .a_stride_i = p->a_stride_i,
            .a_stride_k = p->a_stride_k,
        };
        for (size_t j = 0; j < p->columns; j++) {
            part.b = columns + j * CORNU_DEPTH_BLOCK_MOST;
            REAL sums[VEC_WIDTH];
            vec_store(sums, lanes_sums(&part, copy));
            store.bias = p->bias && last ? p->bias + (ptrdiff_t)j * p->bias_stride_j : NULL;
            for (size_t l = 0; l < part.rows; l++) {
                const ptrdiff_t at = (ptrdiff_t)(i + l) * p->c_stride_i + (ptrdiff_t)j;
                store.weights = p->weights && last ? p->weights + at : NULL;
                gemm_emit_one(&store, p->c + at, sums[l]);
            }
        }
    }
}

INLINE bool gemm_uses_lanes(size_t columns, size_t depth) {
    return columns <= CORNU_GEMM_NARROW && depth >= GEMM_LANES_DEPTH;
}
