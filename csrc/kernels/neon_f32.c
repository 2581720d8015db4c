#include "kernels/table_includes.h"

#if defined(__aarch64__)
#include "kernels/target_neon.h"

#include "kernels/real_f32.h"

#include "kernels/table_template.h"
#endif
