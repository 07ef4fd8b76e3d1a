#include "deck/key_table.h"

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

const Key::Condition kTwoPeak{"model.name = two-peak", [](const Params& p) { return has_law(p.model); }};
const Key::Condition kDiffusion{"model.name = two-peak, phi4 or gaussian-field",
                                [](const Params& p) { return has_law(p.model) || is_real_field(p.model); }};
const Key::Condition kWalkers{"model.name = gaussian or quartic", [](const Params& p) { return is_walker(p.model); }};
const Key::Condition kQuartic{"model.name = quartic", [](const Params& p) { return p.model.name == "quartic"; }};
const Key::Condition kPoints{"a zero-dimensional model", [](const Params& p) { return !is_lattice(p.model); }};
const Key::Condition kLattice{"a model on a lattice", [](const Params& p) { return is_lattice(p.model); }};
const Key::Condition kComplexPhi4{"model.name = complex-phi4", [](const Params& p) { return p.model.name == "complex-phi4"; }};
const Key::Condition kBoseGas{"model.name = bose-gas", [](const Params& p) { return p.model.name == "bose-gas"; }};
const Key::Condition kHopping{"model.name = phi4, complex-phi4 or gaussian-field",
                              [](const Params& p) { return is_lattice(p.model) && !kBoseGas.holds(p); }};
const Key::Condition kInteracting{"model.name = phi4, complex-phi4, bose-gas or quartic",
                                  [](const Params& p) { return p.model.name == "phi4" || is_complex_field(p.model) || kQuartic.holds(p); }};
const Key::Condition kComplexCoupling{"model.name = complex-phi4 or quartic",
                                      [](const Params& p) { return kComplexPhi4.holds(p) || kQuartic.holds(p); }};
const Key::Condition kHistograms{"a real field or a zero-dimensional model", [](const Params& p) { return !is_complex_field(p.model); }};
/// Those below depend on what another key is set to, for which keys may wait.
bool is_no_law(const Params& p) { return !has_law(p.model); }
bool is_field(const Params& p) { return is_real_field(p.model); }
const Key::Condition kProcess{"a diffusion model: two-peak, or a real field with sample.score other than none", diffuses, is_field};
const Key::Condition kNetwork{"two-peak, or a field with network.kind other than features",
                              [](const Params& p) { return has_law(p.model) || (has_field_network(p) && diffuses(p)); }, has_field_network};
const Key::Condition kConvolutions{"network.kind = unet or resnet",
                                   [](const Params& p) { return has_field_network(p) && diffuses(p) && p.network.kind != "mlp"; },
                                   has_field_network};
const Key::Condition kUnet{"network.kind = unet",
                           [](const Params& p) { return has_field_network(p) && diffuses(p) && p.network.kind == "unet"; },
                           has_field_network};
const Key::Condition kDense{
    "two-peak, or network.kind = mlp",
    [](const Params& p) { return has_law(p.model) || (has_field_network(p) && diffuses(p) && p.network.kind == "mlp"); },
    has_field_network};
const Key::Condition kFieldNetwork{"network.kind other than features", [](const Params& p) { return has_field_network(p) && diffuses(p); },
                                   has_field_network};
const Key::Condition kFieldScore{"a diffusion model of a real field", [](const Params& p) { return is_real_field(p.model) && diffuses(p); },
                                 is_field};
const Key::Condition kHmc{"generate.algorithm = hmc", [](const Params& p) { return is_lattice(p.model) && p.generate.algorithm == "hmc"; },
                          is_no_law};
const Key::Condition kLangevin{
    "generate.algorithm = langevin, or complex Langevin",
    [](const Params& p) { return is_walker(p.model) || (is_lattice(p.model) && p.generate.algorithm == "langevin"); }, is_no_law};
const Key::Condition kRejecting{
    "generate.algorithm = hmc or langevin-corrected",
    [](const Params& p) { return kHmc.holds(p) || (is_lattice(p.model) && p.generate.algorithm == "langevin-corrected"); }, is_no_law};
const Key::Condition kImport{"generate.algorithm = import",
                             [](const Params& p) { return is_lattice(p.model) && p.generate.algorithm == "import"; }, is_no_law};
const Key::Condition kChains{"a model on a lattice", [](const Params& p) { return is_lattice(p.model) && !kImport.holds(p); }, is_no_law};
const Key::Condition kRealChains{"a real field on a lattice", [](const Params& p) { return kChains.holds(p) && !is_complex(p.model); },
                                 is_no_law};
const Key::Condition kMoves{"a model on a lattice, or complex Langevin",
                            [](const Params& p) { return kChains.holds(p) || is_walker(p.model); }, is_no_law};
const Key::Condition kComplexMoves{"a model of complex Langevin", [](const Params& p) { return kMoves.holds(p) && is_complex(p.model); }};
const Key::Condition kFromFile{"generate.start = file", [](const Params& p) { return kChains.holds(p) && p.generate.start == "file"; },
                               is_no_law};

/// The keys with the condition that they share.
std::vector<Key> only(const Key::Condition& condition, std::vector<Key> keys) {
  for (Key& key : keys) key.condition = condition;
  return keys;
}

std::vector<Key> run_keys() {
  using enum KeyClass;
  const SectionKeys<RunParams> run{"run", &Params::run};
  return {
      run.number("seed", &RunParams::seed, {0, 9e18}, "", physics, "seed of every random number of the run"),
      run.text("output", &RunParams::output, free, "output folder; empty: out/<deck's name>"),
      run.choice("device", &RunParams::device, {"auto", "cpu", "cuda"}, free,
                 "where networks of fields compute; auto: on a CUDA device where there is one"),
      run.number("threads", &RunParams::threads, {0, 4096}, "", free, "OpenMP threads of a rank; 0: the node's cores over its ranks"),
      run.number("batch", &RunParams::batch, {0, 1e9}, "configurations", free,
                 "made between two points where the program can stop; 0: chosen, 131072 a core; on a lattice 2^20 numbers a core, in whole "
                 "sweeps of the chains"),
      run.number("checkpoint", &RunParams::checkpoint, {0, 1e6}, "seconds", free, "time between checkpoints"),
      walltime_key(),
  };
}

std::vector<Key> lattice_keys() {
  using enum KeyClass;
  const SectionKeys<LatticeParams> lattice{"lattice", &Params::lattice};
  return only(kLattice, {
                            lattice.numbers("size", &LatticeParams::size, {2, 65536}, "sites", physics, "extents in y and x, periodic"),
                            lattice.numbers("process-grid", &LatticeParams::process_grid, {0, 65536}, "", free,
                                            "replicas, which share the chains; ranks along y and along x in each; 0: chosen"),
                        });
}

std::vector<Key> model_keys() {
  using enum KeyClass;
  const SectionKeys<ModelParams> model{"model", &Params::model};
  Key name =
      model.choice("name", &ModelParams::name, {"two-peak", "phi4", "gaussian-field", "gaussian", "quartic", "complex-phi4", "bose-gas"},
                   physics, "what is simulated");
  Key kappa = model.number("kappa", &ModelParams::kappa, {0, 1e3}, "", physics, "hopping parameter");
  Key lambda = model.number("lambda", &ModelParams::lambda, {-1e3, 1e3}, "", physics,
                            "quartic coupling, positive; not set: 1 for quartic and bose-gas, else 0.022");
  Key lambda_im = model.number("lambda-im", &ModelParams::lambda_im, {-1e3, 1e3}, "", physics, "its imaginary part");
  kappa.condition = kHopping;
  lambda.condition = kInteracting;
  Key mass = model.number("mass", &ModelParams::mass, {-1e3, 1e3}, "", physics, "coefficient of phi^2, 1 - 2 lambda in the real theory");
  Key mass_im = model.number("mass-im", &ModelParams::mass_im, {-1e3, 1e3}, "", physics, "its imaginary part");
  Key mass_squared = model.number("mass-squared", &ModelParams::mass_squared, {-1e3, 1e3}, "", physics, "m^2");
  Key mu = model.number("mu", &ModelParams::mu, {-10, 10}, "", physics, "chemical potential");
  mass_squared.condition = kBoseGas;
  mu.condition = kBoseGas;
  mass.condition = kComplexPhi4;
  mass_im.condition = kComplexPhi4;
  lambda_im.condition = kComplexCoupling;
  std::vector<Key> keys =
      only(kTwoPeak, {
                         model.number("mu0", &ModelParams::mu0, {0, 1e3}, "field", physics, "distance of each peak from 0"),
                         model.number("sigma0", &ModelParams::sigma0, {0, 1e3, true}, "field", physics, "width of each peak"),
                         model.number("weight", &ModelParams::weight, {0, 1}, "", physics, "share of the peak at +mu0"),
                     });
  keys.insert(keys.begin(), {name, kappa, lambda, lambda_im, mass, mass_im, mass_squared, mu});
  for (const Key& key : only(kWalkers, {model.number("a", &ModelParams::a, {-1e3, 1e3}, "", physics,
                                                     "real part of sigma_0 in S = sigma_0 z^2/2 + lambda z^4/4"),
                                        model.number("b", &ModelParams::b, {-1e3, 1e3}, "", physics, "its imaginary part")})) {
    keys.push_back(key);
  }
  return keys;
}

/// The keys of runs that make their own configurations.
std::vector<Key> chain_keys(const SectionKeys<GenerateParams>& generate) {
  using enum KeyClass;
  Key integrator = generate.choice("integrator", &GenerateParams::integrator, {"leapfrog", "omf2", "omf4"}, physics,
                                   "leapfrog, or minimum-norm schemes of second and fourth order");
  Key scheme = generate.choice("scheme", &GenerateParams::scheme, {"euler", "second-order", "exact"}, physics,
                               "order of the step's errors; exact: the gaussian model's transition over an update");
  Key acceptance = generate.number(
      "acceptance", &GenerateParams::acceptance, {0, 1, false, true}, "", physics,
      "for which the step size is tuned during thermalisation; 0: the step stays; not set: 0.9, or 0.57 for langevin-corrected");
  Key file = generate.text("start-file", &GenerateParams::start_file, physics, "an ensemble of this lattice, its last configurations");
  Key start = generate.choice("start", &GenerateParams::start, {"hot", "cold", "mixed", "file"}, physics,
                              "first configurations: random, 1 or -1 on all sites, chains of both kinds, or from a file");
  start.condition = kChains;
  integrator.condition = kHmc;
  scheme.condition = kLangevin;
  acceptance.condition = kRejecting;
  file.condition = kFromFile;
  std::vector<Key> keys = only(
      kMoves,
      {generate.number("trajectory", &GenerateParams::trajectory, {0, 1e6, true}, "", physics,
                       "length of an update: molecular-dynamics or Langevin time; not set: 1, or 0.5 for gaussian and quartic"),
       generate.number("step", &GenerateParams::step, {0, 10, true}, "", physics,
                       "step size in this time; where it is tuned, that of the first update; not set: 0.1, 0.01 for gaussian and quartic, "
                       "or 0.005 for complex-phi4 and bose-gas"),
       generate.number("thermalisation", &GenerateParams::thermalisation, {0, 1e12}, "updates", physics,
                       "made before the first configuration; not set: 200, or 20 for gaussian and quartic"),
       generate.number("separation", &GenerateParams::separation, {1, 1e9}, "updates", physics,
                       "between configurations of a chain or walker; not set: 5, or 1 for gaussian and quartic")});
  for (const Key& key :
       only(kRealChains,
            {generate.number("acceleration", &GenerateParams::acceleration, {0, 1e3}, "inverse lattice units", physics,
                             "mass of the Fourier kernel (m^2 + 8)/(m^2 + khat^2) that speeds up slow modes; 0: none"),
             generate.number("cluster", &GenerateParams::cluster, {0, 1e9}, "updates", physics,
                             "a cluster update of the signs after every so many; 0: none; not set: 5, or 0 for langevin"),
             generate.choice("flip", &GenerateParams::flip, {"no", "yes"}, physics, "the sign of each chain anew after every update")})) {
    keys.push_back(key);
  }
  keys.insert(keys.end(), {start, integrator, scheme, acceptance, file});
  return keys;
}

/// The keys of complex Langevin.
std::vector<Key> walker_keys(const SectionKeys<GenerateParams>& generate) {
  using enum KeyClass;
  Key length = generate.number("length", &GenerateParams::length, {1, 64}, "configurations", physics,
                               "that a walker leaves: 1, 2, 4, ... or 64; walkers are as many as the samples need");
  length.condition = kWalkers;
  std::vector<Key> keys =
      only(kComplexMoves, {generate.number("noise-y", &GenerateParams::noise_y, {-1e3, 1e3}, "", physics,
                                           "noise N_y >= 0 of the imaginary part; that of the real part is 1 + N_y"),
                           generate.number("largest-drift", &GenerateParams::largest_drift, {0, 1e3}, "field", physics,
                                           "drift times step above which steps of a walker or chain are made shorter; 0: never; not set: "
                                           "0.1, or 0.5 for complex-phi4 and bose-gas")});
  keys.insert(keys.begin(), length);
  return keys;
}

std::vector<Key> generate_keys() {
  using enum KeyClass;
  const SectionKeys<GenerateParams> generate{"generate", &Params::generate};
  std::vector<Key> keys = only(
      kLattice,
      {generate.choice("algorithm", &GenerateParams::algorithm, {"hmc", "langevin", "langevin-corrected", "import"}, physics,
                       "hybrid Monte Carlo, the Langevin equation, that with Metropolis correction of each step, or "
                       "configurations made elsewhere"),
       generate.number("chains", &GenerateParams::chains, {1, 1e9}, "", physics, "independent Markov chains"),
       generate.choice("precision", &GenerateParams::precision, {"float64", "float32"}, physics, "of the configurations in the file")});
  keys.insert(keys.begin(),
              generate.number("samples", &GenerateParams::samples, {1, 1e12}, "configurations", extend, "size of the ensemble"));
  for (const auto& part :
       {chain_keys(generate), walker_keys(generate),
        only(kImport, {generate.text("import-file", &GenerateParams::import_file, physics, "array (N, Ly, Lx) of numbers: .npy, or HDF5"),
                       generate.text("import-dataset", &GenerateParams::import_dataset, physics, "its name in an HDF5 file")})}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  return keys;
}

std::vector<Key> forward_keys() {
  using enum KeyClass;
  const SectionKeys<ForwardParams> forward{"forward", &Params::forward};
  return only(kProcess,
              {
                  process_key(),
                  forward.number("sigma", &ForwardParams::sigma, {1, 1e6, true}, "", physics,
                                 "base of the noise g(t) = sigma^t; not set: 10, or 1000 for fields with ve alone"),
                  forward.number("noise-min", &ForwardParams::noise_min, {1e-4, 1, false, true}, "standard deviations of the data", physics,
                                 "noise over signal at the last step before the one without noise"),
                  forward.number("times", &ForwardParams::times, {2, 10000}, "", physics,
                                 "times from 0 to 1 at which the forward process is recorded; not set: 41, or 21 for fields"),
              });
}

std::vector<Key> network_keys() {
  using enum KeyClass;
  const SectionKeys<NetworkParams> network{"network", &Params::network};
  std::vector<Key> keys =
      only(kFieldScore,
           {network.choice("reference", &NetworkParams::reference, {"none", "gaussian", "mixture"}, physics,
                           "under the score: white noise, the Gaussian with the ensemble's propagator, or two about +-m (a broken phase)"),
            network.number("peaks", &NetworkParams::peaks, {0, 64}, "", physics,
                           "pairs of Gaussians fitted to the zero mode, whose law the score then has; 0: that of the reference"),
            network.number("order", &NetworkParams::order, {0, 7}, "", physics,
                           "largest power of the field among the features of the score; 0: none, under a network"),
            network.choice("kind", &NetworkParams::kind, {"features", "mlp", "unet", "resnet"}, physics,
                           "the score of a field beside its reference: features alone, or a network on top of them")});
  for (const Key& key :
       only(kConvolutions, {network.numbers("channels", &NetworkParams::channels, {1, 4096}, "", physics,
                                            "of the blocks of a resnet, or the resolutions of a unet from fine to coarse"),
                            network.choice("padding", &NetworkParams::padding, {"circular", "zeros"}, physics,
                                           "what convolutions see beyond the edge: the lattice is periodic, zeros break translations"),
                            network.choice("normalisation", &NetworkParams::normalisation, {"none", "group"}, physics,
                                           "of groups of eight channels, with scale and shift")})) {
    keys.push_back(key);
  }
  for (const auto& part :
       {only(kUnet, {network.number("stride", &NetworkParams::stride, {1, 16}, "sites", physics, "between resolutions; 1: all alike")}),
        only(kDense, {network.numbers("hidden", &NetworkParams::hidden, {1, 65536}, "units", physics, "widths of the hidden layers")})}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  for (const Key& key :
       only(kNetwork,
            {
                network.number("embedding", &NetworkParams::embedding, {2, 65536}, "features", physics,
                               "random Fourier features of the noise level (even)"),
                network.number("embedding-scale", &NetworkParams::embedding_scale, {0, 100, true}, "", physics,
                               "standard deviation of their frequencies"),
                network.choice("activation", &NetworkParams::activation, {"silu", "tanh", "leaky-relu", "cubic"}, physics,
                               "non-linearity; cubic: h^3/(1 + h^2), for fields; not set: silu, or cubic for fields"),
                network.choice(
                    "symmetry", &NetworkParams::symmetry, {"none", "odd"}, physics,
                    "odd: s(-x) = -s(x) by construction, at twice the cost unless the activation is odd; not set: none, or odd for fields"),
            })) {
    keys.push_back(key);
  }
  return keys;
}

std::vector<Key> train_keys() {
  using enum KeyClass;
  const SectionKeys<TrainParams> train{"train", &Params::train};
  std::vector<Key> keys =
      only(kProcess,
           {train.number("levels", &TrainParams::levels, {1, 1e6}, "", physics,
                         "noise levels: in a batch, one a stratum; for fields, those that are fitted, evenly spaced; not set: 128, or 65"),
            train.number("per-level", &TrainParams::per_level, {1, 1e7}, "configurations", physics,
                         "configurations at each level; batch = levels x per-level, over all ranks; not set: 256, or 4096 for fields")});
  for (const auto& part :
       {only(kFieldScore,
             {train.choice(
                  "target", &TrainParams::target, {"posterior", "sample"}, physics,
                  "what the score of a field learns from: the mean of phi_0 given the noisy field, by a Markov chain from the phi_0 "
                  "that made it, or this phi_0 itself"),
              train.text("from", &TrainParams::from, physics,
                         "a model of this theory on another lattice, model-P.h5, whose features are taken over instead of fitted"),
              train.number("updates", &TrainParams::updates, {1, 1e6}, "updates", physics, "of such a chain"),
              train.number("calibration", &TrainParams::calibration, {0, 1e7}, "configurations", physics,
                           "run down the fitted levels, to keep the two-point function on its course there; 0: none"),
              train.number("validation", &TrainParams::validation, {0, 1e7}, "configurations", physics,
                           "at each level, for the distance to the exact denoiser; 0: not told")}),
        only(kNetwork,
             {
                 train.number("steps", &TrainParams::steps, {1, 1e9}, "optimiser steps", extend, "length of the training"),
                 train.number("learning-rate", &TrainParams::learning_rate, {0, 1, true}, "", physics, "peak learning rate of Adam"),
                 train.number("warmup", &TrainParams::warmup, {0, 1e9}, "steps", physics, "linear rise of the learning rate"),
                 train.choice("schedule", &TrainParams::schedule, {"cosine", "linear", "constant"}, physics,
                              "fall of the learning rate to 0 at the last step"),
                 train.number("beta1", &TrainParams::beta1, {0, 1, false, true}, "", physics, "Adam: decay of the mean gradient"),
                 train.number("beta2", &TrainParams::beta2, {0, 1, false, true}, "", physics, "Adam: decay of its square"),
                 train.number("averaging", &TrainParams::averaging, {0, 1e6, true}, "", physics,
                              "exponent p of the average of the weights that is sampled with: step n counts as n^p"),
                 train.number("clip", &TrainParams::clip, {0, 1e9}, "", physics, "largest norm of a gradient; 0: none"),
             }),
        only(kFieldNetwork,
             {train.number("batch", &TrainParams::batch, {8, 1e7}, "configurations", physics, "of an optimiser step, over all ranks")}),
        only(
            kTwoPeak,
            {
                train.choice(
                    "level-density", &TrainParams::level_density, {"mixed", "log-noise", "uniform-time"}, physics,
                    "density of the noise levels: uniform in l = -asinh(sd f / sqrt(Xi)) for log-noise, in t for uniform-time; mixed: "
                    "60 % log-noise and 40 % uniform in the angle atan(sqrt(Xi)/(f sd))"),
                train.choice("weight", &TrainParams::weight, {"unit", "xi", "sqrt-xi"}, physics,
                             "weight of a level in the loss: 1 for the preconditioned target, or lambda(t) = Xi or sqrt(Xi) for the score"),
            })}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  return keys;
}

std::vector<Key> sample_keys() {
  using enum KeyClass;
  const SectionKeys<SampleParams> sample{"sample", &Params::sample};
  Key score = sample.choices("score", &SampleParams::score, {"exact", "reference", "learnt", "none"}, select,
                             "scores that drive the backward process; reference: of the Gaussian or mixture alone; none: no diffusion "
                             "model; not set: exact, or none for fields");
  score.condition = kDiffusion;
  std::vector<Key> keys = only(
      kProcess, {
                    sample.numbers("samples", &SampleParams::samples, {1, 1e12}, "configurations", select,
                                   "configurations made: one number for all scores, or one for each"),
                    sample.choices("sampler", &SampleParams::sampler,
                                   {"euler-maruyama", "predictor-corrector", "ode2", "ode4", "adams4", "sde2", "sde4"}, select,
                                   "integrator of the backward process: one for all scores, or one for each"),
                    sample.numbers("steps", &SampleParams::steps, {1, 1e6}, "", select, "its steps: one for all scores, or one for each"),
                    sample.number("records", &SampleParams::records, {2, 10000}, "", physics,
                                  "times at which the backward process is recorded, at most steps + 1; not set: 49, or 17 for fields"),
                    sample.number("corrector-snr", &SampleParams::corrector_snr, {0, 1, true}, "", physics,
                                  "signal to noise of a Langevin correction (predictor-corrector)"),
                });
  const Key finish = sample.number("finish", &SampleParams::finish, {0, 1e9}, "updates", select,
                                   "of the ensemble's algorithm for each sample, which make it exact: finished-*.h5; 0: none");
  for (const Key& key : only(kFieldScore, {finish})) keys.push_back(key);
  keys.insert(keys.begin(), score);
  return keys;
}

std::vector<Key> measure_keys() {
  using enum KeyClass;
  const SectionKeys<MeasureParams> measure{"measure", &Params::measure};
  Key bins = measure.number("bins", &MeasureParams::bins, {16, 512}, "", physics, "jackknife bins");
  Key sources = measure.numbers("sources", &MeasureParams::sources, {-10, 10}, "inverse standard deviations", physics,
                                "sources J at which the generating function W[J] is recorded");
  bins.condition = kPoints;
  sources.condition = kProcess;
  std::vector<Key> keys = {bins, sources};
  Key histogram_bins = measure.number("histogram-bins", &MeasureParams::histogram_bins, {2, 100000}, "", physics,
                                      "cells of the histograms, over five standard deviations to each side");
  histogram_bins.condition = kHistograms;
  keys.push_back(histogram_bins);
  for (const Key& key :
       only(kWalkers,
            {measure.number("map-bins", &MeasureParams::map_bins, {2, 1000}, "", physics, "cells of the map of P(x,y), in x and in y"),
             measure.choice("fokker-planck", &MeasureParams::fokker_planck, {"yes", "no"}, physics,
                            "solve the Fokker-Planck equation, where its expansion converges, beside the walkers")})) {
    keys.push_back(key);
  }
  return keys;
}

}  // namespace

std::vector<Key> key_table() {
  std::vector<Key> all;
  for (const auto& part : {run_keys(), lattice_keys(), model_keys(), generate_keys(), forward_keys(), network_keys(), train_keys(),
                           sample_keys(), measure_keys()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace scorefield
