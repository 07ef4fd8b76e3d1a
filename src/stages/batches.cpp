#include "stages/batches.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "base/hash.h"
#include "base/parallel.h"
#include "stages/recorded.h"

namespace scorefield {
namespace {

constexpr std::int64_t kBatchACore = 131072;     // 1 MiB of one component
constexpr std::int64_t kNumbersACore = 1 << 20;  // of whole fields

/// What one rank records in one batch: sums of its pieces [piece][record][quantity], histograms, and the checksum of its field.
class LocalSums {
 public:
  LocalSums(const WorkPlan& plan, const Tally* tally, std::int64_t counted)
      : plan_(plan), tally_(tally), counted_(counted), counts_(tally != nullptr ? tally->records() * tally->cells() : 0) {}

  void start_batch(const Range& rows) {
    rows_ = rows;
    if (tally_ != nullptr) sums_.assign(static_cast<std::size_t>(plan_.pieces(rows)) * numbers(), 0.0);
    std::fill(counts_.begin(), counts_.end(), 0.0);
    checksum_ = 0;
  }

  /// Records the unit `rows` at one level, of whose configurations x holds equally many numbers; histograms go to a buffer of the calling
  /// unit.
  void record(const Range& rows, std::size_t record, std::span<const double> x, std::vector<double>& counts) {
    const std::size_t a_configuration = x.size() / static_cast<std::size_t>(rows.size());
    const std::size_t piece = static_cast<std::size_t>(plan_.piece()) * a_configuration;
    auto index = static_cast<std::size_t>((rows.begin - rows_.begin) / plan_.piece());
    for (std::size_t first = 0; first < x.size(); first += piece, ++index) {
      const auto sums = tally_->sums(record, x.subspan(first, std::min(piece, x.size() - first)));
      std::copy(sums.begin(), sums.end(), sums_.begin() + static_cast<std::ptrdiff_t>(index * numbers() + record * tally_->quantities()));
    }
    const auto counted = static_cast<std::size_t>(std::clamp<std::int64_t>(counted_ - rows.begin, 0, rows.size())) * a_configuration;
    const std::size_t cells = tally_->cells();
    tally_->count(record, x.subspan(counted), std::span(counts).subspan(record * cells, cells));
  }

  void finish_unit(const Range& rows, std::span<const double> x, const std::vector<double>& counts) {
    const std::uint64_t sum = checksum_of(plan_, rows.begin, x);
    const std::lock_guard lock(guard_);
    for (std::size_t i = 0; i < counts.size(); ++i) counts_[i] += counts[i];  // whole numbers: no rounding
    checksum_ += sum;
  }

  std::size_t numbers() const { return tally_->records() * tally_->quantities(); }
  const std::vector<double>& sums() const { return sums_; }
  std::vector<double>& counts() { return counts_; }
  std::uint64_t checksum() const { return checksum_; }

 private:
  const WorkPlan& plan_;
  const Tally* tally_;
  std::int64_t counted_;
  Range rows_;
  std::vector<double> sums_;
  std::vector<double> counts_;
  std::uint64_t checksum_ = 0;
  std::mutex guard_;
};

}  // namespace

std::int64_t wanted_batch(const Context& context, std::int64_t components) {
  const std::int64_t wish = context.deck.params.run.batch;
  if (wish > 0) return wish;
  auto cores = static_cast<std::int64_t>(omp_get_max_threads());
  context.comm.sum(std::span(&cores, 1));
  return cores * std::clamp<std::int64_t>(kNumbersACore / components, 1, kBatchACore);
}

std::uint64_t checksum_of(const WorkPlan& plan, std::int64_t first, std::span<const double> x) {
  const auto piece = static_cast<std::size_t>(plan.piece() * plan.components());
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < x.size(); at += piece) {
    sum += hash_at(static_cast<std::uint64_t>(first * plan.components()) + at, hash_values(x.subspan(at, std::min(piece, x.size() - at))));
  }
  return sum;
}

std::uint64_t checksum_of_sums(std::int64_t first, std::size_t numbers_per_block, std::span<const double> sums) {
  std::uint64_t total = 0;
  for (std::size_t block = 0; block * numbers_per_block < sums.size(); ++block) {
    const auto position = ~(static_cast<std::uint64_t>(first) + block);  // never that of a configuration
    total += hash_at(position, hash_values(sums.subspan(block * numbers_per_block, numbers_per_block)));
  }
  return total;
}

namespace {

/// The units of this rank's part of a batch, by its threads. Collective.
void work_on_units(const Context& context, const WorkPlan& plan, std::int64_t batch, const BatchWork& work, std::span<double> field,
                   LocalSums& local, Progress& progress) {
  const Range units = plan.batch(batch, context.comm);
  const Range rows = plan.configurations(units);
  const Range whole = plan.configurations(plan.batch(batch));
  std::atomic<std::int64_t> done{0};
  require_all(context.comm, [&] {
    parallel_for(units.begin, units.end, [&](std::int64_t unit) {
      const Range part = plan.unit(unit);
      std::vector<double> counts(local.counts().size());
      const std::span<double> x = field.subspan(static_cast<std::size_t>((part.begin - rows.begin) * plan.components()),
                                                static_cast<std::size_t>(part.size() * plan.components()));
      work.unit(part, x, [&](std::size_t record, std::span<const double> at) { local.record(part, record, at, counts); });
      local.finish_unit(part, x, counts);
      done += part.size();
      if (on_main_thread()) progress.update(static_cast<double>(std::min(whole.end, whole.begin + done * context.comm.size())));
    });
  });
}

/// Stores what a batch made, and adds it to the state. Collective.
void commit_batch(const Comm& comm, const WorkPlan& plan, std::int64_t batch, const Tally* tally, const BatchWork& work,
                  std::span<const double> field, LocalSums& local, BatchState& state) {
  std::uint64_t checksum = work.store ? local.checksum() : 0;
  if (tally != nullptr) {
    const Range blocks = plan.blocks(batch);
    const std::vector<double> sums = coarsen(comm.gather(local.sums()), local.numbers(), plan.block() / plan.piece());
    checksum += checksum_of_sums(blocks.begin, local.numbers(), sums);
    if (work.store_sums) work.store_sums(blocks, sums);
    comm.sum(std::span<double>(local.counts()));
    for (std::size_t i = 0; i < state.counts.size(); ++i) state.counts[i] += local.counts()[i];
  }
  if (work.store) work.store(plan.configurations(plan.batch(batch, comm)), field);
  comm.sum(std::span(&checksum, 1));
  state.checksum += checksum;
  state.committed = plan.configurations(plan.batch(batch)).end;
  state.counted = std::max(state.counted, state.committed);
}

}  // namespace

void run_batches(const Context& context, const WorkPlan& plan, const Tally* tally, const BatchWork& work, BatchState& state,
                 const std::string& title) {
  Progress progress(context.log, title, static_cast<double>(plan.samples()), "configurations", static_cast<double>(plan.first()));
  LocalSums local(plan, tally, state.counted);
  state.counts.resize(local.counts().size(), 0.0);
  std::vector<double> field;
  for (std::int64_t batch = 0; batch < plan.batches(); ++batch) {
    const Range rows = plan.configurations(plan.batch(batch, context.comm));
    field.resize(static_cast<std::size_t>(rows.size() * plan.components()));
    if (work.load) work.load(rows, field);
    local.start_batch(rows);
    work_on_units(context, plan, batch, work, field, local, progress);
    commit_batch(context.comm, plan, batch, tally, work, field, local, state);
    if (work.committed) work.committed(state);
  }
  progress.finish();
}

}  // namespace scorefield
