// What every stage gets, and the files of a run: where they are, what made them, whether they are complete.
#pragma once

#include <filesystem>
#include <string>

#include "base/hdf5.h"
#include "base/log.h"
#include "deck/deck.h"

namespace scorefield {

struct Context {
  const Comm& comm;
  const Deck& deck;
  Log& log;
  bool overwrite = false;  ///< stale outputs are set aside instead of being an error
};

/// Names of the outputs in the run's folder (doc/file-formats.md).
std::filesystem::path output_path(const Params& params, const std::string& file);
std::string forward_name(const Process& process);
std::string model_name(const Process& process);
std::string samples_name(const Process& process, const std::string& score);

/// Hashes of everything an output depends on: its keys, and the fingerprints of its inputs.
std::string ensemble_fingerprint(const Params& params);
std::string forward_fingerprint(const Params& params, const Process& process);
std::string model_fingerprint(const Params& params, const Process& process);
std::string samples_fingerprint(const Params& params, const Process& process, std::size_t score_index);

/// True if the root sees a file `path`. Collective.
bool output_exists(const Context& context, const std::filesystem::path& path);

/// True if `path` is there with this fingerprint. A file with another one is stale: InputError, or with --overwrite
/// it is renamed to *.old and the answer is false. Collective.
bool is_complete(const Context& context, const std::filesystem::path& path, const std::string& expected);

/// Opens an input that an earlier stage made; InputError names the stage to run if it is missing or stale. Collective.
H5File open_input(const Context& context, const std::filesystem::path& path, const std::string& expected, const std::string& stage);

/// The time now, as 2024-12-01T12:00:00Z. Local.
std::string utc_now();

/// Writes the schema version and /provenance: resolved deck, fingerprint, version, ranks, threads, date. Collective.
void write_provenance(H5File& file, const Context& context, const std::string& stage, const std::string& fingerprint);

}  // namespace scorefield
