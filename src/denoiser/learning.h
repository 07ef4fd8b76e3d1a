// What is done by LibTorch: the training of networks, and lattice networks on any device. No torch types.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/mpi.h"
#include "denoiser/correction.h"
#include "denoiser/field_reference.h"
#include "denoiser/field_trainer.h"
#include "diffusion/trainer.h"

namespace scorefield {

/// The library src/learning/. It is no part of the executable, for LibTorch takes 0.3 s and 100 MB of each rank as soon as it is loaded,
/// and most runs and commands need none of it.
class Learning {
 public:
  virtual ~Learning() = default;

  virtual const char* torch_version() const = 0;

  /// The device of this rank, as torch names it, for run.device: cpu; cuda:i, the ranks of a node taking its devices in turn; auto: cuda
  /// where this node has such a device, else cpu. InputError on all ranks if one is asked for cuda and its node has none. Collective.
  virtual std::string device_of(const Comm& comm, const std::string& wanted) const = 0;

  /// `data`: the whole ensemble, on every rank, in an order in which evenly spread picks are evenly spread in value (data_order.h); kept
  /// by reference. `reference`: its mean and covariance. Local.
  virtual std::unique_ptr<Trainer> trainer(const Comm& comm, const Trainer::Settings& settings, std::span<const double> data,
                                           const PointReference& reference) const = 0;

  /// On `device`, a name that device_of gave. Local.
  virtual std::unique_ptr<FieldTrainer> field_trainer(const Comm& comm, const Params& params, FieldShape shape, std::uint64_t seed,
                                                      const std::string& device) const = 0;

  /// R of the features plus s_w N (network_inputs.h), on `device`. What it is made of must outlive it. Local.
  virtual std::unique_ptr<Correction> network_correction(const FieldReference& reference, const Correction& features,
                                                         const FieldWeights& weights, double scale, const std::string& device) const = 0;
};

/// Loads the library at the first call, with as many threads for torch's own loops as OpenMP has then. IoError if it cannot be loaded,
/// the same on all ranks. Collective.
const Learning& learning(const Comm& comm);

/// The same, once it is loaded. Local.
const Learning& learning();

}  // namespace scorefield
