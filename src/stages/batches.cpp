#include "stages/batches.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "base/parallel.h"

namespace scorefield {
namespace {

/// Sums of this rank's units of one batch, and its counts over all batches.
class LocalSums {
 public:
  explicit LocalSums(const Recorder* recorder)
      : recorder_(recorder),
        per_unit_(recorder != nullptr ? recorder->records() * recorder->quantities() : 0),
        counts_(recorder != nullptr ? recorder->records() * recorder->cells() : 0) {}

  void start_batch(std::int64_t units) { sums_.assign(static_cast<std::size_t>(units) * per_unit_, 0.0); }

  /// The function that records into unit `index` of the batch; counts go to a buffer of the calling unit.
  BatchWork::Record recording(std::int64_t index, std::vector<double>& counts) {
    return [this, index, &counts](std::size_t record, std::span<const double> x) {
      const std::size_t quantities = recorder_->quantities();
      const std::size_t cells = recorder_->cells();
      const std::span<double> unit_sums(sums_.data() + static_cast<std::size_t>(index) * per_unit_ + record * quantities, quantities);
      recorder_->add(record, x, unit_sums, std::span(counts).subspan(record * cells, cells));
    };
  }

  void add_counts(const std::vector<double>& counts) {
    const std::lock_guard lock(guard_);
    for (std::size_t i = 0; i < counts.size(); ++i) counts_[i] += counts[i];  // whole numbers: no rounding
  }

  const std::vector<double>& sums() const { return sums_; }
  std::size_t per_unit() const { return per_unit_; }
  std::vector<double>& counts() { return counts_; }

 private:
  const Recorder* recorder_;
  std::size_t per_unit_;
  std::vector<double> sums_;
  std::vector<double> counts_;
  std::mutex guard_;
};

/// Adds the gathered sums of a batch's units, in global order, to their bins. [unit][record][quantity] -> [record][bin][quantity].
void add_units(const std::vector<double>& gathered, const WorkPlan& plan, const Range& units, const Recorder& recorder,
               std::vector<double>& sums) {
  const std::size_t quantities = recorder.quantities();
  const auto bins = static_cast<std::size_t>(plan.bins());
  std::size_t from = 0;
  for (std::int64_t unit = units.begin; unit < units.end; ++unit) {
    const auto bin = static_cast<std::size_t>(plan.bin_of_unit(unit));
    for (std::size_t record = 0; record < recorder.records(); ++record) {
      for (std::size_t q = 0; q < quantities; ++q) sums[(record * bins + bin) * quantities + q] += gathered[from++];
    }
  }
}

}  // namespace

RecordedSums run_batches(const Context& context, const WorkPlan& plan, const Recorder* recorder, const BatchWork& work,
                         const std::string& title) {
  const Comm& comm = context.comm;
  Progress progress(context.log, title, static_cast<double>(plan.samples()), "configurations");
  LocalSums local(recorder);
  RecordedSums result;
  if (recorder != nullptr && comm.is_root()) {
    result.sums.assign(recorder->records() * static_cast<std::size_t>(plan.bins()) * recorder->quantities(), 0.0);
  }
  std::vector<double> field;
  for (std::int64_t batch = 0; batch < plan.batches(); ++batch) {
    const Range units = plan.batch(batch, comm);
    const Range rows = plan.configurations(units);
    const Range whole = plan.configurations(plan.batch(batch));
    const auto before = static_cast<double>(whole.begin), after = static_cast<double>(whole.end);
    field.resize(static_cast<std::size_t>(rows.size()));
    if (work.load) work.load(rows, field);
    local.start_batch(units.size());
    std::atomic<std::int64_t> done{0};
    require_all(comm, [&] {
      parallel_for(units.begin, units.end, [&](std::int64_t unit) {
        const Range part = plan.unit(unit);
        std::vector<double> counts(local.counts().size());
        const std::span<double> x(field.data() + (part.begin - rows.begin), static_cast<std::size_t>(part.size()));
        work.unit(part, x, local.recording(unit - units.begin, counts));
        local.add_counts(counts);
        done += part.size();
        if (on_main_thread()) progress.update(std::min(after, before + static_cast<double>(done) * comm.size()));
      });
    });
    if (recorder != nullptr) {
      const std::vector<double> gathered = comm.gather(local.sums());
      if (comm.is_root()) add_units(gathered, plan, plan.batch(batch), *recorder, result.sums);
    }
    if (work.store) work.store(rows, field);
  }
  comm.sum(std::span<double>(local.counts()));
  result.counts = local.counts();
  progress.finish();
  return result;
}

void write_recorded(H5File& file, const std::string& group, const WorkPlan& plan, const Recorder& recorder, const RecordedSums& recorded) {
  const std::uint64_t records = recorder.records();
  const auto bins = static_cast<std::uint64_t>(plan.bins());
  const std::uint64_t sources = recorder.quantities() - kMaxOrder;
  std::vector<double> times, kept, variance, all_sources, edges, powers, exponentials, sizes;
  for (std::size_t k = 0; k < records; ++k) {
    times.push_back(recorder.levels()[k].time);
    kept.push_back(recorder.levels()[k].kept);
    variance.push_back(recorder.levels()[k].noise_variance);
    const auto j = recorder.sources(k);
    all_sources.insert(all_sources.end(), j.begin(), j.end());
    const auto e = recorder.edges(k);
    edges.insert(edges.end(), e.begin(), e.end());
  }
  for (std::size_t i = 0; i < recorded.sums.size(); i += recorder.quantities()) {
    const auto at = recorded.sums.begin() + static_cast<std::ptrdiff_t>(i);
    powers.insert(powers.end(), at, at + kMaxOrder);
    exponentials.insert(exponentials.end(), at + kMaxOrder, at + static_cast<std::ptrdiff_t>(recorder.quantities()));
  }
  for (std::int64_t b = 0; b < plan.bins(); ++b) sizes.push_back(static_cast<double>(plan.bin(b).size()));
  file.write_all(group + "/time", {records}, times);
  file.write_all(group + "/kept", {records}, kept);
  file.write_all(group + "/noise_variance", {records}, variance);
  file.write_all(group + "/sources", {records, sources}, all_sources);
  file.write_all(group + "/bin_sizes", {bins}, sizes, Stored::int64);
  file.write_all(group + "/power_sums", {records, bins, kMaxOrder}, powers);
  file.write_all(group + "/exponential_sums", {records, bins, sources}, exponentials);
  file.write_all(group + "/histogram_edges", {records, recorder.cells() + 1}, edges);
  file.write_all(group + "/histogram_counts", {records, recorder.cells()}, recorded.counts, Stored::int64);
}

}  // namespace scorefield
