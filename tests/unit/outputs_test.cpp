#include "stages/outputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "other_value.h"
#include "test_support.h"

namespace scorefield {
namespace {

using Make = std::function<Output(const Params&)>;
using Names = std::set<std::string>;

/// Keys, alone or all of a section's, whose change changes the fingerprint.
Names keys_that_matter(const Params& params, const Make& make) {
  Names names;
  for (const Key& key : all_keys()) {
    const std::string value = test::other_value(key);
    if (value.empty()) continue;
    Params changed = params;
    key.set(changed, value);
    if (make(changed).fingerprint() != make(params).fingerprint()) names.insert(key.full_name());
  }
  return names;
}

Names operator+(Names a, const Names& b) {
  a.insert(b.begin(), b.end());
  return a;
}

const Names kModel = {"run.seed", "model.mu0", "model.sigma0", "model.weight"};
const Names kRecording = {"measure.sources", "measure.histogram-bins"};
const Names kTraining = {"generate.samples",   "forward.sigma", "forward.noise-min",   "network.hidden",   "network.embedding",
                         "network.activation", "train.levels",  "train.learning-rate", "train.warmup",     "train.schedule",
                         "train.beta1",        "train.beta2",   "train.averaging",     "network.symmetry", "network.embedding-scale",
                         "train.weight",       "train.clip",    "train.steps",         "train.per-level",  "train.level-density",
                         "network.energy",     "network.limit"};
const Names kForward = {"forward.sigma", "forward.times", "forward.process"};
const Names kCorrector = {"sample.corrector-snr"};
const Names kBackward = {"forward.sigma", "forward.noise-min", "sample.records", "sample.sampler", "sample.steps"};

Output ensemble(const Params& p) { return ensemble_output(p); }
Output forward(const Params& p) { return forward_output(p, p.forward.process.at(0)); }
Output model(const Params& p) { return model_output(p, {"ve", 0.0}); }
Output exact(const Params& p) { return samples_output(p, {"ve", 0.0}, 0); }

/// A deck with exact and learnt scores.
Params both_scores() {
  Params p;
  p.sample.score = {"exact", "learnt"};
  return p;
}

// An output belongs to a deck as long as no key changes that its numbers depend on: not threads, batches, the number of samples, nor
// the jackknife bins. The process (of those here) stands in the name of the file, which is part of the fingerprint.
TEST(Fingerprint, ChangesWithWhatMatters) {
  const Params p = both_scores();
  EXPECT_EQ(keys_that_matter(p, ensemble), kModel);
  EXPECT_EQ(keys_that_matter(p, forward), kModel + kRecording + kForward);
  EXPECT_EQ(keys_that_matter(p, model), kModel + kTraining);
  EXPECT_EQ(keys_that_matter(p, exact), kModel + kRecording + kBackward);
  const auto learnt = [](const Params& changed) {
    Params q = changed;
    q.sample.score = {"exact", "learnt"};
    return samples_output(q, {"ve", 0.0}, 1);
  };
  EXPECT_EQ(keys_that_matter(p, learnt), kModel + kRecording + kBackward + kTraining);
}

// The corrector's strength matters where there is a corrector.
TEST(Fingerprint, CorrectorMattersToItsSampler) {
  Params p;
  p.sample.sampler = {"predictor-corrector"};
  EXPECT_EQ(keys_that_matter(p, exact), kModel + kRecording + kBackward + kCorrector);
}

// At a constant learning rate a longer training begins like a shorter one; but samples are of one length of training.
TEST(Fingerprint, StepsMatterWhereTheLearningRateFalls) {
  Params p = both_scores();
  p.sample.score = {"learnt"};
  for (const std::string schedule : {"cosine", "linear", "constant"}) {
    p.train.schedule = schedule;
    Params longer = p;
    longer.train.steps = 2 * p.train.steps;
    EXPECT_EQ(model(longer).fingerprint() != model(p).fingerprint(), schedule != "constant") << schedule;
    EXPECT_NE(exact(longer).fingerprint(), exact(p).fingerprint()) << schedule;
  }
}

// Sixteen hexadecimal digits; no two outputs of a deck have the same.
TEST(Fingerprint, TellsOutputsApart) {
  Params p = both_scores();
  p.forward.process = {{"ve", 0.0}, {"vp", 1.0}, {"c0.5", 0.5}};
  Names seen;
  for (const Output& output : all_outputs(p)) {
    EXPECT_EQ(output.fingerprint().size(), 16u);
    EXPECT_EQ(output.fingerprint().find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(output.fingerprint()).second) << output.file;
  }
}

// All outputs in an order in which each finds its inputs; models only where a learnt score is asked for.
TEST(Outputs, InTheOrderOfTheirInputs) {
  Params p = both_scores();
  p.forward.process = {{"ve", 0.0}, {"c0.5", 0.5}};
  Names made;
  std::vector<std::string> order;
  for (const Output& output : all_outputs(p)) {
    for (const std::string& input : output.inputs) EXPECT_EQ(made.count(input), 1u) << output.file << " " << input;
    EXPECT_TRUE(made.insert(output.file).second);
    order.push_back(output.file);
  }
  EXPECT_EQ(order,
            (std::vector<std::string>{"ensemble.h5", "model-ve.h5", "model-c0.5.h5", "forward-ve.h5", "samples-ve-exact.h5",
                                      "samples-ve-learnt.h5", "forward-c0.5.h5", "samples-c0.5-exact.h5", "samples-c0.5-learnt.h5"}));
  p.sample.score = {"exact"};
  EXPECT_EQ(all_outputs(p).size(), 5u);
  EXPECT_FALSE(learns(p));
}

// What a file is to have, by the key that says so, and about how large it becomes.
TEST(Outputs, Lengths) {
  Params p = both_scores();
  p.generate.samples = 2000;
  p.train.steps = 300;
  p.sample.samples = {400, 5000};
  const Output learnt = samples_output(p, {"ve", 0.0}, 1);
  EXPECT_EQ(ensemble(p).wanted, 2000);
  EXPECT_EQ(forward(p).wanted, 2000);
  EXPECT_EQ(model(p).wanted, 300);
  EXPECT_EQ(exact(p).wanted, 400);
  EXPECT_EQ(learnt.wanted, 5000);
  for (const Output& output : all_outputs(p)) EXPECT_NE(find_key(output.length_key), nullptr) << output.file;
  EXPECT_EQ(model(p).length_key, "train.steps");
  EXPECT_GT(learnt.bytes, 8.0 * 5000);
  EXPECT_EQ(ensemble(p).bytes, 16000.0);
}

// An ensemble on a lattice: fields, what is known of each configuration, and two slots of state; the energies of updates only where some
// can be rejected.
TEST(Outputs, SizeOfALatticeEnsemble) {
  Params p;
  p.model.name = "phi4";
  p.lattice.size = {4, 6};
  p.generate.samples = 100;
  p.generate.chains = 5;
  p.generate.separation = 7;
  const double fields = 100 * 24 * 8.0, state = 2 * 5 * 24 * 8.0;
  for (const char* algorithm : {"hmc", "langevin-corrected"}) {
    p.generate.algorithm = algorithm;
    EXPECT_EQ(ensemble(p).bytes, fields + state + 100 * (4 + 7) * 8.0);
  }
  p.generate.algorithm = "langevin";
  EXPECT_EQ(ensemble(p).bytes, fields + state + 100 * 3 * 8.0);
  p.generate.precision = "float32";
  EXPECT_EQ(ensemble(p).bytes, fields / 2 + state + 100 * 3 * 8.0);
  p.generate.algorithm = "import";
  EXPECT_EQ(ensemble(p).bytes, fields / 2 + 100 * 2 * 8.0);
}

// Files lie in the output folder, checkpoints below.
TEST(Outputs, Paths) {
  Params p;
  p.run.output = "out/a";
  EXPECT_EQ(output_path(p, "x.h5"), "out/a/x.h5");
  EXPECT_EQ(checkpoint_path(p, "x.h5"), "out/a/checkpoint/x.h5");
}

}  // namespace
}  // namespace scorefield
