#include "deck/keys.h"

#include <algorithm>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "deck/key_builders.h"

namespace scorefield {

using namespace keys;

namespace {

std::string to_text(const Process& value) { return value.name[0] == 'c' ? shortest(value.c) : value.name; }

Process parse_process(const std::string& text) {
  if (text == "ve") return {"ve", 0.0};
  if (text == "vp") return {"vp", 1.0};
  try {
    const double c = parse_number<double>(text, {0.0, 1.0});
    if (c == 0.0) return {"ve", c};
    if (c == 1.0) return {"vp", c};
    return {std::string("c").append(shortest(c)), c};
  } catch (const std::invalid_argument&) {
    throw std::invalid_argument("ve, vp, or a number c, 0 <= value <= 1");
  }
}

Key process_key() {
  return {"forward",
          "process",
          "processes",
          "ve, vp, or c with 0 <= c <= 1",
          "",
          "forward processes, each with its own outputs",
          KeyClass::select,
          [](Params& p, const std::string& text) {
            std::vector<Process> values;
            for (const auto& part : split(text)) values.push_back(parse_process(part));
            p.forward.process = values;
          },
          [](const Params& p) { return join(p.forward.process, [](const Process& v) { return to_text(v); }); }};
}

/// Seconds of a duration: a number, or h:mm:ss as batch systems write it.
double parse_duration(const std::string& text) {
  const char* expected = "seconds or h:mm:ss, 0 <= value, mm and ss below 60";
  double seconds = 0.0;
  int parts = 0;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ':'); ++parts) {
    try {
      seconds = 60.0 * seconds + (parts == 0 ? parse_number<double>(part, {0, 1e9}) : parse_number<double>(part, {0, 60, false, true}));
    } catch (const std::invalid_argument&) {
      throw std::invalid_argument(expected);
    }
  }
  if ((parts != 1 && parts != 3) || text.back() == ':') throw std::invalid_argument(expected);
  return seconds;
}

Key walltime_key() {
  return {"run",
          "walltime",
          "duration",
          "seconds or h:mm:ss",
          "",
          "stop in time with a checkpoint (exit code 85), this long after the start; 0: no limit",
          KeyClass::free,
          [](Params& p, const std::string& text) { p.run.walltime = parse_duration(text); },
          [](const Params& p) { return shortest(p.run.walltime); }};
}

std::vector<Key> run_and_model_keys() {
  using enum KeyClass;
  const SectionKeys<RunParams> run{"run", &Params::run};
  const SectionKeys<ModelParams> model{"model", &Params::model};
  const SectionKeys<GenerateParams> generate{"generate", &Params::generate};
  return {
      run.number("seed", &RunParams::seed, {0, 9e18}, "", physics, "seed of every random number of the run"),
      run.text("output", &RunParams::output, free, "output folder; empty: out/<deck's name>"),
      run.number("threads", &RunParams::threads, {0, 4096}, "", free, "OpenMP threads of a rank; 0: the node's cores over its ranks"),
      run.number("batch", &RunParams::batch, {0, 1e9}, "configurations", free,
                 "made between two points where the program can stop; 0: 131072 a core"),
      run.number("checkpoint", &RunParams::checkpoint, {0, 1e6}, "seconds", free, "time between checkpoints"),
      walltime_key(),
      model.choice("name", &ModelParams::name, {"two-peak"}, physics, "what is simulated"),
      model.number("mu0", &ModelParams::mu0, {0, 1e3}, "field", physics, "distance of each peak from 0"),
      model.number("sigma0", &ModelParams::sigma0, {0, 1e3, true}, "field", physics, "width of each peak"),
      model.number("weight", &ModelParams::weight, {0, 1}, "", physics, "share of the peak at +mu0"),
      generate.number("samples", &GenerateParams::samples, {1, 1e12}, "configurations", extend, "size of the ensemble"),
  };
}

std::vector<Key> forward_and_network_keys() {
  using enum KeyClass;
  const SectionKeys<ForwardParams> forward{"forward", &Params::forward};
  const SectionKeys<NetworkParams> network{"network", &Params::network};
  return {
      process_key(),
      forward.number("sigma", &ForwardParams::sigma, {1, 1e6, true}, "", physics, "base of the noise g(t) = sigma^t"),
      forward.number("noise-min", &ForwardParams::noise_min, {1e-4, 1, false, true}, "standard deviations of the data", physics,
                     "noise over signal at the last step before the one without noise"),
      forward.number("times", &ForwardParams::times, {2, 10000}, "", physics, "times from 0 to 1 at which the forward process is recorded"),
      network.numbers("hidden", &NetworkParams::hidden, {1, 65536}, "units", physics, "widths of the hidden layers"),
      network.number("embedding", &NetworkParams::embedding, {2, 65536}, "features", physics,
                     "random Fourier features of the noise level (even)"),
      network.number("embedding-scale", &NetworkParams::embedding_scale, {0, 100, true}, "", physics,
                     "standard deviation of their frequencies"),
      network.choice("activation", &NetworkParams::activation, {"silu", "tanh", "leaky-relu"}, physics,
                     "non-linearity of the hidden layers"),
      network.choice("symmetry", &NetworkParams::symmetry, {"none", "odd"}, physics,
                     "odd: s(-x) = -s(x) by construction, at twice the cost"),
  };
}

std::vector<Key> train_keys() {
  using enum KeyClass;
  const SectionKeys<TrainParams> train{"train", &Params::train};
  return {
      train.number("steps", &TrainParams::steps, {1, 1e9}, "optimiser steps", extend, "length of the training"),
      train.number("levels", &TrainParams::levels, {1, 1e6}, "", physics, "noise levels in a batch, one a stratum"),
      train.number("per-level", &TrainParams::per_level, {1, 1e7}, "configurations", physics,
                   "configurations at each level; batch = levels x per-level, over all ranks"),
      train.number("learning-rate", &TrainParams::learning_rate, {0, 1, true}, "", physics, "peak learning rate of Adam"),
      train.number("warmup", &TrainParams::warmup, {0, 1e9}, "steps", physics, "linear rise of the learning rate"),
      train.choice("schedule", &TrainParams::schedule, {"cosine", "linear", "constant"}, physics,
                   "fall of the learning rate to 0 at the last step"),
      train.number("beta1", &TrainParams::beta1, {0, 1, false, true}, "", physics, "Adam: decay of the mean gradient"),
      train.number("beta2", &TrainParams::beta2, {0, 1, false, true}, "", physics, "Adam: decay of its square"),
      train.number("averaging", &TrainParams::averaging, {0, 1e6, true}, "", physics,
                   "exponent p of the average of the weights that is sampled with: step n counts as n^p"),
      train.choice("level-density", &TrainParams::level_density, {"mixed", "log-noise", "uniform-time"}, physics,
                   "density of the noise levels: uniform in l = -asinh(sd f / sqrt(Xi)) for log-noise, in t for uniform-time; mixed: "
                   "60 % log-noise and 40 % uniform in the angle atan(sqrt(Xi)/(f sd))"),
      train.choice("weight", &TrainParams::weight, {"unit", "xi", "sqrt-xi"}, physics,
                   "weight of a level in the loss: 1 for the preconditioned target, or lambda(t) = Xi or sqrt(Xi) for the score"),
  };
}

std::vector<Key> sample_and_measure_keys() {
  using enum KeyClass;
  const SectionKeys<SampleParams> sample{"sample", &Params::sample};
  const SectionKeys<MeasureParams> measure{"measure", &Params::measure};
  return {
      sample.numbers("samples", &SampleParams::samples, {1, 1e12}, "configurations", select,
                     "configurations made: one number for all scores, or one for each"),
      sample.choices("score", &SampleParams::score, {"exact", "learnt"}, select, "score that drives the backward process"),
      sample.choices("sampler", &SampleParams::sampler, {"euler-maruyama", "predictor-corrector", "ode2", "ode4", "adams4", "sde2", "sde4"},
                     select, "integrator of the backward process: one for all scores, or one for each"),
      sample.numbers("steps", &SampleParams::steps, {1, 1e6}, "", select, "its steps: one for all scores, or one for each"),
      sample.number("records", &SampleParams::records, {2, 10000}, "", physics,
                    "times at which the backward process is recorded, at most steps + 1"),
      sample.number("corrector-snr", &SampleParams::corrector_snr, {0, 1, true}, "", physics,
                    "signal to noise of a Langevin correction (predictor-corrector)"),
      measure.number("bins", &MeasureParams::bins, {16, 512}, "", physics, "jackknife bins"),
      measure.numbers("sources", &MeasureParams::sources, {-10, 10}, "inverse standard deviations", physics,
                      "sources J at which the generating function W[J] is recorded"),
      measure.number("histogram-bins", &MeasureParams::histogram_bins, {2, 100000}, "", physics,
                     "cells of the histograms, over five standard deviations to each side"),
  };
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string shortest(double value) {
  std::string text(32, '\0');
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  text.resize(static_cast<std::size_t>(result.ptr - text.data()));
  return text;
}

const std::vector<Key>& all_keys() {
  static const std::vector<Key> keys = [] {
    std::vector<Key> all;
    for (const auto& part : {run_and_model_keys(), forward_and_network_keys(), train_keys(), sample_and_measure_keys()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return keys;
}

const Key* find_key(const std::string& full_name) {
  const auto& keys = all_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.full_name() == full_name; });
  return found == keys.end() ? nullptr : &*found;
}

std::string nearest_key(const std::string& full_name) {
  const auto& keys = all_keys();
  const auto nearest = std::min_element(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
    return edit_distance(a.full_name(), full_name) < edit_distance(b.full_name(), full_name);
  });
  return nearest->full_name();
}

}  // namespace scorefield
