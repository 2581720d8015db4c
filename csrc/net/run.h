/* A run: the epoch loop as a struct that is advanced from event to event. */
#ifndef CORNU_NET_RUN_H
#define CORNU_NET_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cornu.h"
#include "net/hold.h"
#include "net/model.h"
#include "net/pace.h"
#include "net/shuffle.h"
#include "net/snapshot.h"
#include "net/source.h"
#include "net/step.h"
#include "net/task.h"
#include "net/workspace.h"

/* What comes next. */
typedef enum cornu_phase {
    CORNU_PHASE_EPOCH,
    CORNU_PHASE_BATCH,
    CORNU_PHASE_STEP,
    CORNU_PHASE_TRAINED,
    CORNU_PHASE_VALIDATION_BATCH,
    CORNU_PHASE_VALIDATION_STEP,
    CORNU_PHASE_VALIDATED,
    CORNU_PHASE_EPOCH_END,
    CORNU_PHASE_NEXT_EPOCH,
    CORNU_PHASE_DONE,
} cornu_phase;

/* The rows of one pass: training data or validation data. */
typedef struct cornu_feed {
    cornu_source x, y, weight;
    bool has_y, has_weight;
    size_t weights_per_row; /* 1 where there are none */
    size_t rows, batch_size;
    size_t step, row;  /* done in this pass */
    bool checked;      /* a whole pass found no bad value */
    bool uses_threads; /* some step had work for several */
    bool is_brief;     /* the last step of a full batch was over before anybody could wait for it */
    cornu_pace pace;
    cornu_workspace *workspace;
} cornu_feed;

struct cornu_run {
    cornu_model *model;
    cornu_plan *plan;
    cornu_objective *objective; /* NULL in a prediction */
    cornu_exclusion *exclusion; /* what training with it does not decay; NULL: nothing */
    cornu_run_options options;  /* its array pointers are not used after cornu_run_new */
    cornu_feed feed, validation;
    bool has_validation;
    cornu_order order;
    void *resumed;            /* the state to begin with; NULL: none */
    cornu_snapshot *snapshot; /* of a fit, until all data are checked */
    cornu_task task;
    cornu_phase phase;
    size_t epoch;
    bool stop, over, marked;
    cornu_bad_loss bad; /* the first one; no origin: there was none */
    uint64_t next_tick_ns;
    cornu_mean *means, *means_before; /* of the pass under way; the model's when a fit began */
    double *results, *validation_results;
    bool has_results, has_validation_results;
    cornu_hold hold; /* of the plan's locks and, when it trains, the optimizer's */
};

bool cornu_run_trains(const cornu_run *run);
/* Whether it looks for values that are not finite among a feed's. */
bool cornu_run_checks(const cornu_run *run, const cornu_feed *feed);

/* Gathers the feed's next batch into its workspace; *x is where the batch lies. */
cornu_status cornu_feed_gather(cornu_run *run, cornu_feed *feed, const cornu_rows *rows,
                               const void **x, cornu_error *error);
/* Checks arrays against the model and describes them. */
cornu_status cornu_feed_init(const cornu_run *run, cornu_feed *feed, bool validation,
                             cornu_error *error);
/* One batch of a pass, whole or not at all. */
cornu_status cornu_run_step(cornu_run *run, cornu_feed *feed, cornu_error *error);

#endif
