#include "kernels/table_includes.h"

#include "kernels/whole_levels.h"

#include "kernels/target_portable.h"

#include "kernels/real_f32.h"

#include "kernels/whole_template.h"
