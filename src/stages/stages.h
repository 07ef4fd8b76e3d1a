// The stages of a run. Each reads its inputs, writes its outputs and is skipped if they are complete. All are collective.
#pragma once

#include "stages/context.h"

namespace scorefield {

/// Draws the ensemble: ensemble.h5.
void generate(const Context& context);

/// Trains a score network for each forward process if sample.score asks for learnt ones: model-P.h5.
void train(const Context& context);

/// Runs the forward process on the ensemble (forward-P.h5) and the backward process with each score (samples-P-S.h5).
void sample(const Context& context);

/// Measures the ensemble, the samples and the recorded processes that are there: results.h5.
void measure(const Context& context);

/// Sees that there is something to measure, and nothing in the way. AgreedError before any work.
void require_measurable(const Context& context);

/// What the deck's table of keys cannot see: that every backward process of the deck exists. AgreedError before any work.
void validate(const Context& context);

/// Dry run: the resolved deck, estimates of memory and disk, and what is there already. Writes nothing.
void check(const Context& context);

/// Says who works on the output folder and how far each output is. Writes nothing. InputError if there is no folder.
void status(const Context& context);

}  // namespace scorefield
