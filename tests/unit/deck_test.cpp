#include "deck/deck.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/work_plan.h"
#include "deck/command_line.h"
#include "deck/keys.h"
#include "other_value.h"
#include "test_support.h"

namespace scorefield {
namespace {

Params parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_deck("input/name.ini", text, overrides).params;
}

/// The deck must be refused as bad input, with all of these in the message.
void expect_refused(const std::string& text, const std::vector<std::string>& overrides, const std::vector<std::string>& parts) {
  const auto error = test::caught([&] { parse(text, overrides); });
  EXPECT_EQ(error.code, ExitCode::bad_input) << error.message << "\n" << text;
  for (const std::string& part : parts) EXPECT_NE(error.message.find(part), std::string::npos) << "'" << part << "' in: " << error.message;
  EXPECT_EQ(error.message.find('\n'), std::string::npos) << error.message;
}

// What a key writes it reads back as the same, and every key has its own place and a description.
TEST(Keys, DefaultsSurvive) {
  const Params defaults;
  std::set<std::string> names;
  for (const Key& key : all_keys()) {
    Params p;
    key.set(p, key.get(defaults));
    EXPECT_EQ(resolved_text(p), resolved_text(defaults)) << key.full_name();
    EXPECT_TRUE(names.insert(key.full_name()).second);
    EXPECT_EQ(find_key(key.full_name()), &key);
    EXPECT_FALSE(key.meaning.empty());
    EXPECT_FALSE(key.range.empty());
    EXPECT_NE(keys_help().find(key.name + " = "), std::string::npos);
  }
}

// Every key changes exactly its own line of the resolved deck, from a file as from the command line.
TEST(Keys, EachKeySetsItself) {
  for (const Key& key : all_keys()) {
    const std::string value = test::other_value(key);
    if (value.empty()) continue;
    Params p = test::params_for(key);
    const std::string before = resolved_text(p);
    key.set(p, value);
    EXPECT_EQ(key.get(p), value) << key.full_name();
    std::string expected = before;
    const std::size_t section = expected.find("[" + key.section + "]");
    const std::size_t line = expected.find("\n" + key.name + " = ", section) + 1;
    expected.replace(line, expected.find('\n', line) - line, key.name + " = " + value);
    EXPECT_EQ(resolved_text(p), expected) << key.full_name();
  }
}

// Comments, blanks, repeated sections, lists and Windows line ends; the output folder comes from the deck's name.
TEST(Deck, ReadsWhatPeopleWrite) {
  const Deck deck = parse_deck("input/name.ini",
                               "# comment\n[run]\n seed = 7 # behind\n\n[model]\r\nmu0=2\r\n  weight =0.25\n[run]\nthreads = 3\n"
                               "[forward]\nprocess = ve,  0.5 ,vp\n",
                               {});
  EXPECT_EQ(deck.params.run.seed, 7);
  EXPECT_EQ(deck.params.run.threads, 3);
  EXPECT_EQ(deck.params.run.output, "out/name");
  EXPECT_EQ(deck.params.model.mu0, 2.0);
  EXPECT_EQ(deck.params.model.weight, 0.25);
  ASSERT_EQ(deck.params.forward.process.size(), 3u);
  EXPECT_EQ(deck.params.forward.process[1].name, "c0.5");
  EXPECT_EQ(deck.params.forward.process[1].c, 0.5);
  EXPECT_EQ(deck.params.forward.process[2].c, 1.0);
  EXPECT_EQ(deck.places, (std::map<std::string, std::string>{{"run.seed", "input/name.ini:3"},
                                                             {"model.mu0", "input/name.ini:6"},
                                                             {"model.weight", "input/name.ini:7"},
                                                             {"run.threads", "input/name.ini:9"},
                                                             {"forward.process", "input/name.ini:11"}}));
  EXPECT_EQ(resolved_text(parse("[forward]\nprocess = 0, 1\n")), resolved_text(parse("[forward]\nprocess = ve, vp\n")));
}

// The resolved deck is a deck that gives the same parameters, to the last digit of numbers.
TEST(Deck, ResolvedTextRoundTrip) {
  const std::string text =
      "[run]\noutput = some/where else\n[model]\nmu0 = 0.30000000000000004\nsigma0 = 1e-300\n"
      "[forward]\nprocess = vp, 0.1, ve\n[network]\nhidden = 8, 16\n[sample]\nscore = learnt, exact\n"
      "sampler = ode4, sde2\nsteps = 10, 20\n";
  const Params p = parse(text);
  EXPECT_EQ(p.model.mu0, 0.1 + 0.2);
  EXPECT_EQ(resolved_text(parse(resolved_text(p))), resolved_text(p));
  EXPECT_EQ(resolved_text(parse(resolved_text(parse("")))), resolved_text(parse("")));
}

// Overrides win over the file, the last over the first.
TEST(Deck, Overrides) {
  const Params p = parse("[run]\nseed = 1\n[model]\nmu0 = 2\n",
                         {"--run.seed=2", "--sample.score=exact, learnt", "--run.seed=3", "--measure.sources=-1,1"});
  EXPECT_EQ(p.run.seed, 3);
  EXPECT_EQ(p.model.mu0, 2.0);
  EXPECT_EQ(p.sample.score, (std::vector<std::string>{"exact", "learnt"}));
  EXPECT_EQ(p.measure.sources, (std::vector<double>{-1.0, 1.0}));
  EXPECT_EQ(parse("[run]\noutput = there\n", {"--run.output="}).run.output, "out/name");
  expect_refused("", {"--run.sed=2"}, {"command line", "run.sed", "run.seed"});
  expect_refused("", {"--run.seed"}, {"--run.seed=..."});
  expect_refused("", {"run.seed=2"}, {"--section.key=value"});
  expect_refused("", {"--"}, {"command line"});
  expect_refused("", {"--run.seed=two"}, {"command line", "run.seed = two", "an integer"});
}

// What cannot be read as a deck: file and line, and what was expected.
TEST(Deck, BadLines) {
  const std::string at = "input/name.ini:";
  expect_refused("[run]\nseed 7\n", {}, {at + "2", "key = value"});
  expect_refused("[run\nseed = 7\n", {}, {at + "1", "[name]"});
  expect_refused("[ run ]\nseed = 7\n", {}, {at + "1", "[name]"});
  expect_refused("\n\nseed = 7\n", {}, {at + "3", "before the first [section]"});
  expect_refused("[run]\nseed = 7\n\nseed = 8\n", {}, {at + "4", "run.seed", "line 2"});
  expect_refused("[run]\nseed = 7\n[model]\n[run]\nseed = 8\n", {}, {at + "5", "run.seed", "line 2"});
  expect_refused(std::string("\x7f"
                             "ELF\0\0\1",
                             7),
                 {}, {at + "1", "not a text file"});
  expect_refused("[run]\nsede = 7\n", {}, {at + "2", "run.sede", "run.seed"});
  expect_refused("[modle]\n\nmu0 = 7\n", {}, {at + "1", "unknown section [modle]", "[model]"});
  expect_refused("[train]\nmu0 = 7\n", {}, {at + "2", "unknown key train.mu0"});
  expect_refused("[run]\nSeed = 7\n", {}, {at + "2", "run.seed"});
}

// Values of the wrong kind or outside their range: file, line, key and the range.
TEST(Deck, BadValues) {
  const auto refused = [](const std::string& section, const std::string& setting, const std::string& expected) {
    expect_refused("[" + section + "]\n# here:\n" + setting + "\n", {}, {"input/name.ini:3", section + "." + setting, expected});
  };
  refused("run", "seed = 1.5", "an integer, 0 <= value <= 9e+18");
  refused("run", "seed = -1", "an integer, 0 <= value <= 9e+18");
  refused("run", "seed = 99999999999999999999", "an integer");
  refused("run", "seed = 7 8", "an integer");
  refused("run", "seed = ", "an integer");
  refused("model", "mu0 = one", "a number, 0 <= value <= 1000");
  refused("model", "mu0 = nan", "a number");
  refused("model", "mu0 = inf", "a number");
  refused("model", "mu0 = 1,5", "a number");
  refused("model", "sigma0 = 0", "0 < value <= 1000");
  refused("forward", "sigma = 1", "1 < value");
  refused("forward", "noise-min = 1", "1e-04 <= value < 1");
  refused("forward", "process = ve, 1.5", "ve, vp, or a number c, 0 <= value <= 1");
  refused("model", "name = phi5", "one of: two-peak, phi4, gaussian-field");
  refused("sample", "score = exact, guessed", "one of: exact, reference, learnt, none");
  refused("sample", "sampler = heun", "one of: euler-maruyama");
  refused("sample", "steps = 48,, 48", "a list with commas");
  refused("sample", "steps = 48,0", "an integer, 1 <= value");
  refused("network", "hidden = ", "a list with commas");
  refused("measure", "sources = 1; 2", "a list with commas between its entries");
  refused("measure", "sources = 1;2", "a number, with # before a comment, -10 <= value <= 10");
}

// Keys that contradict each other, each named with its value.
TEST(Deck, Contradictions) {
  expect_refused("[sample]\nscore = exact, learnt\nsteps = 1, 2, 3\n", {}, {"sample.steps has 3", "2 in sample.score"});
  expect_refused("[sample]\nsampler = ode2, ode4\n", {}, {"sample.sampler has 2", "1 in sample.score"});
  expect_refused("[sample]\nscore = exact, learnt\nsamples = 1000, 1000, 1000\n", {}, {"sample.samples has 3", "2 in sample.score"});
  expect_refused("[sample]\nscore = exact, learnt\nsamples = 1000, 100\n", {}, {"measure.bins = 250", "sample.samples = 100"});
  expect_refused("[sample]\nscore = exact, exact\n", {}, {"sample.score", "exact twice"});
  expect_refused("[forward]\nprocess = vp, 1\n", {}, {"forward.process", "vp twice"});
  expect_refused("[network]\nembedding = 7\n", {}, {"network.embedding = 7", "odd"});
  expect_refused("[generate]\nsamples = 100\n", {}, {"measure.bins = 250", "generate.samples = 100"});
  expect_refused("", {"--sample.samples=100"}, {"measure.bins = 250", "sample.samples = 100"});
  expect_refused("[train]\nsteps = 50\n", {}, {"train.warmup = 100", "train.steps = 50"});
}

// A key of another kind of model is refused where it is set, and is not part of the resolved deck. One that only waits for another
// setting may stand there.
TEST(Deck, KeysOfOtherModels) {
  expect_refused("[model]\nname = phi4\nmu0 = 1\n", {}, {"name.ini:3", "model.mu0", "model.name = phi4", "leave it out"});
  expect_refused("[model]\nkappa = 0.2\n", {}, {"name.ini:2", "model.kappa", "model.name = phi4, complex-phi4"});
  expect_refused("[model]\nname = gaussian-field\nlambda = 0.2\nkappa = 0.2\n", {}, {"model.lambda", "model.name = phi4"});
  expect_refused("[model]\nname = phi4\n", {"--train.steps=7"}, {"command line", "train.steps"});
  expect_refused("[generate]\nintegrator = omf2\n", {}, {"name.ini:2", "generate.integrator", "generate.algorithm = hmc"});
  const Params p = parse("[model]\nname = phi4\n[generate]\nintegrator = omf4\n", {"--generate.algorithm=langevin-corrected"});
  EXPECT_EQ(resolved_text(p).find("integrator"), std::string::npos);
  EXPECT_EQ(resolved_text(p).find("mu0"), std::string::npos);
  EXPECT_EQ(resolved_text(parse(resolved_text(p))), resolved_text(p));
  const std::string quartic = "[model]\nname = quartic\n";
  for (const char* key : {"cluster=5", "flip=yes", "acceleration=1", "integrator=omf2", "acceptance=0.8", "chains=4", "start=cold",
                          "start-file=a.h5", "import-file=a.npy", "import-dataset=/phi"})
    expect_refused(quartic, {std::string("--generate.") + key}, {"means nothing for model.name = quartic"});
}

// A key in a section that is not its own, and a comment of other programs.
TEST(Deck, WhatIsOftenMistaken) {
  expect_refused("[lattice]\nkappa = 0.2\n", {}, {"unknown key lattice.kappa; the nearest known one is model.kappa"});
  expect_refused("[sample]\nlevels = 8\n", {}, {"the nearest known one is train.levels"});
  expect_refused("[run]\nseed = 7 ; lucky\n", {}, {"name.ini:2: comments begin with #, not with ;"});
}

// What begins with its = was once cut outside of the text (found by fuzzing).
TEST(Deck, OverridesThatAreNone) {
  for (const char* item : {"= 4", "=", "", "-", "run.seed=7"})
    expect_refused("", {item}, {"command line: ", "expected --section.key=value"});
  for (const char* item : {"--", "--=4"}) expect_refused("", {item}, {"command line: unknown "});
}

// Keys that may wait for others are told, with what they wait for.
TEST(Deck, KeysWithoutEffect) {
  const std::string deck = "[model]\nname = phi4\n[network]\nkind = unet\nhidden = 64\nchannels = 8\n";
  EXPECT_EQ(keys_without_effect(parse_deck("name.ini", deck, {"--sample.score=learnt"})),
            std::vector<std::string>{"network.hidden (name.ini:5): for a zero-dimensional model, or network.kind = mlp"});
  EXPECT_EQ(keys_without_effect(parse_deck("name.ini", deck, {})).size(), 3u);
}

// Keys of a lattice run that contradict each other.
TEST(Deck, ContradictionsOnLattices) {
  const std::string phi4 = "[model]\nname = phi4\n";
  expect_refused(phi4, {"--lattice.size=32"}, {"lattice.size", "two numbers"});
  expect_refused(phi4, {"--lattice.process-grid=1,2"}, {"lattice.process-grid", "three numbers"});
  expect_refused(phi4, {"--lattice.size=65536,65536"}, {"lattice.size", "more than 1073741824 sites"});
  expect_refused(phi4, {"--generate.algorithm=langevin", "--generate.cluster=5"}, {"generate.cluster = 0"});
  expect_refused(phi4, {"--generate.algorithm=langevin", "--generate.cluster=0", "--generate.flip=yes"}, {"generate.flip = no"});
  expect_refused(phi4, {"--generate.algorithm=import"}, {"generate.import-file"});
  expect_refused(phi4, {"--generate.start=file"}, {"generate.start-file"});
  expect_refused(phi4, {"--generate.thermalisation=1000000000000"}, {"updates a chain, more than"});
  expect_refused(phi4, {"--sample.score=learnt", "--train.from=a.h5,"}, {"train.from = a.h5, names no file at one place"});
  expect_refused("[model]\nname = gaussian-field\n", {"--model.kappa=0.25"}, {"model.kappa = 0.25", "kappa < 0.25"});
}

// An imported file does not say how many chains made it: the deck must, for errors depend on it.
TEST(Deck, AnImportNeedsItsChains) {
  const std::string import = "[model]\nname = phi4\n[generate]\nalgorithm = import\nimport-file = a.npy\n";
  expect_refused(import, {}, {"name.ini:4", "generate.algorithm = import needs generate.chains", "set it"});
  EXPECT_EQ(parse(import, {"--generate.chains=16"}).generate.chains, 16);
  EXPECT_EQ(parse(import + "chains = 1\n").generate.chains, 1);
}

// An update has 2^20 steps at most, whatever moves the chains; an import has none.
TEST(Deck, StepsOfAnUpdate) {
  const std::string phi4 = "[model]\nname = phi4\n";
  for (const std::string algorithm : {"hmc", "langevin", "langevin-corrected"}) {
    const auto deck = [&](const std::string& step) {
      return std::vector<std::string>{"--generate.algorithm=" + algorithm, "--generate.trajectory=1", "--generate.step=" + step};
    };
    expect_refused(phi4, deck("1e-20"), {"generate.trajectory = 1", "generate.step = 1e-20", "1048576", "take a larger step"});
    expect_refused(phi4, deck("9.5e-7"), {"1048576"});
    EXPECT_EQ(parse(phi4, deck("9.6e-7")).generate.step, 9.6e-7);
  }
  parse(phi4, {"--generate.algorithm=import", "--generate.import-file=a.npy", "--generate.chains=1", "--generate.step=1e-20"});
}

// The minimum of the action must lie well within what energies are summed in.
TEST(Deck, CouplingsWhoseEnergiesCanBeSummed) {
  const auto deck = [](const std::string& kappa, const std::string& lambda) {
    return std::vector<std::string>{"--model.kappa=" + kappa, "--model.lambda=" + lambda};
  };
  const std::string phi4 = "[model]\nname = phi4\n";
  expect_refused(phi4, deck("10", "5e-4"), {"model.kappa = 10", "model.lambda = 5e-04", "take a larger lambda"});
  expect_refused(phi4, deck("0.3", "1e-300"), {"take a larger lambda"});
  EXPECT_EQ(parse(phi4, deck("10", "2e-3")).model.kappa, 10.0);  // 39^2/0.008 = 1.9e5
  EXPECT_EQ(parse(phi4, deck("0.2", "1e-300")).model.kappa, 0.2);
  EXPECT_EQ(parse(phi4, deck("1000", "1000")).model.kappa, 1000.0);
}

// Defaults that depend on the algorithm, where the deck does not set the key.
TEST(Deck, DefaultsOfAnAlgorithm) {
  const auto generate = [](const std::string& algorithm, const std::vector<std::string>& more) {
    std::vector<std::string> all = {"--generate.algorithm=" + algorithm};
    all.insert(all.end(), more.begin(), more.end());
    return parse("[model]\nname = phi4\n", all);
  };
  EXPECT_EQ(generate("hmc", {}).generate.cluster, 5);
  EXPECT_EQ(generate("langevin", {}).generate.cluster, 0);
  EXPECT_EQ(generate("langevin-corrected", {}).generate.cluster, 5);
  EXPECT_EQ(generate("hmc", {}).generate.acceptance, 0.9);
  EXPECT_EQ(generate("langevin-corrected", {}).generate.acceptance, 0.57);
  EXPECT_EQ(generate("langevin-corrected", {"--generate.acceptance=0.9"}).generate.acceptance, 0.9);
  const std::string resolved = resolved_text(generate("langevin-corrected", {}));
  EXPECT_NE(resolved.find("acceptance = 0.57\n"), std::string::npos) << resolved;
  EXPECT_EQ(resolved_text(parse(resolved)), resolved);
}

// One entry of samples, sampler and steps serves all scores; else each has its own.
TEST(Deck, EntriesOfAScore) {
  const SampleParams one = parse("[sample]\nscore = exact, learnt\nsamples = 30000\nsampler = ode2\nsteps = 5\n").sample;
  EXPECT_EQ(samples_of(one, 1), 30000);
  EXPECT_EQ(sampler_of(one, 1), "ode2");
  EXPECT_EQ(steps_of(one, 1), 5);
  const SampleParams two = parse("[sample]\nscore = exact, learnt\nsamples = 30000, 40000\nsampler = ode2, sde4\nsteps = 5, 6\n").sample;
  EXPECT_EQ(samples_of(two, 1), 40000);
  EXPECT_EQ(sampler_of(two, 1), "sde4");
  EXPECT_EQ(steps_of(two, 0), 5);
}

// The settings of a section are its physics keys with the values of the deck; others, and single keys, are there if they are named.
TEST(Deck, SettingsOf) {
  Params p;
  for (const Key& key : all_keys()) {
    if (const std::string value = test::other_value(key); !value.empty()) key.set(p, value);
  }
  const std::vector<std::string> wanted = {"run.seed", "model", "train", "generate.samples", "sample.steps", "run.threads"};
  Settings expected;
  for (const Key& key : all_keys()) {
    const bool in_section = (key.section == "model" || key.section == "train") && key.key_class == KeyClass::physics;
    if (in_section || std::find(wanted.begin(), wanted.end(), key.full_name()) != wanted.end()) {
      if (key.applies(p)) expected.emplace_back(key.full_name(), key.get(p));
    }
  }
  EXPECT_EQ(settings_of(p, wanted), expected);
  EXPECT_GT(expected.size(), 12u);
  EXPECT_EQ(settings_of(p, {"train.steps"}), (Settings{{"train.steps", "26"}}));
  EXPECT_EQ(settings_of(p, {"generate", "run.output"}), (Settings{{"run.output", "elsewhere"}}));  // generate has no physics keys here
  EXPECT_EQ(settings_of(p, {}), Settings{});
}

// A jackknife bin needs a block of configurations of its own, in every file that is measured.
TEST(Deck, BinsNeedBlocks) {
  const std::string enough = std::to_string(20 * kSmallestBlock), short_of = std::to_string(20 * kSmallestBlock - 1);
  const auto deck = [](const std::string& generate, const std::string& sample) {
    return "[generate]\nsamples = " + generate + "\n[sample]\nsamples = " + sample + "\n[measure]\nbins = 20\n";
  };
  EXPECT_EQ(parse(deck(enough, enough)).measure.bins, 20);
  expect_refused(deck(short_of, enough), {}, {"measure.bins = 20", "generate.samples = " + short_of, "64 configurations"});
  expect_refused(deck(enough, short_of), {}, {"measure.bins = 20", "sample.samples = " + short_of, "64 configurations"});
}

// Durations as batch systems write them, or in seconds.
TEST(Deck, Walltime) {
  const auto walltime = [](const std::string& text) { return parse("", {"--run.walltime=" + text}).run.walltime; };
  EXPECT_EQ(walltime("0"), 0.0);
  EXPECT_EQ(walltime("90.5"), 90.5);
  EXPECT_EQ(walltime("1:30:05"), 5405.0);
  EXPECT_EQ(walltime("0:00:59"), 59.0);
  EXPECT_EQ(walltime("240:00:00"), 864000.0);
  for (const std::string bad : {"", "-1", "1:30", "0:60:00", "0:00:60", "1:00:00:00", "1:00:00:", ":1:00", "1::00", "1h", "inf", "nan"}) {
    expect_refused("", {"--run.walltime=" + bad}, {"run.walltime = " + bad, "seconds or h:mm:ss"});
  }
}

// How much is made between two checkpoints, and how often there is one.
TEST(Deck, BatchAndCheckpoint) {
  const RunParams run = parse("[run]\nbatch = 1e5\ncheckpoint = 0.5\n").run;
  EXPECT_EQ(run.batch, 100000);
  EXPECT_EQ(run.checkpoint, 0.5);
  EXPECT_EQ(parse("").run.batch, 0);
  EXPECT_EQ(parse("").run.checkpoint, 60.0);
  expect_refused("[run]\nbatch = -1\n", {}, {"run.batch = -1", "an integer, 0 <= value"});
  expect_refused("[run]\ncheckpoint = -1\n", {}, {"run.checkpoint = -1", "a number, 0 <= value"});
}

// The resolved text of every deck of input/ is a deck that gives the same run; so it is with an energy.
TEST(Deck, ResolvedDecksAreDecks) {
  int decks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(__FILE__).parent_path() / "../../input")) {
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--network.energy=yes"}}) {
      if (!more.empty() && text.find("name = quartic") == std::string::npos) continue;
      if (!more.empty() && text.find("score = learnt") == std::string::npos) continue;
      const std::string resolved = resolved_text(parse_deck(entry.path(), text, more).params);
      EXPECT_EQ(resolved_text(parse_deck("resolved.ini", resolved, {}).params), resolved) << entry.path();
      ++decks;
    }
  }
  EXPECT_GT(decks, 25);
}

// Numbers are written in the shortest form that reads back as the same.
TEST(Keys, Shortest) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(shortest(1e6), "1e+06");
  EXPECT_EQ(shortest(-2.0), "-2");
}

// `status` of a folder is that of the folder which the root sees: what other ranks find under its name does not matter.
TEST(CommandLine, FolderAsTheRootSeesIt) {
  const test::SharedFolder folder;
  const Comm& comm = test::world();
  if (comm.is_root()) test::write_bytes(folder / "deck.ini", "[run]\nseed = 5\n");
  const CommandLine line{"status", comm.is_root() ? (folder / "").string() : "no such folder", {}, false};
  const RunParams run = read_deck(comm, line).params.run;
  EXPECT_EQ(run.seed, 5);
  EXPECT_EQ(std::filesystem::path(run.output), folder / "");
}

}  // namespace
}  // namespace scorefield
