#include "stages/level_work.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/pairwise_sum.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "denoiser/learning.h"
#include "stages/batches.h"
#include "stages/field_score.h"

namespace scorefield {
namespace {

/// The sums of pieces, added in order, group by group. Those of all ranks arrive on the root.
class GroupedSums {
 public:
  GroupedSums(std::int64_t pieces, std::int64_t groups, std::size_t numbers)
      : pieces_(pieces), numbers_(numbers), trees_(static_cast<std::size_t>(groups), PairwiseSum(numbers)) {}

  void add(std::span<const double> sums) {
    for (std::size_t at = 0; at < sums.size(); at += numbers_, ++piece_) {
      while (piece_ >= share(pieces_, static_cast<int>(trees_.size()), static_cast<int>(group_)).end) ++group_;
      trees_[group_].add(sums.subspan(at, numbers_));
    }
  }

  /// [group][number]. Collective.
  std::vector<double> on_all(const Comm& comm) const {
    std::vector<double> totals;
    for (const PairwiseSum& tree : trees_) {
      if (!comm.is_root()) break;
      const std::vector<double> total = tree.total();
      totals.insert(totals.end(), total.begin(), total.end());
    }
    comm.broadcast(totals);
    return totals;
  }

 private:
  std::int64_t pieces_;
  std::size_t numbers_;
  std::vector<PairwiseSum> trees_;
  std::int64_t piece_ = 0;
  std::size_t group_ = 0;
};

}  // namespace

std::string device_of_networks(const Context& context) {
  const Params& params = context.deck.params;
  return has_field_network(params) ? learning(context.comm).device_of(context.comm, params.run.device) : "cpu";
}

LevelWorker::LevelWorker(const FieldReference& reference, const Params& params, std::uint64_t seed)
    : fitter(make_fitter(reference, static_cast<int>(params.network.order))), modes(reference) {
  if (is_real_field(params.model)) posterior.emplace(params.model, Extents{params.lattice.size[0], params.lattice.size[1]}, seed);
  for (auto* each : {&noisy, &noisy_h, &mean, &first_h, &second_h, &score}) each->resize(reference.numbers());
}

LevelWork::LevelWork(const Context& context, const H5File& ensemble, const FieldReference& reference)
    : context_(context),
      ensemble_(ensemble),
      reference_(reference),
      seed_(seed_for(context.deck.params, "train")),
      device_(device_of_networks(context)) {
  for (int i = 0; i < thread_count(); ++i) workers_.push_back(std::make_unique<LevelWorker>(reference, params(), seed_));
}

Selection LevelWork::selection(std::size_t level, std::int64_t count, const Range& within) const {
  Selection chosen{within.begin, Selection::kPiece, count};
  chosen.stride = std::max(chosen.stride, within.size() / chosen.pieces());
  while (chosen.stride > Selection::kPiece && std::gcd(chosen.stride, params().generate.chains) != 1) --chosen.stride;
  const double part = static_cast<double>(level) * (std::numbers::phi - 1.0);
  chosen.first += static_cast<std::int64_t>((part - std::floor(part)) * static_cast<double>(chosen.stride - Selection::kPiece + 1));
  return chosen;
}

Range LevelWork::mine(std::int64_t pieces) const { return share(pieces, context_.comm.size(), context_.comm.rank()); }

/// The sums of each of these pieces, one behind the other. Collective.
void LevelWork::add_pieces(const Range& pieces, std::size_t numbers, const OfPiece& work, std::span<double> sums) const {
  require_all(context_.comm, [&] {
    parallel_for(pieces.begin, pieces.end, [&](std::int64_t piece) {
      work(static_cast<std::size_t>(thread_number()), piece,
           sums.subspan(static_cast<std::size_t>(piece - pieces.begin) * numbers, numbers));
    });
  });
}

std::vector<double> LevelWork::sum_pieces(std::int64_t pieces, std::size_t numbers, const OfPiece& work) const {
  const Range mine = this->mine(pieces);
  std::vector<double> sums(static_cast<std::size_t>(mine.size()) * numbers, 0.0);
  add_pieces(mine, numbers, work, sums);
  GroupedSums totals(pieces, 1, numbers);
  totals.add(context_.comm.gather(sums));
  return totals.on_all(context_.comm);
}

/// The configurations of these pieces, one behind the other. Collective.
std::vector<double> LevelWork::read(const Selection& chosen, const Range& pieces) const {
  const auto y = static_cast<std::uint64_t>(params().lattice.size[0]), x = static_cast<std::uint64_t>(params().lattice.size[1]),
             components = static_cast<std::uint64_t>(components_of(params().model));
  const Range all = chosen.numbers(pieces);
  const std::int64_t whole = all.size() / Selection::kPiece;
  std::vector<double> field(static_cast<std::size_t>(all.size()) * per_configuration());
  const auto read = [&](std::int64_t piece, std::int64_t count, std::int64_t size, std::span<double> to) {
    const Slab slab{{static_cast<std::uint64_t>(chosen.first + piece * chosen.stride), 0, 0, 0},
                    {static_cast<std::uint64_t>(count), 1, 1, 1},
                    {static_cast<std::uint64_t>(chosen.stride), 1, 1, 1},
                    {static_cast<std::uint64_t>(size), components, y, x}};
    ensemble_.read_slab("/field", slab, to);
  };
  const auto part = static_cast<std::size_t>(whole * Selection::kPiece) * per_configuration();
  read(pieces.begin, whole, Selection::kPiece, std::span(field).first(part));
  const std::int64_t rest = all.size() % Selection::kPiece;
  read(rest > 0 ? pieces.end - 1 : pieces.begin, std::min<std::int64_t>(rest, 1), std::max<std::int64_t>(rest, 1),
       std::span(field).subspan(part));
  return field;
}

/// The sums of these pieces, one behind the other. Collective.
std::vector<double> LevelWork::sums_of(const Selection& chosen, const Range& pieces, std::size_t numbers, const OfConfiguration& work) {
  const std::vector<double> field = read(chosen, pieces);
  std::vector<double> sums(static_cast<std::size_t>(pieces.size()) * numbers, 0.0);
  const auto of_piece = [&](std::size_t thread, std::int64_t piece, std::span<double> to) {
    const Range of = chosen.numbers(piece);
    for (std::int64_t j = of.begin; j < of.end; ++j) {
      const auto at = static_cast<std::size_t>(j - pieces.begin * Selection::kPiece) * per_configuration();
      work(*workers_[thread], j, std::span(field).subspan(at, per_configuration()), to);
    }
  };
  add_pieces(pieces, numbers, of_piece, sums);
  return sums;
}

/// Pieces that a rank works on at a time.
std::int64_t LevelWork::together(std::size_t numbers) const {
  const std::size_t a_piece = (static_cast<std::size_t>(Selection::kPiece) * per_configuration() + numbers) * sizeof(double);
  return std::max<std::int64_t>(1, kBytesTogether / static_cast<std::int64_t>(a_piece));
}

std::vector<double> LevelWork::sum_configurations(const Selection& chosen, std::size_t numbers, const OfConfiguration& work,
                                                  std::int64_t groups) {
  const Comm& comm = context_.comm;
  const std::int64_t at_a_time = std::clamp<std::int64_t>(kNumbersOfPieces / static_cast<std::int64_t>(std::max<std::size_t>(numbers, 1)),
                                                          1, comm.size() * together(numbers));
  GroupedSums totals(chosen.pieces(), std::min(groups, chosen.pieces()), numbers);
  for (std::int64_t first = 0; first < chosen.pieces(); first += at_a_time) {
    const Range part = mine(std::min(at_a_time, chosen.pieces() - first));
    totals.add(comm.gather(sums_of(chosen, {first + part.begin, first + part.end}, numbers, work)));
  }
  return totals.on_all(comm);
}

void LevelWork::for_configurations(const Selection& chosen, const OfConfiguration& work) {
  const Range part = mine(chosen.pieces());
  const std::int64_t most = (chosen.pieces() + context_.comm.size() - 1) / context_.comm.size(),
                     at_a_time = together(0);  // most: of any rank
  for (std::int64_t first = 0; first < most; first += at_a_time) {
    sums_of(chosen, {std::min(part.end, part.begin + first), std::min(part.end, part.begin + first + at_a_time)}, 0, work);
  }
}

void LevelWork::add_noise(LevelWorker& worker, std::uint64_t step, std::int64_t number, double ratio, std::span<const double> phi) const {
  fill_normals({seed_, Stream::feature_noise, step}, static_cast<std::uint64_t>(number) * per_configuration(), worker.noisy);
  for (std::size_t x = 0; x < per_configuration(); ++x) worker.noisy[x] = phi[x] + ratio * worker.noisy[x];
  worker.modes.to_modes(worker.noisy, worker.noisy_h);
}

void LevelWork::posterior_mean(LevelWorker& worker, std::int64_t updates, std::span<double> to) {
  std::fill(worker.mean.begin(), worker.mean.end(), 0.0);
  worker.posterior->advance(updates, worker.mean);
  for (double& value : worker.mean) value /= static_cast<double>(updates);
  worker.modes.to_modes(worker.mean, to);
}

std::optional<double> LevelWork::acceptance() const {
  double accepted = 0.0, updates = 0.0;
  for (const auto& worker : workers_) {
    if (!worker->posterior) return std::nullopt;
    const auto of_worker = static_cast<double>(worker->posterior->updates());
    accepted += of_worker * worker->posterior->acceptance();
    updates += of_worker;
  }
  if (updates == 0.0) return std::nullopt;
  return accepted / updates;
}

std::vector<std::unique_ptr<CorrectionWorker>> LevelWork::evaluators_of(const Correction& correction) const {
  std::vector<std::unique_ptr<CorrectionWorker>> evaluators;
  for (std::size_t i = 0; i < workers_.size(); ++i) evaluators.push_back(correction.worker());
  return evaluators;
}

double LevelWork::largest_of_all(const std::vector<double>& of_threads) const {
  std::vector<double> most = {*std::max_element(of_threads.begin(), of_threads.end())};
  context_.comm.max(most);
  return most[0];
}

}  // namespace scorefield
