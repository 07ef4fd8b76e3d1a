#include "stages/generate_lattice.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/disk.h"
#include "base/parallel.h"
#include "base/text.h"
#include "deck/keys.h"
#include "stages/chain_file.h"
#include "stages/chain_start.h"

namespace scorefield {
namespace {

constexpr double kSecondsABatch = 1.0;  // about, at most: a stop is heard between batches

class LatticeRun {
 public:
  LatticeRun(const Context& context, const Surveyed& found)
      : context_(context),
        output_(found.output),
        generate_(context.deck.params.generate),
        path_(output_path(context.deck.params, output_.file)),
        checkpoint_(checkpoint_path(context.deck.params, output_.file)),
        chains_(context.comm, context.deck.params, thread_count()),
        layout_(context, output_, chains_),
        safe_points_(context),
        file_(begin(found)) {}

  void run() {
    try {
      thermalise();
      produce();
    } catch (const AgreedError& error) {
      if (error.code() != ExitCode::numerical) throw;
      throw AgreedError(error.code(), error.what() + (": " + cure()), error.ranks);
    }
    finish();
  }

 private:
  /// Of fields without bound.
  std::string cure() const {
    const Params& params = context_.deck.params;
    const bool fixed = is_complex_field(params.model) && params.generate.largest_drift == 0.0;
    return formatted("take a smaller generate.step than %.6g", chains_.step()) + (fixed ? ", or set generate.largest-drift = 0.5" : "");
  }

  std::int64_t sweeps_done() const { return std::max<std::int64_t>(0, updates_ - generate_.thermalisation) / generate_.separation; }

  /// Opens or makes the file, and sets chains and `updates_` to go on from.
  std::optional<GrowingFile> begin(const Surveyed& found) {
    if (found.checkpoint) {
      auto file = resume(*found.checkpoint);
      if (file) return file;
    }
    const auto lay_out = [this](H5File& made) {
      layout_.lay_out(made);
      write_provenance(made, context_, output_);
    };
    auto file = std::make_optional(GrowingFile::create(path_, context_.comm, lay_out));
    if (found.finished > 0) {
      extend(file->file(), found.finished);
    } else {
      start();
    }
    return file;
  }

  void start() {
    updates_ = 0;
    chains_.start();
    if (generate_.start == "file") read_start(context_, chains_);
  }

  void extend(H5File& to, std::int64_t length) {
    const H5File from = context_.files->open(context_.comm, path_);
    updates_ = layout_.read_state(from, 0);
    layout_.copy(from, to, sweeps_done());
    save(to);
    context_.log.line(output_.stage + ": extending " + path_.string() + " from " + std::to_string(length) + " to " +
                      std::to_string(output_.wanted) + " " + output_.unit);
  }

  /// The unfinished file, if its layout and all that was committed are as they were written.
  std::optional<GrowingFile> resume(const Checkpoint& checkpoint) {
    const auto slot = checkpoint.integers.at("slot");
    auto file = GrowingFile::reopen(path_, context_.comm);
    const auto unsigned_at = [&](const char* name) { return static_cast<std::uint64_t>(checkpoint.integers.at(name)); };
    if (file && layout_.checksum_of(file->file(), checkpoint.committed / generate_.chains) == unsigned_at("checksum") &&
        layout_.checksum_of_state(file->file(), slot) == unsigned_at("state_checksum")) {
      updates_ = layout_.read_state(file->file(), slot);
      slot_ = 1 - slot;
      layout_.set_checksum(unsigned_at("checksum"));
      context_.log.line(output_.stage + ": going on with " + path_.string() + " from " + progress_text());
      return file;
    }
    file.reset();
    context_.log.line(output_.stage + ": " + partial_path(path_).string() +
                      " was damaged after it was written; it is made again from the start");
    remove_checkpoint(context_.comm, checkpoint_);
    remove_file(context_.comm, partial_path(path_));
    return std::nullopt;
  }

  std::string progress_text() const {
    if (updates_ < generate_.thermalisation) {
      return "update " + std::to_string(updates_) + " of " + std::to_string(generate_.thermalisation) + " of the thermalisation";
    }
    return std::to_string(sweeps_done() * generate_.chains) + " of " + std::to_string(output_.wanted) + " " + output_.unit;
  }

  void save(H5File& file) {
    layout_.write_state(file, slot_, updates_);
    file.flush();
    write_checkpoint(context_.comm, checkpoint_,
                     {output_.fingerprint(),
                      resolved_text(context_.deck.params),
                      output_.wanted,
                      sweeps_done() * generate_.chains,
                      {},
                      {{"slot", slot_},
                       {"updates", updates_},
                       {"thermalisation", generate_.thermalisation},
                       {"checksum", static_cast<std::int64_t>(layout_.checksum())},
                       {"state_checksum", static_cast<std::int64_t>(layout_.checksum_of_state(file, slot_))}}});
    slot_ = 1 - slot_;
  }

  void safe_point() {
    safe_points_.here([&] { save(file_->file()); }, progress_text() + " of " + path_.string() + " are saved");
  }

  void thermalise() {
    if (updates_ >= generate_.thermalisation) return;
    Progress progress(context_.log, "thermalise " + context_.deck.params.model.name, static_cast<double>(generate_.thermalisation),
                      "updates", static_cast<double>(updates_));
    while (updates_ < generate_.thermalisation) {
      chains_.thermalise(static_cast<std::uint64_t>(updates_));
      ++updates_;
      progress.update(static_cast<double>(updates_));
      safe_point();
    }
    progress.finish(formatted("%lld steps of %.4g an update", static_cast<long long>(chains_.steps()), chains_.step()));
  }

  /// Sweeps that memory has room for. The same on all ranks.
  std::int64_t most_sweeps() const {
    const Params& params = context_.deck.params;
    if (params.run.batch > 0) return std::max<std::int64_t>(1, params.run.batch / generate_.chains);
    const std::int64_t numbers_a_chain = chains_.numbers() + generate_.separation;
    const std::int64_t numbers_a_sweep = std::max<std::int64_t>(1, chains_.domain().chains().size()) * numbers_a_chain;
    return context_.comm.min(std::max<std::int64_t>(1, kNumbersACore * thread_count() / numbers_a_sweep));
  }

  /// True if the last batch took so short a time on all ranks that stops and progress could wait for twice as many sweeps.
  bool may_grow(double seconds) const { return context_.comm.min(seconds < 0.5 * kSecondsABatch ? 1 : 0) == 1; }

  void produce() {
    Progress progress(context_.log, "generate " + context_.deck.params.model.name, static_cast<double>(output_.wanted), output_.unit,
                      static_cast<double>(sweeps_done() * generate_.chains));
    const std::int64_t whole = layout_.whole_sweeps(), most = most_sweeps();
    std::int64_t batch = context_.deck.params.run.batch > 0 ? most : 1;  // what the deck wants, or one, from which on they grow
    while (sweeps_done() < whole) {
      const auto start = std::chrono::steady_clock::now();
      make_sweeps(std::min(batch, whole - sweeps_done()));
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      if (batch < most && may_grow(taken.count())) batch = std::min(2 * batch, most);
      progress.update(static_cast<double>(sweeps_done() * generate_.chains));
      if (sweeps_done() < whole) safe_point();
    }
    for (const std::int64_t slot : {0, 1}) layout_.write_state(file_->file(), slot, updates_);  // from which the file can be extended
    if (output_.wanted % generate_.chains > 0) make_sweeps(1);
    progress.finish();
  }

  void make_sweeps(std::int64_t count) {
    const std::int64_t separation = generate_.separation, first = sweeps_done(), chains = chains_.domain().chains().size();
    SweepData data = layout_.make_data(count);
    const auto numbers = static_cast<std::size_t>(chains_.numbers());
    const auto visit = [&](std::int64_t chain, std::int64_t update, const Outcome& outcome) {
      const auto row = static_cast<std::size_t>(update / separation * chains + chain);
      if (!data.delta_h.empty()) {
        data.delta_h[row * static_cast<std::size_t>(separation) + static_cast<std::size_t>(update % separation)] = outcome.delta_h;
      }
      data.acceptance[row] += outcome.probability / static_cast<double>(separation);
      if ((update + 1) % separation != 0) return;
      if (!is_complex(context_.deck.params.model)) data.action[row] = chains_.action(chain);
      chains_.copy_out(chain, std::span(data.field).subspan(row * numbers, numbers));
    };
    chains_.advance(static_cast<std::uint64_t>(updates_), count * separation, separation, visit);
    layout_.write(file_->file(), first, count, data);
    updates_ += count * separation;
  }

  void finish() {
    file_->finish();
    remove_checkpoint(context_.comm, checkpoint_);
  }

  const Context& context_;
  const Output& output_;
  const GenerateParams& generate_;
  std::filesystem::path path_;
  std::filesystem::path checkpoint_;
  LatticeChains chains_;
  ChainFile layout_;
  SafePoints safe_points_;
  std::int64_t updates_ = 0;  ///< that all chains have made
  std::int64_t slot_ = 0;     ///< where their next state goes
  std::optional<GrowingFile> file_;
};

}  // namespace

void generate_lattice(const Context& context, const Surveyed& found) { LatticeRun(context, found).run(); }

}  // namespace scorefield
