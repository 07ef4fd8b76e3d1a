#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/checkpoint.h"
#include "base/hash.h"
#include "base/pairwise_sum.h"
#include "base/parallel.h"
#include "base/pending_file.h"
#include "base/rng.h"
#include "denoiser/feature_fitter.h"
#include "denoiser/field_model.h"
#include "denoiser/reference_tally.h"
#include "ensemble/posterior.h"
#include "stages/aside.h"
#include "stages/batches.h"
#include "stages/field_score.h"
#include "stages/prepare.h"

namespace scorefield {
namespace {

constexpr double kMargin = 1.25;    // over the largest correction that the fit saw
constexpr std::int64_t kPiece = 8;  // configurations whose sums one thread makes

/// The reference, from all configurations of the ensemble. Collective.
FieldReference measure_reference_of(const Context& context, const H5File& ensemble) {
  const Params& params = context.deck.params;
  const FieldShape shape = shape_of_lattice(params);
  const ReferenceTally tally(shape);
  const auto sites = static_cast<std::int64_t>(shape.sites());
  const WorkPlan plan(params.generate.samples, 0, wanted_batch(context, sites), tally.numbers(), sites);
  PairwiseSum tree(tally.quantities());
  BatchWork work;
  work.load = [&](const Range& rows, std::span<double> x) {
    ensemble.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
  };
  std::vector<std::vector<double>> zero_modes(static_cast<std::size_t>(thread_count()));
  work.unit = [&](const Range&, std::span<double> x, const BatchWork::Record& record) {
    record(0, x);
    for (std::size_t first = 0; first < x.size(); first += shape.sites()) {
      const auto field = x.subspan(first, shape.sites());
      const double sum = std::accumulate(field.begin(), field.end(), 0.0);
      zero_modes[static_cast<std::size_t>(thread_number())].push_back(sum / std::sqrt(static_cast<double>(shape.sites())));
    }
  };
  work.store_sums = [&](const Range&, std::span<const double> sums) {
    for (std::size_t first = 0; first < sums.size(); first += tally.quantities()) tree.add(sums.subspan(first, tally.quantities()));
  };
  work.committed = [&](const BatchState&) { stop_if_asked(context); };
  BatchState state;
  run_batches(context, plan, &tally, work, state, "measure the reference of " + params.model.name);
  const std::vector<double> total = tree.total();
  const std::vector<double> gathered = context.comm.gather(joined(zero_modes));
  FieldReference reference{shape, 0.0, {}, {}};
  std::vector<double> zero, magnetisation;
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    reference = reference_from(params.network.reference, shape, total, static_cast<std::size_t>(params.network.peaks), gathered);
    zero = numbers_of(reference.zero);
    magnetisation = {reference.magnetisation};
  });
  for (auto* values : {&reference.spectrum, &zero, &magnetisation}) context.comm.broadcast(*values);
  reference.magnetisation = magnetisation[0];
  reference.zero = zero_mode_of(zero);
  return reference;
}

/// What a thread works with.
struct Worker {
  Worker(const FieldReference& reference, int order, const Params& params, std::uint64_t seed)
      : fitter(reference, order),
        posterior(params.model, {params.lattice.size[0], params.lattice.size[1]}, seed),
        hartley(Hartley::orthogonal(reference.shape)) {
    for (auto* each : {&noisy, &noisy_h, &mean, &first_h, &second_h, &score}) each->resize(reference.shape.sites());
  }
  FeatureFitter fitter;
  Posterior posterior;
  Hartley hartley;
  std::vector<double> noisy, noisy_h, mean, first_h, second_h, score;
};

class FieldTraining {
 public:
  FieldTraining(const Context& context, const Surveyed& found, const Process& process, const H5File& ensemble)
      : context_(context),
        params_(context.deck.params),
        output_(found.output),
        ensemble_(ensemble),
        sites_(shape_of_lattice(params_).sites()),
        seed_(static_cast<std::uint64_t>(params_.run.seed) ^ hash_text("train")),
        path_(output_path(params_, output_.file)),
        checkpoint_(checkpoint_path(params_, output_.file)),
        safe_points_(context) {
    if (found.checkpoint) {
      resume(*found.checkpoint);
    } else {
      model_.reference = measure_reference_of(context, ensemble);
      model_.fit.order = static_cast<int>(params_.network.order);
    }
    model_.fit.scale = model_.reference.widest();
    make_levels(Schedule(process.c, params_.forward.sigma));
    make_workers();
  }

  void run(const std::string& title) {
    Progress progress(context_.log, title, static_cast<double>(output_.wanted), "noise levels", static_cast<double>(done()));
    const std::size_t levels = ratios_.size();
    while (done() < output_.wanted) {
      const auto level = static_cast<std::size_t>(done());
      level < levels ? fit(level) : validate(level - levels);
      progress.update(static_cast<double>(done()), note_);
      if (done() < output_.wanted) safe_points_.here([&] { save(); }, std::to_string(done()) + " of " + path_.string() + " are saved");
    }
    progress.finish(note_);
  }

  void write() {
    PendingFile pending(path_, context_.comm);
    H5File& file = pending.file();
    write_field_model(file, model_);
    if (!distance_.empty()) {
      const std::uint64_t rows = distance_.size() / kDistances;
      file.write_all("/validation/ratio", {rows}, ratios_);
      file.write_all("/validation/distance", {rows, kDistances}, distance_);
      file.set_attribute("/validation", "columns", std::string("left, error, of the reference, error; over the posterior's variance"));
    }
    write_provenance(file, context_, output_);
    keep_aside(context_, path_);
    pending.commit();
    remove_checkpoint(context_.comm, checkpoint_);
  }

 private:
  static constexpr std::uint64_t kDistances = 4;

  std::int64_t done() const { return static_cast<std::int64_t>(model_.fit.ratios.size() + distance_.size() / kDistances); }

  /// Even in the level coordinate, from the lowest noise to that at T.
  void make_levels(const Schedule& schedule) {
    const FieldLevels levels = field_levels(model_.reference, params_);
    const double top = level_coordinate(schedule.at(1.0), levels.scale), bottom = -std::asinh(1.0 / levels.noise_min);
    const std::int64_t count = params_.train.levels;
    for (std::int64_t i = 0; i < count; ++i) {
      const double part = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 0.0;
      ratios_.push_back(ratio_of_coordinate(bottom + part * (top - bottom), levels.scale));
    }
  }

  void make_workers() {
    for (int i = 0; i < thread_count(); ++i) {
      workers_.push_back(std::make_unique<Worker>(model_.reference, model_.fit.order, params_, seed_));
    }
  }

  /// Which configurations of the ensemble a level works with: pieces of consecutive ones (of different chains), spread over all of it.
  struct Selection {
    std::int64_t first = 0, stride = kPiece, pieces = 1;
  };
  /// An odd stride takes all chains in turn, and each level begins elsewhere.
  Selection selection(std::size_t level, std::int64_t count) const {
    const std::int64_t pieces = count / kPiece;
    std::int64_t stride = params_.generate.samples / pieces;
    if (stride > kPiece && stride % 2 == 0) --stride;
    const double part = static_cast<double>(level) * (std::numbers::phi - 1.0);
    return {static_cast<std::int64_t>((part - std::floor(part)) * static_cast<double>(stride - kPiece + 1)), stride, pieces};
  }

  /// Calls work(worker, number, configuration, sums) for each of the selection, shared over ranks and threads; the sums of each piece come
  /// to the root and are added in order. Collective.
  template <class Work>
  std::vector<double> sum_configurations(const Selection& chosen, std::size_t numbers, const Work& work) {
    const Range mine = share(chosen.pieces, context_.comm.size(), context_.comm.rank());
    const auto pieces = static_cast<std::uint64_t>(mine.size()), a_piece = static_cast<std::uint64_t>(kPiece);
    const auto y = static_cast<std::uint64_t>(params_.lattice.size[0]), x = static_cast<std::uint64_t>(params_.lattice.size[1]);
    std::vector<double> field(pieces * a_piece * sites_), sums(pieces * numbers, 0.0);
    const Slab slab{{static_cast<std::uint64_t>(chosen.first + mine.begin * chosen.stride), 0, 0, 0},
                    {pieces, 1, 1, 1},
                    {static_cast<std::uint64_t>(chosen.stride), 1, 1, 1},
                    {a_piece, 1, y, x}};
    ensemble_.read_slab("/field", slab, field);
    require_all(context_.comm, [&] {
      parallel_for(0, mine.size(), [&](std::int64_t piece) {
        Worker& worker = *workers_[static_cast<std::size_t>(thread_number())];
        const auto at = static_cast<std::size_t>(piece);
        for (std::size_t j = 0; j < a_piece; ++j) {
          work(worker, (mine.begin + piece) * kPiece + static_cast<std::int64_t>(j),
               std::span(field).subspan((at * a_piece + j) * sites_, sites_), std::span(sums).subspan(at * numbers, numbers));
        }
      });
    });
    const std::vector<double> gathered = context_.comm.gather(sums);
    PairwiseSum tree(numbers);
    for (std::size_t at = 0; at < gathered.size(); at += numbers) tree.add(std::span(gathered).subspan(at, numbers));
    std::vector<double> total = tree.total();
    context_.comm.broadcast(total);
    return total;
  }

  /// y = phi_0 + r eps, at sites and in Hartley coefficients.
  void add_noise(Worker& worker, std::uint64_t step, std::int64_t number, double ratio, std::span<const double> phi) const {
    fill_normals({seed_, Stream::feature_noise, step}, static_cast<std::uint64_t>(number) * sites_, worker.noisy);
    for (std::size_t x = 0; x < sites_; ++x) worker.noisy[x] = phi[x] + ratio * worker.noisy[x];
    worker.hartley.transform(worker.noisy, worker.noisy_h);
  }

  /// The mean over the next updates of the posterior's chain, in Hartley coefficients.
  void posterior_mean(Worker& worker, std::int64_t updates, std::span<double> to) const {
    std::fill(worker.mean.begin(), worker.mean.end(), 0.0);
    worker.posterior.advance(updates, worker.mean);
    for (double& value : worker.mean) value /= static_cast<double>(updates);
    worker.hartley.transform(worker.mean, to);
  }

  /// One for each thread.
  std::vector<std::unique_ptr<CorrectionWorker>> evaluators_of(const Correction& correction) const {
    std::vector<std::unique_ptr<CorrectionWorker>> evaluators;
    for (std::size_t i = 0; i < workers_.size(); ++i) evaluators.push_back(correction.worker());
    return evaluators;
  }

  /// The largest number of any thread of any rank. Collective.
  double largest_of_all(const std::vector<double>& of_threads) const {
    std::vector<double> most = {*std::max_element(of_threads.begin(), of_threads.end())};
    context_.comm.max(most);
    return most[0];
  }

  void fit(std::size_t level) {
    const double ratio = ratios_[level];
    const ReferenceLevel at(model_.reference, ratio);
    const std::size_t numbers = workers_[0]->fitter.numbers();
    const bool posterior = params_.train.target == "posterior";
    const double variance = model_.reference.site_variance();
    std::vector<double> largest(workers_.size(), 0.0);
    for (const auto& worker : workers_) {
      worker->fitter.set_level(at);
      worker->posterior.set_noise(ratio, variance);
    }
    const std::int64_t count = params_.train.per_level;
    const auto sums = sum_configurations(selection(level, count), numbers,
                                         [&](Worker& worker, std::int64_t j, std::span<const double> phi, std::span<double> to) {
                                           add_noise(worker, level, j, ratio, phi);
                                           if (posterior) {
                                             worker.posterior.start(static_cast<std::int64_t>(level) * count + j, worker.noisy, phi);
                                             posterior_mean(worker, params_.train.updates, worker.first_h);
                                           } else {
                                             worker.hartley.transform(phi, worker.first_h);
                                           }
                                           double& most = largest[static_cast<std::size_t>(thread_number())];
                                           most = std::max(most, worker.fitter.add(worker.noisy_h, worker.first_h, to));
                                         });
    const double bound = largest_of_all(largest);
    FeatureFitter::Solution solution;
    require_all(context_.comm, [&] { solution = workers_[0]->fitter.solve(sums); });
    context_.comm.broadcast(solution.coefficients);
    context_.comm.broadcast(solution.linear);
    context_.comm.broadcast(solution.zero);
    model_.fit.ratios.push_back(ratio);
    model_.fit.bounds.push_back(bound);
    model_.fit.coefficients.push_back(solution.coefficients);
    model_.fit.linear.push_back(solution.linear);
    model_.fit.zero.push_back(solution.zero);
    model_.fit.limits.push_back(std::numeric_limits<double>::infinity());
    model_.fit.limits.back() = kMargin * largest_correction(level);
  }

  /// The largest |R| at a site, over a part of the configurations that the level was fitted to. Collective.
  double largest_correction(std::size_t level) {
    const double ratio = ratios_[level];
    const ReferenceLevel at(model_.reference, ratio);
    const FeatureCorrection correction(model_.reference, model_.fit);
    const auto evaluators = evaluators_of(correction);
    std::vector<double> largest(workers_.size(), 0.0);
    const std::int64_t count = params_.train.per_level;
    Selection part = selection(level, count);
    part.pieces = (part.pieces + 3) / 4;
    sum_configurations(part, 1, [&](Worker& worker, std::int64_t j, std::span<const double> phi, std::span<double> /*to*/) {
      const auto thread = static_cast<std::size_t>(thread_number());
      add_noise(worker, level, j, ratio, phi);
      evaluators[thread]->evaluate(at, worker.noisy_h, worker.score);
      worker.hartley.transform(worker.score, worker.score);
      for (const double r : worker.score) largest[thread] = std::max(largest[thread], std::fabs(r));
    });
    return largest_of_all(largest);
  }

  /// Two means of one chain, far apart: their product has no noise of its own.
  void validate(std::size_t level) {
    const double ratio = ratios_[level];
    const ReferenceLevel at(model_.reference, ratio);
    for (const auto& worker : workers_) worker->posterior.set_noise(ratio, model_.reference.site_variance());
    const FeatureCorrection correction(model_.reference, model_.fit);
    const auto evaluators = evaluators_of(correction);
    const std::int64_t count = params_.train.validation, updates = params_.train.updates;
    const auto sums = sum_configurations(
        selection(ratios_.size() + level, count), 4,
        [&](Worker& worker, std::int64_t j, std::span<const double> phi, std::span<double> to) {
          add_noise(worker, ratios_.size() + level, j, ratio, phi);
          worker.posterior.start(
              static_cast<std::int64_t>(ratios_.size()) * params_.train.per_level + static_cast<std::int64_t>(level) * count + j,
              worker.noisy, phi);
          posterior_mean(worker, updates, worker.first_h);
          posterior_mean(worker, 2 * updates, worker.second_h);
          posterior_mean(worker, updates, worker.second_h);
          evaluators[static_cast<std::size_t>(thread_number())]->evaluate(at, worker.noisy_h, worker.score);
          std::fill(worker.mean.begin(), worker.mean.end(), 0.0);
          at.add_denoised(worker.noisy_h, worker.mean);
          double left = 0.0, all = 0.0;
          for (std::size_t k = 0; k < sites_; ++k) {
            const double a = worker.first_h[k] - worker.mean[k], b = worker.second_h[k] - worker.mean[k], r = worker.score[k];
            left += (a - r) * (b - r);
            all += a * b;
          }
          to[0] += left;
          to[1] += left * left;
          to[2] += all;
          to[3] += all * all;
        });
    double posterior_variance = 0.0;
    for (const double w : at.filter()) posterior_variance += w * ratio * ratio;
    const auto n = static_cast<double>(count / kPiece * kPiece);
    for (const std::size_t i : {0, 2}) {
      const double mean = sums[i] / n, square = sums[i + 1] / n;
      distance_.push_back(mean / posterior_variance);
      distance_.push_back(std::sqrt(std::max(0.0, square - mean * mean) / std::max(1.0, n - 1.0)) / posterior_variance);
    }
    std::array<char, 96> text{};
    const double* last = &distance_[distance_.size() - kDistances];
    std::snprintf(text.data(), text.size(), "r = %.3g: left %.1e +- %.0e of %.1e", ratio, last[0], last[1], last[2]);
    note_ = text.data();
  }

  void save() {
    write_checkpoint(context_.comm, checkpoint_,
                     {output_.fingerprint(),
                      resolved_text(params_),
                      output_.wanted,
                      done(),
                      {{"spectrum", model_.reference.spectrum},
                       {"magnetisation", {model_.reference.magnetisation}},
                       {"reference_zero", numbers_of(model_.reference.zero)},
                       {"zero", joined(model_.fit.zero)},
                       {"ratios", model_.fit.ratios},
                       {"bounds", model_.fit.bounds},
                       {"limits", model_.fit.limits},
                       {"coefficients", joined(model_.fit.coefficients)},
                       {"linear", joined(model_.fit.linear)},
                       {"distance", distance_}},
                      {}});
  }

  void resume(const Checkpoint& checkpoint) {
    const auto list = [&](const char* name) {
      const auto found = checkpoint.arrays.find(name);
      return found == checkpoint.arrays.end() ? std::vector<double>() : found->second;
    };
    model_.reference = {shape_of_lattice(params_), list("magnetisation").at(0), list("spectrum"), zero_mode_of(list("reference_zero"))};
    model_.fit.zero = rows_of(list("zero"), list("ratios").size());
    model_.fit.order = static_cast<int>(params_.network.order);
    model_.fit.ratios = list("ratios");
    model_.fit.bounds = list("bounds");
    model_.fit.limits = list("limits");
    model_.fit.coefficients = rows_of(list("coefficients"), model_.fit.ratios.size());
    model_.fit.linear = rows_of(list("linear"), model_.fit.ratios.size());
    distance_ = list("distance");
    context_.log.line("train: going on with " + path_.string() + " from " + std::to_string(done()) + " of " +
                      std::to_string(output_.wanted) + " noise levels");
  }

  const Context& context_;
  const Params& params_;
  const Output& output_;
  const H5File& ensemble_;
  std::size_t sites_;
  std::uint64_t seed_;
  std::filesystem::path path_;
  std::filesystem::path checkpoint_;
  SafePoints safe_points_;
  FieldModel model_;
  std::vector<double> ratios_, distance_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::string note_;
};

}  // namespace

void train_field(const Context& context, const Process& process) {
  const Surveyed found = survey(context, model_output(context.deck.params, process));
  if (already_complete(context, found)) return;
  const H5File ensemble = open_input(context, survey(context, ensemble_output(context.deck.params)));
  FieldTraining training(context, found, process, ensemble);
  training.run("train " + process.name);
  training.write();
}

}  // namespace scorefield
