// What the parts of a lattice score's training share: configurations with noise, their posterior means, and sums over them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/hdf5.h"
#include "denoiser/correction.h"
#include "denoiser/level_fitter.h"
#include "denoiser/mode_transform.h"
#include "ensemble/posterior.h"
#include "stages/context.h"

namespace scorefield {

inline constexpr std::int64_t kBytesTogether = std::int64_t{1} << 27;    ///< of configurations and sums that a rank holds at a time
inline constexpr std::int64_t kNumbersOfPieces = std::int64_t{1} << 27;  ///< that the root receives at a time

/// Where this rank computes networks (denoiser/learning.h); cpu where there is none. Collective.
std::string device_of_networks(const Context& context);

/// What a thread works with. Arrays hold one configuration.
struct LevelWorker {
  LevelWorker(const FieldReference& reference, const Params& params, std::uint64_t seed);
  std::unique_ptr<LevelFitter> fitter;
  std::optional<Posterior> posterior;  ///< of a real field
  ModeTransform modes;
  std::vector<double> noisy, noisy_h, mean, first_h, second_h, score;
};

/// Which configurations of an ensemble a level works with: pieces of consecutive ones (of different chains), spread over all of it.
struct Selection {
  static constexpr std::int64_t kPiece = 8;  ///< configurations whose sums one thread makes; the last piece may have fewer
  std::int64_t first = 0, stride = kPiece, count = 1;

  std::int64_t pieces() const { return (count + kPiece - 1) / kPiece; }
  /// The numbers of the configurations of some pieces, none or more, and of one.
  Range numbers(const Range& of_pieces) const {
    return {std::min(count, of_pieces.begin * kPiece), std::min(count, of_pieces.end * kPiece)};
  }
  Range numbers(std::int64_t piece) const { return numbers(Range{piece, piece + 1}); }
};

/// All sums are made piece by piece and added in order: the same for any number of ranks and threads.
class LevelWork {
 public:
  /// `reference` and `ensemble` must outlive it.
  LevelWork(const Context& context, const H5File& ensemble, const FieldReference& reference);

  const Context& context() const { return context_; }
  const Params& params() const { return context_.deck.params; }
  const FieldReference& reference() const { return reference_; }
  /// Numbers of a configuration.
  std::size_t per_configuration() const { return reference_.numbers(); }
  std::vector<std::unique_ptr<LevelWorker>>& workers() { return workers_; }
  std::uint64_t seed() const { return seed_; }
  /// Of this rank (denoiser/learning.h).
  const std::string& device() const { return device_; }

  /// Each level's selection begins elsewhere; a stride without a divisor in common with their number takes all chains in turn. `within`:
  /// configurations to choose from.
  Selection selection(std::size_t level, std::int64_t count) const { return selection(level, count, {0, params().generate.samples}); }
  Selection selection(std::size_t level, std::int64_t count, const Range& within) const;

  /// Calls work(worker, number, configuration, sums of its piece) for each of the selection, 128 MiB of them and of sums at a time (one
  /// piece at least), 1 GiB of all ranks. Collective; the total on all ranks, or those of `groups` parts of the selection, [group][number]
  /// (fewer where there are fewer pieces).
  using OfConfiguration =
      std::function<void(LevelWorker& worker, std::int64_t number, std::span<const double> phi, std::span<double> sums)>;
  std::vector<double> sum_configurations(const Selection& chosen, std::size_t numbers, const OfConfiguration& work,
                                         std::int64_t groups = 1);
  /// The same without sums: this rank's are those of its share of the pieces, one behind the other. Collective.
  void for_configurations(const Selection& chosen, const OfConfiguration& work);

  /// This rank's share.
  Range mine(std::int64_t pieces) const;
  /// Calls work(thread, piece, its sums) for `pieces`, of which this rank has its share. Collective; the total on all ranks.
  using OfPiece = std::function<void(std::size_t thread, std::int64_t piece, std::span<double> sums)>;
  std::vector<double> sum_pieces(std::int64_t pieces, std::size_t numbers, const OfPiece& work) const;

  /// y = phi_0 + r eps with the noise of (step, number), in worker.noisy and, in modes, worker.noisy_h. Local.
  void add_noise(LevelWorker& worker, std::uint64_t step, std::int64_t number, double ratio, std::span<const double> phi) const;
  /// Mean acceptance of the posterior chains of this rank since their noise was set, if there were any. Local.
  std::optional<double> acceptance() const;
  /// The mean over the next updates of the posterior's chain, in modes. Local.
  static void posterior_mean(LevelWorker& worker, std::int64_t updates, std::span<double> to);
  /// One for each thread.
  std::vector<std::unique_ptr<CorrectionWorker>> evaluators_of(const Correction& correction) const;
  /// The largest number of any thread of any rank. Collective.
  double largest_of_all(const std::vector<double>& of_threads) const;

 private:
  void add_pieces(const Range& pieces, std::size_t numbers, const OfPiece& work, std::span<double> sums) const;
  std::vector<double> sums_of(const Selection& chosen, const Range& pieces, std::size_t numbers, const OfConfiguration& work);
  std::int64_t together(std::size_t numbers) const;
  std::vector<double> read(const Selection& chosen, const Range& pieces) const;

  const Context& context_;
  const H5File& ensemble_;
  const FieldReference& reference_;
  std::uint64_t seed_;
  std::string device_;
  std::vector<std::unique_ptr<LevelWorker>> workers_;
};

}  // namespace scorefield
