// What is recorded of lattice fields along the forward and backward processes.
#pragma once

#include <vector>

#include "base/tally.h"
#include "deck/params.h"
#include "denoiser/field_reference.h"
#include "denoiser/mode_orbits.h"
#include "diffusion/recorder.h"

namespace scorefield {

/// At each level, sums over configurations of means over their sites: phi^n (of odd n the symmetrised 0, for actions even in phi), cosh(J
/// phi), counts of phi in cells, as Recorder has them; and |M|, M^2, M^4, and |phi~(k)|^2/V for k = (0, n), averaged over the modes that
/// the lattice makes alike. Local.
class FieldRecorder : public Recording {
 public:
  FieldRecorder(std::vector<NoiseLevel> levels, const FieldReference& reference, const MeasureParams& measure);

  static constexpr std::size_t kZeroSums = 3;  ///< |M|, M^2, M^4

  std::size_t records() const override { return sites_.records(); }
  std::size_t quantities() const override { return sites_.quantities() + kZeroSums + modes_; }
  std::size_t cells() const override { return sites_.cells(); }
  std::vector<Part> parts() const override;
  std::vector<Table> tables() const override { return sites_.tables(); }
  std::vector<double> sums(std::size_t record, std::span<const double> x) const override;
  void count(std::size_t record, std::span<const double> x, std::span<double> counts) const override { sites_.count(record, x, counts); }

 private:
  static void add_sites(std::span<const double> sources, std::span<const double> phi, std::span<double> sums);

  FieldShape shape_;
  ModeOrbits orbits_;
  std::size_t modes_;
  std::vector<std::size_t> sizes_;  ///< modes of the orbit of each k
  Recorder sites_;
};

}  // namespace scorefield
