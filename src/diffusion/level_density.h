// How noise levels are spread in training. Local.
#pragma once

#include <string>
#include <vector>

#include "diffusion/schedule.h"

namespace scorefield {

/// Maps a uniform number to a noise level between forward.noise-min and T. log-noise: uniform in the level coordinate l;
/// uniform-time: uniform in t; mixed: density 0.6 uniform in l plus 0.4 uniform in the angle alpha = 2 atan(e^l), which puts more
/// levels where noise and data are alike.
class LevelDensity {
 public:
  LevelDensity(const Schedule& schedule, const Reference& reference, double noise_min, const std::string& kind);

  /// The level below which a share u of all levels lies, 0 <= u <= 1.
  NoiseLevel at(double u) const;

 private:
  Schedule schedule_;
  Reference reference_;
  bool in_time_;
  double bottom_;
  double top_;
  std::vector<double> cumulative_;  ///< share below each of evenly spaced l
};

}  // namespace scorefield
