#include "deck/key_table.h"

#include <sstream>
#include <stdexcept>

#include "deck/key_conditions.h"

namespace scorefield {

using namespace keys;
using namespace conditions;

namespace {

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

std::vector<Key> run_keys() {
  using enum KeyClass;
  const SectionKeys<RunParams> run{"run", &Params::run};
  Key device = run.choice("device", &RunParams::device, {"auto", "cpu", "cuda"}, free,
                          "where networks of fields compute; auto: on a CUDA device where there is one");
  device.condition = kDevice;
  return {
      run.number("seed", &RunParams::seed, {0, 9e18}, "", physics, "seed of every random number of the run"),
      run.text("output", &RunParams::output, free, "output folder; empty: out/<deck's name>"),
      device,
      run.number("threads", &RunParams::threads, {0, 4096}, "", free,
                 "OpenMP threads of a rank; 0: its share of the processors it may run on"),
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

std::vector<Key> measure_keys() {
  using enum KeyClass;
  const SectionKeys<MeasureParams> measure{"measure", &Params::measure};
  Key bins = measure.number("bins", &MeasureParams::bins, {16, 512}, "", physics, "jackknife bins");
  Key sources = measure.numbers("sources", &MeasureParams::sources, {-10, 10}, "inverse standard deviations", physics,
                                "sources J at which the generating function W[J] is recorded");
  bins.condition = kPoints;
  sources.condition = kSources;
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
  for (const auto& part : {run_keys(), lattice_keys(), model_keys(), generate_keys(), diffusion_keys(), measure_keys()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace scorefield
