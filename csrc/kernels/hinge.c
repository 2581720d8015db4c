/* What hinges make of labels. */
#include "kernels/kernels.h"

bool cornu_loss_is_hinge(const cornu_loss *loss) {
    return loss->kind == CORNU_HINGE || loss->kind == CORNU_SQUARED_HINGE;
}
