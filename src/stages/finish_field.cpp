#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "ensemble/lone_chain.h"
#include "observables/finish_recording.h"
#include "stages/batch_output.h"
#include "stages/field_score.h"
#include "stages/prepare.h"
#include "stages/update_history.h"

namespace scorefield {
namespace {

/// The chain that one thread moves, and what it tells of a unit's configurations.
class Finisher {
 public:
  Finisher(const Params& params, std::uint64_t seed, double step, const FinishRecording& recording)
      : chain_(params, seed, step), recording_(recording), rows_(recording.records()) {}

  void finish(const Range& numbers, std::span<double> fields, const BatchWork::Record& record) {
    for (auto& rows : rows_) rows.clear();
    const std::size_t sites = fields.size() / static_cast<std::size_t>(numbers.size());
    for (std::int64_t i = 0; i < numbers.size(); ++i) {
      finish_one(numbers.begin + i, fields.subspan(static_cast<std::size_t>(i) * sites, sites));
    }
    for (std::size_t k = 0; k < rows_.size(); ++k) record(k, rows_[k]);
  }

 private:
  void finish_one(std::int64_t number, std::span<double> phi) {
    chain_.start(number, phi);
    finish::Row start{};
    finish::fill(phi, chain_.action(), start, start);
    append(0, start);
    for (std::size_t k = 1; k < rows_.size(); ++k) {
      finish::Row row{};
      const std::int64_t from = recording_.updates()[k - 1], to = recording_.updates()[k];
      for (std::int64_t update = from; update < to; ++update) {
        const Outcome& outcome = chain_.update(static_cast<std::uint64_t>(update));
        row[finish::acceptance] += outcome.probability / static_cast<double>(to - from);
        row[finish::exp_minus_delta_h] += std::exp(-outcome.delta_h) / static_cast<double>(to - from);
      }
      chain_.copy_out(phi);
      finish::fill(phi, chain_.action(), row, start);
      append(k, row);
    }
  }

  void append(std::size_t record, const finish::Row& row) { rows_[record].insert(rows_[record].end(), row.begin(), row.end()); }

  LoneChain chain_;
  const FinishRecording& recording_;
  std::vector<std::vector<double>> rows_;  ///< [record], the rows of all configurations of a unit
};

}  // namespace

void finish_field(const Context& context, const Process& process, std::size_t score_index) {
  const Params& params = context.deck.params;
  const Output output = finished_output(params, process, score_index);
  const Surveyed found = survey(context, output);
  if (already_complete(context, found)) return;
  const H5File samples = open_input(context, survey(context, samples_output(params, process, score_index)));
  const double step = tuned_step(context, open_input(context, survey(context, ensemble_output(params))));
  const FinishRecording recording(params.sample.finish);
  const std::uint64_t seed = seed_for(params, output.file);
  std::vector<std::unique_ptr<Finisher>> finishers;
  require_all(context.comm, [&] {
    for (int i = 0; i < thread_count(); ++i) finishers.push_back(std::make_unique<Finisher>(params, seed, step, recording));
  });
  BatchWork work;
  work.load = [&](const Range& rows, std::span<double> x) {
    samples.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
  };
  work.unit = [&](const Range& rows, std::span<double> x, const BatchWork::Record& record) {
    finishers[static_cast<std::size_t>(thread_number())]->finish(rows, x, record);
  };
  BatchContents contents;
  contents.field = true;
  contents.recording = &recording;
  contents.group = "/finish";
  contents.model = samples.integer_attribute("/provenance", "model").value_or(0);
  contents.describe = [&](H5File& file) {
    for (const char* attribute : {"process", "score", "sampler"}) {
      file.set_attribute("/field", attribute, samples.text_attribute("/field", attribute).value_or(""));
    }
    file.set_attribute("/finish", "algorithm", params.generate.algorithm);
    file.set_attribute("/finish", "step", step);
  };
  make_batch_output(
      context, found, contents, work,
      "finish " + process.name + " " + params.sample.score[score_index] + " (" + std::to_string(params.sample.finish) + " updates)");
}

}  // namespace scorefield
