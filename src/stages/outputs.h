// The outputs of a deck: what each depends on, and how far each is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "deck/deck.h"

namespace scorefield {

/// One output file of a run. Two of the same file are interchangeable if `settings` agree, but for their length: `wanted`
/// configurations or steps, of which a later run may ask for more.
struct Output {
  std::string file;   ///< ensemble.h5, forward-P.h5, model-P.h5, samples-P-S.h5, finished-P-S.h5
  std::string stage;  ///< generate, train, sample
  Settings settings;  ///< values of all keys it depends on, directly or through its inputs
  std::int64_t wanted;
  std::string length_key;           ///< generate.samples, train.steps, sample.samples
  std::string unit;                 ///< configurations, steps
  std::vector<std::string> inputs;  ///< files that must be complete before
  double bytes;                     ///< about how large it will be

  /// A hash of the settings, as 16 hexadecimal digits. A version of the algorithms enters too, so that a program that makes other
  /// numbers from the same deck makes older outputs stale.
  std::string fingerprint() const;
};

Output ensemble_output(const Params& params);
Output forward_output(const Params& params, const Process& process);
Output model_output(const Params& params, const Process& process);
Output samples_output(const Params& params, const Process& process, std::size_t score_index);
Output finished_output(const Params& params, const Process& process, std::size_t score_index);

/// True if the deck asks for learnt scores.
bool learns(const Params& params);

/// All outputs of the deck, in the order in which they are made (results.h5 aside, which is always made anew).
std::vector<Output> all_outputs(const Params& params);

/// The file that a deck's ensemble is made from, or its chains start from (stage generate), or whose features its model takes over (train;
/// several: between which it is made), and the key that names it; empty where there is none.
struct SourceFile {
  std::string key;
  std::vector<std::filesystem::path> paths;
};
SourceFile source_file(const Params& params, const std::string& stage);

/// What stands beside /field: "real", "re, im", "re1, im1, re2, im2".
std::string names_of_components(std::int64_t components);

/// Whether samples of this score have the fluctuations of the deck's ensemble in what their model was told of it, means and covariance: not
/// if the score is exact, nor if the model was made between others (train.from), which knows nothing of this ensemble.
bool shares_fluctuations(const Params& params, const std::string& score);

/// Path of a file in the run's folder, and of the checkpoint of an unfinished one.
std::filesystem::path output_path(const Params& params, const std::string& file);
std::filesystem::path checkpoint_path(const Params& params, const std::string& file);

/// A seed of its own for what has this name (a file of outputs, mostly), so that results of several are statistically independent.
std::uint64_t seed_for(const Params& params, const std::string& name);

/// Names of groups and datasets in results.h5, and of files without .h5.
std::string forward_name(const Process& process);
std::string model_name(const Process& process);
std::string samples_name(const Process& process, const std::string& score);
std::string finished_name(const Process& process, const std::string& score);
/// The group of results.h5 with what is measured of an output: its file without .h5; of a model its score, score-P.
std::string measured_name(const Output& output);

}  // namespace scorefield
