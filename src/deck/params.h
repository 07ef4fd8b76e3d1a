// The parameters of a run, one struct a section of the deck. Their meaning, range and unit stand in the
// table of src/deck/key_table.cpp, which parses them and prints the help. Standard library only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scorefield {

/// A forward process dx = -(c/2) g^2 x dt + g dW, g = sigma^t: c = 0 is VE, c = 1 is VP.
struct Process {
  std::string name = "ve";  ///< as it stands in file names: ve, vp, or c0.5
  double c = 0.0;
};

struct RunParams {
  std::int64_t seed = 20241201;
  std::string output;  ///< empty: out/<deck's name>
  std::int64_t threads = 0;
  std::string device = "auto";  ///< of networks of fields
  std::int64_t batch = 0;       ///< 0: by the number of cores
  double checkpoint = 60.0;     ///< seconds
  double walltime = 0.0;        ///< seconds; 0: no limit
};

struct LatticeParams {
  std::vector<std::int64_t> size = {32, 32};           ///< y, x
  std::vector<std::int64_t> process_grid = {0, 0, 0};  ///< replicas, ranks along y, along x; 0: chosen
};

struct ModelParams {
  std::string name = "two-peak";
  double kappa = 0.27;
  double lambda = 0.022;
  double lambda_im = 0.0;
  double mass = 1.0, mass_im = 0.0;
  double mass_squared = 1.0, mu = 0.0;
  double a = 1.0, b = 1.0;  ///< sigma_0 = a + i b
  double mu0 = 1.0;
  double sigma0 = 0.25;
  double weight = 0.5;
};

/// True of a complex field on a lattice.
inline bool is_complex_field(const ModelParams& model) { return model.name == "complex-phi4" || model.name == "bose-gas"; }
/// True of a field on a lattice.
inline bool is_lattice(const ModelParams& model) {
  return model.name == "phi4" || model.name == "gaussian-field" || is_complex_field(model);
}
/// True of a zero-dimensional model with complex couplings, which complex Langevin walkers sample.
inline bool is_walker(const ModelParams& model) { return model.name == "gaussian" || model.name == "quartic"; }
/// True of a model whose fields are complexified.
inline bool is_complex(const ModelParams& model) { return is_walker(model) || is_complex_field(model); }
/// True of a real field on a lattice.
inline bool is_real_field(const ModelParams& model) { return is_lattice(model) && !is_complex_field(model); }
/// True of a model of numbers whose distribution is known along the forward process.
inline bool has_law(const ModelParams& model) { return model.name == "two-peak"; }
/// True of a model whose score is known along the forward process, so that it needs none from elsewhere.
inline bool has_exact_score(const ModelParams& model) { return has_law(model) || model.name == "gaussian"; }
/// Numbers a configuration has at a site.
inline std::int64_t components_of(const ModelParams& model) { return model.name == "bose-gas" ? 4 : is_complex(model) ? 2 : 1; }

struct GenerateParams {
  std::int64_t samples = 1000000;
  std::int64_t chains = 16;
  std::string algorithm = "hmc";
  std::string integrator = "omf2";
  std::string scheme = "second-order";
  double trajectory = 1.0;
  double step = 0.1;
  double acceleration = 0.0;  ///< mass of the Fourier kernel; 0: none
  double acceptance = 0.9;    ///< 0: the step is not tuned
  std::int64_t thermalisation = 200;
  std::int64_t separation = 5;
  std::int64_t length = 64;    ///< configurations of a walker
  double noise_y = 0.0;        ///< N_y of complex Langevin; N_x = 1 + N_y
  double largest_drift = 0.1;  ///< |K| times step, above which steps are made shorter; 0: never
  std::int64_t cluster = 5;    ///< 0: no cluster updates
  std::string flip = "no";
  std::string start = "hot";
  std::string start_file;
  std::string precision = "float64";
  std::string import_file;
  std::string import_dataset = "/field";
};

/// True if updates can be rejected.
inline bool rejects(const GenerateParams& generate) { return generate.algorithm == "hmc" || generate.algorithm == "langevin-corrected"; }

struct ForwardParams {
  std::vector<Process> process = {{"ve", 0.0}};
  double sigma = 10.0;
  double noise_min = 0.02;
  std::int64_t times = 41;
};

struct NetworkParams {
  std::string reference = "gaussian";             ///< under the score of a lattice field
  std::int64_t peaks = 6;                         ///< pairs of Gaussians in the law of the zero mode; 0: as the reference has it
  std::int64_t order = 7;                         ///< largest power of the field among the features
  std::string kind = "features";                  ///< of a lattice field's score
  std::vector<std::int64_t> channels = {16, 16};  ///< of convolutions
  std::int64_t stride = 2;                        ///< between resolutions of a unet
  std::string padding = "circular";
  std::string normalisation = "none";
  std::vector<std::int64_t> hidden = {48, 48, 48};
  std::int64_t embedding = 128;
  double embedding_scale = 1.0;
  std::string activation = "silu";
  std::string symmetry = "none";
  std::string energy = "no";   ///< yes: the score of configurations of numbers is the gradient of the network's answer
  std::string limit = "none";  ///< smooth: the answer goes to 0 with the noise
};

struct TrainParams {
  std::string from;  ///< a model file whose features are taken over
  std::string target = "posterior";
  std::int64_t updates = 20;         ///< of a posterior chain
  std::int64_t calibration = 32768;  ///< configurations of the score's own process
  std::int64_t validation = 256;     ///< configurations at each level
  std::int64_t steps = 2000;
  std::int64_t levels = 128;
  std::int64_t per_level = 256;
  double learning_rate = 5e-3;
  std::int64_t warmup = 100;
  std::string schedule = "cosine";
  double beta1 = 0.9;
  double beta2 = 0.99;
  double averaging = 6.0;
  double clip = 0.0;        ///< largest norm of a gradient; 0: none
  std::int64_t batch = 64;  ///< configurations of an optimiser step, for networks of fields
  std::string level_density = "mixed";
  std::string weight = "unit";
  double density = 100.0;  ///< weight of the square of the error of log P, of an energy
};

struct SampleParams {
  std::vector<std::int64_t> samples = {1000000};
  std::vector<std::string> score = {"exact"};
  std::vector<std::string> sampler = {"sde4"};
  std::vector<std::int64_t> steps = {48};
  std::int64_t records = 49;
  double corrector_snr = 0.1;
  std::int64_t corrections = 0;
  std::int64_t finish = 0;  ///< updates of the ensemble's algorithm
};

struct MeasureParams {
  std::int64_t bins = 250;
  std::vector<double> sources = {-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0};
  std::int64_t histogram_bins = 200;
  std::int64_t map_bins = 100;  ///< in x and in y
  std::string fokker_planck = "yes";
};

struct Params {
  RunParams run;
  LatticeParams lattice;
  ModelParams model;
  GenerateParams generate;
  ForwardParams forward;
  NetworkParams network;
  TrainParams train;
  SampleParams sample;
  MeasureParams measure;
};

/// Numbers of a configuration.
inline std::int64_t numbers_of(const Params& params) {
  const std::int64_t sites = is_lattice(params.model) ? params.lattice.size[0] * params.lattice.size[1] : 1;
  return sites * components_of(params.model);
}

/// Configurations at the end of the ensemble on which a network of fields is judged.
inline std::int64_t held_out(const Params& params) { return params.generate.samples / 16; }

/// True if one direction of a lattice differs from its opposite: of time, with a chemical potential.
inline bool is_directed(const ModelParams& model) { return model.name == "bose-gas"; }

/// True if the score of a field has a network.
inline bool has_field_network(const Params& params) { return is_real_field(params.model) && params.network.kind != "features"; }

/// True if the deck has a diffusion model.
inline bool diffuses(const Params& params) { return has_law(params.model) || params.sample.score != std::vector<std::string>{"none"}; }

}  // namespace scorefield
