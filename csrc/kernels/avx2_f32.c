#include "kernels/table_includes.h"

#if defined(__x86_64__)
#include "kernels/target_avx2.h"

#include "kernels/real_f32.h"

#include "kernels/table_template.h"

#include "kernels/target_end.h"
#endif
