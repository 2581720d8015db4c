#include "kernels/table_includes.h"

#if defined(__x86_64__)
#include "kernels/target_avx512.h"

#include "kernels/real_f64.h"

#include "kernels/table_template.h"

#include "kernels/target_end.h"
#endif
