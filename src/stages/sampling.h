// What the samplings of all models share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/hdf5.h"
#include "diffusion/samplers.h"
#include "stages/batches.h"
#include "stages/context.h"

namespace scorefield {

/// `times` levels, evenly spaced in t from 0 to T. Local.
std::vector<NoiseLevel> forward_levels(const Schedule& schedule, std::int64_t times);

/// Carries x from each level to the next by the exact transition, recording at all; `first`: the number of the first of x, which selects
/// its noise. Local.
void run_forward(const std::vector<NoiseLevel>& levels, std::uint64_t seed, std::uint64_t first, std::span<double> x,
                 const BatchWork::Record& record);

/// At most `records` of the levels of a backward process: both ends, and evenly between. Local.
struct RecordedLevels {
  RecordedLevels(const std::vector<NoiseLevel>& all, std::int64_t records);
  /// Which record level number `level` of all is.
  std::optional<std::size_t> place(std::size_t level) const;

  std::vector<NoiseLevel> levels;
  std::vector<std::size_t> chosen;
};

/// Attributes of a dataset or group that say what made it. Collective.
void describe_samples(H5File& file, const std::string& object, const Process& process, const std::string& score,
                      const SamplerSettings& settings);

/// What the progress line of a backward process says.
std::string sampling_title(const Process& process, const std::string& score, const SamplerSettings& settings,
                           const BackwardProcess& backward);

/// Score evaluations of the backward process of one process and one of sample.score, of all its samples. InputError where the process of a
/// known law does not exist: the noise at T must lie above forward.noise-min. Local.
double backward_evaluations(const Params& params, const Process& process, std::size_t score);

}  // namespace scorefield
