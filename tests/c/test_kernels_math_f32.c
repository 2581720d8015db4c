/* float32: every 2,039th bit pattern there is, against libm in double. */
#include <math.h>

#include "kernels/table_includes.h"

#define ISA_HAS_FMA 1

#include "kernels/real_f32.h"

#define REFERENCE double
#define REFERENCE_OF(name) name
#define SAMPLE_COUNT UINT64_C(2106368)
#define SAMPLE(index) ((uint32_t)((index) * 2039))

#include "kernels_math_fixture.h"
