#include "stages/batch_output.h"

#include <algorithm>
#include <optional>

#include "base/disk.h"
#include "stages/contents.h"
#include "stages/recorded.h"

namespace scorefield {
namespace {

class BatchOutput {
 public:
  BatchOutput(const Context& context, const Surveyed& found, const BatchContents& contents)
      : context_(context),
        output_(found.output),
        contents_(contents),
        path_(output_path(context.deck.params, output_.file)),
        checkpoint_(checkpoint_path(context.deck.params, output_.file)),
        batch_(wanted_batch(context, components())),
        safe_points_(context),
        file_(begin(found)) {}

  void run(BatchWork work, const std::string& title) {
    if (contents_.field) {
      work.store = [this](const Range& rows, std::span<const double> x) {
        file_->file().write_rows("/field", static_cast<std::uint64_t>(rows.begin), x);
      };
    }
    work.store_sums = [this](const Range& blocks, std::span<const double> sums) {
      write_sums(file_->file(), contents_.group, *contents_.recording, blocks.begin, sums);
    };
    work.committed = [this](const BatchState& state) {
      if (state.committed == output_.wanted) return;
      safe_points_.here([&] { save(file_->file(), state); }, std::to_string(state.committed) + " of " + std::to_string(output_.wanted) +
                                                                 " " + output_.unit + " of " + path_.string() + " are saved");
    };
    run_batches(context_, plan(), contents_.recording, work, state_, title);
    if (counts()) file_->file().write_rows(contents_.group + "/histogram_counts", 0, on_root(state_.counts));
    file_->finish();
    remove_checkpoint(context_.comm, checkpoint_);
  }

 private:
  WorkPlan plan() const {
    return {output_.wanted, state_.committed, batch_, contents_.recording != nullptr ? contents_.recording->numbers() : 1, components()};
  }

  /// The same without what is committed.
  WorkPlan whole_plan() const { return {output_.wanted, 0, batch_, 1, components()}; }

  std::int64_t components() const { return numbers_of(context_.deck.params); }

  bool counts() const { return contents_.recording != nullptr && contents_.recording->cells() > 0; }

  std::span<const double> on_root(std::span<const double> values) const {
    return context_.comm.is_root() ? values : std::span<const double>{};
  }

  /// Opens or makes the file, and sets the state to go on from.
  std::optional<GrowingFile> begin(const Surveyed& found) {
    if (found.checkpoint) {
      auto file = resume(*found.checkpoint);
      if (file) return file;
    }
    auto file = std::make_optional(GrowingFile::create(path_, context_.comm, [this](H5File& made) { lay_out(made); }));
    if (found.finished > 0) {
      copy_finished(file->file(), found.finished);
      save(file->file(), state_);
    }
    return file;
  }

  void lay_out(H5File& file) const {
    if (contents_.field) {
      const Params& params = context_.deck.params;
      file.create_dataset("/field", shape_of_fields(params, static_cast<std::uint64_t>(output_.wanted)));
      file.set_attribute("/field", "components", names_of_components(components_of(params.model)));
    }
    if (contents_.recording != nullptr) lay_out_recorded(file, contents_.group, *contents_.recording, output_.wanted);
    if (contents_.describe) contents_.describe(file);
    write_provenance(file, context_, output_);
    file.set_attribute("/provenance", "model", contents_.model);
  }

  void save(H5File& file, const BatchState& state) {
    file.flush();
    write_checkpoint(context_.comm, checkpoint_,
                     {output_.fingerprint(),
                      resolved_text(context_.deck.params),
                      output_.wanted,
                      state.committed,
                      {{"counts", state.counts}},
                      {{"counted", state.counted}, {"checksum", static_cast<std::int64_t>(state.checksum)}, {"model", contents_.model}}});
  }

  /// The unfinished file, if its layout and all that was committed are still as they were written. A file that cannot be read now is an
  /// error: the next run may be able to.
  std::optional<GrowingFile> resume(const Checkpoint& checkpoint) {
    state_ = {checkpoint.committed, checkpoint.integers.at("counted"), {}, static_cast<std::uint64_t>(checkpoint.integers.at("checksum"))};
    if (checkpoint.arrays.count("counts") == 1) state_.counts = checkpoint.arrays.at("counts");
    const bool same_model = checkpoint.integers.at("model") == contents_.model;
    auto file = GrowingFile::reopen(path_, context_.comm);
    if (same_model && file && checksum_of_file(file->file(), state_.committed) == state_.checksum) {
      context_.log.line(output_.stage + ": going on with " + path_.string() + " from " + std::to_string(state_.committed) + " of " +
                        std::to_string(output_.wanted) + " " + output_.unit);
      return file;
    }
    file.reset();
    context_.log.line(output_.stage + ": " + partial_path(path_).string() +
                      (same_model ? " was damaged after it was written" : " was begun with another model") +
                      "; it is made again from the start");
    state_ = {};
    remove_checkpoint(context_.comm, checkpoint_);
    remove_file(context_.comm, partial_path(path_));
    return std::nullopt;
  }

  /// Checksum of the first `committed` configurations and their sums. Collective.
  std::uint64_t checksum_of_file(const H5File& file, std::int64_t committed) const {
    const WorkPlan plan = whole_plan();
    std::uint64_t total = 0;
    if (contents_.field) {
      for_shares(plan, committed, [&](const Range& rows, std::span<double> x) {
        file.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
        total += checksum_of(plan, rows.begin, x);
      });
    }
    if (contents_.recording != nullptr) {
      const auto sums =
          read_sums(context_.comm, file, contents_.group, *contents_.recording, (committed + plan.block() - 1) / plan.block());
      total += checksum_of_sums(0, static_cast<std::size_t>(contents_.recording->numbers()), sums);
    }
    context_.comm.sum(std::span(&total, 1));
    return total;
  }

  /// Calls `action` with this rank's share of each batch of the first `count` configurations. Collective.
  template <class Action>
  void for_shares(const WorkPlan& plan, std::int64_t count, const Action& action) const {
    std::vector<double> x;
    const std::int64_t pieces_a_batch = std::max<std::int64_t>(1, batch_ / plan.piece());
    const std::int64_t pieces = plan.pieces({0, count});
    for (std::int64_t begin = 0; begin < pieces; begin += pieces_a_batch) {
      stop_if_asked(context_);
      const Range mine = share(std::min(pieces_a_batch, pieces - begin), context_.comm.size(), context_.comm.rank());
      const Range rows{std::min(count, (begin + mine.begin) * plan.piece()), std::min(count, (begin + mine.end) * plan.piece())};
      x.resize(static_cast<std::size_t>(rows.size() * plan.components()));
      action(rows, x);
    }
  }

  /// Takes over all whole blocks of the finished file of `length` configurations.
  void copy_finished(H5File& to, std::int64_t length) {
    const H5File from = context_.files->open(context_.comm, path_);
    const WorkPlan plan = whole_plan();
    state_.committed = length / plan.block() * plan.block();
    state_.counted = length;
    if (contents_.field) {
      for_shares(plan, state_.committed, [&](const Range& rows, std::span<double> x) {
        from.read_rows("/field", static_cast<std::uint64_t>(rows.begin), static_cast<std::uint64_t>(rows.size()), x);
        to.write_rows("/field", static_cast<std::uint64_t>(rows.begin), x);
      });
    }
    if (contents_.recording != nullptr) {
      const Recording& recording = *contents_.recording;
      const auto fine = read_sums(context_.comm, from, contents_.group, recording, state_.committed / block_size(length));
      const auto sums = coarsen(fine, static_cast<std::size_t>(recording.numbers()), plan.block() / block_size(length));
      write_sums(to, contents_.group, recording, 0, sums);
      if (counts()) state_.counts = from.read_all(contents_.group + "/histogram_counts");
    }
    state_.checksum = checksum_of_file(to, state_.committed);
    context_.log.line(output_.stage + ": extending " + path_.string() + " from " + std::to_string(length) + " to " +
                      std::to_string(output_.wanted) + " " + output_.unit);
  }

  const Context& context_;
  const Output& output_;
  const BatchContents& contents_;
  std::filesystem::path path_;
  std::filesystem::path checkpoint_;
  std::int64_t batch_;
  SafePoints safe_points_;
  BatchState state_;
  std::optional<GrowingFile> file_;
};

}  // namespace

void make_batch_output(const Context& context, const Surveyed& found, const BatchContents& contents, BatchWork work,
                       const std::string& title) {
  BatchOutput(context, found, contents).run(std::move(work), title);
}

}  // namespace scorefield
