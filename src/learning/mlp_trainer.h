// Training of the score network of points in torch.
#pragma once

#include <memory>
#include <span>

#include "base/mpi.h"
#include "diffusion/trainer.h"

namespace scorefield {

/// See Learning::trainer.
std::unique_ptr<Trainer> make_mlp_trainer(const Comm& comm, const Trainer::Settings& settings, std::span<const double> data,
                                          const PointReference& reference);

}  // namespace scorefield
