// What every stage gets, and what all outputs carry.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/hdf5.h"
#include "base/log.h"
#include "base/stop.h"
#include "stages/outputs.h"
#include "stages/verified_files.h"

namespace scorefield {

struct Context {
  const Comm& comm;
  const Deck& deck;
  Log& log;
  StopRequest& stop;
  bool overwrite = false;  ///< stale outputs are set aside instead of being an error
  std::shared_ptr<VerifiedFiles> files = std::make_shared<VerifiedFiles>();
};

/// Decides at the safe points of a stage, for all ranks alike, whether to write a checkpoint (run.checkpoint seconds after the last, or
/// because the program is to stop), and ends the program after it. Collective.
class SafePoints {
 public:
  explicit SafePoints(const Context& context) : context_(context) { context.stop.begin_loop(); }

  /// `save` writes the checkpoint; `progress` says how far the stage is, for the message. AgreedError (exit code 85) if the program is
  /// to stop.
  template <class Save>
  void here(const Save& save, const std::string& progress) {
    const std::string reason = context_.stop.requested(context_.comm);
    if (reason.empty() && !due()) return;
    save();
    last_ = Clock::now();
    if (!reason.empty()) stop_here(context_.comm, reason, progress + "; the same command goes on from there");
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool due() const;

  const Context& context_;
  Clock::time_point last_ = Clock::now();
};

/// Ends the program (exit code 85) if a signal or the stop file asks for it, where there is nothing to save. Collective.
void stop_if_asked(const Context& context);

/// The time now, as 2024-12-01T12:00:00Z. Local.
std::string utc_now();

/// Writes the schema version and /provenance: resolved deck, stage, version, ranks, threads, date. Collective.
void write_provenance(H5File& file, const Context& context, const std::string& stage);
/// The same for an output that others depend on, with its fingerprint and its length.
void write_provenance(H5File& file, const Context& context, const Output& output);

}  // namespace scorefield
