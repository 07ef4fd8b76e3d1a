#include <stdexcept>

#include "deck/key_conditions.h"
#include "deck/key_table.h"

namespace scorefield {

using namespace keys;
using namespace conditions;

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
          [](const Params& p) { return joined(p.forward.process, ", ", [](const Process& v) { return to_text(v); }); }};
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
            network.choice("kind", &NetworkParams::kind, {"features", "mlp", "unet", "resnet"}, physics,
                           "the score of a field beside its reference: features alone, or a network on top of them")});
  Key order = network.number("order", &NetworkParams::order, {0, 7}, "", physics,
                             "largest power of the field among the features of the score; 0: none, under a network");
  order.condition = kLatticeScore;
  keys.insert(keys.begin() + 2, order);
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
        only(kDense, {network.numbers("hidden", &NetworkParams::hidden, {1, 65536}, "units", physics,
                                      "widths of the hidden layers; not set: 48, 48, 48, or 256, 256 for fields")})}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  for (const Key& key :
       only(kPointScore,
            {network.choice(
                 "energy", &NetworkParams::energy, {"no", "yes"}, physics,
                 "yes: the score is the gradient of the network's answer, so that it has no curl and P is known up to a constant"),
             network.choice(
                 "limit", &NetworkParams::limit, {"none", "smooth"}, physics,
                 "smooth: the network's answer goes to 0 with the noise, as it does where P has no edges; not set: none, or smooth for "
                 "gaussian and quartic")})) {
    keys.push_back(key);
  }
  for (const Key& key :
       only(kNetwork, {
                          network.number("embedding", &NetworkParams::embedding, {2, 65536}, "features", physics,
                                         "random Fourier features of the noise level (even); not set: 128, or 32 for fields"),
                          network.number("embedding-scale", &NetworkParams::embedding_scale, {0, 100, true}, "", physics,
                                         "standard deviation of their frequencies"),
                          network.choice("activation", &NetworkParams::activation, {"silu", "tanh", "leaky-relu", "cubic"}, physics,
                                         "non-linearity; cubic: h^3/(1 + h^2), for fields; not set: silu, or cubic for fields"),
                          network.choice("symmetry", &NetworkParams::symmetry, {"none", "odd"}, physics,
                                         "odd: s(-x) = -s(x) by construction, at twice the cost unless the activation is odd; not set: "
                                         "none for two-peak, else odd"),
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
       {only(kTarget,
             {train.choice("target", &TrainParams::target, {"posterior", "sample"}, physics,
                           "what a score learns from: the mean of phi_0 given the noisy field, by a Markov chain from the phi_0 that "
                           "made it, and of walkers by the whole ensemble; or this phi_0 itself")}),
        only(kLatticeScore,
             {train.text(
                 "from", &TrainParams::from, physics,
                 "a model of this theory on another lattice, model-P.h5, whose features are taken over instead of fitted; or several "
                 "of a complex field at other values of one coupling, between which the model is made")}),
        only(kFieldScore,
             {train.number("updates", &TrainParams::updates, {1, 1e6}, "updates", physics, "of a chain that makes such a mean")}),
        only(kLatticeScore,
             {train.number("calibration", &TrainParams::calibration, {0, 1e7}, "configurations", physics,
                           "run down the fitted levels, to keep the two-point function on its course there; 0: none; not set: 32768, fewer "
                           "beyond 32 x 32")}),
        only(kFieldScore, {train.number("validation", &TrainParams::validation, {0, 1e7}, "configurations", physics,
                                        "at each level, for the distance to the exact denoiser; 0: not told")}),
        only(kNetwork,
             {
                 train.number("steps", &TrainParams::steps, {1, 1e9}, "optimiser steps", extend, "length of the training"),
                 train.number("learning-rate", &TrainParams::learning_rate, {0, 1, true}, "", physics,
                              "peak learning rate of Adam; not set: 0.005, or 0.002 for fields"),
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
        only(kPointScore,
             {
                 train.choice(
                     "level-density", &TrainParams::level_density, {"mixed", "log-noise", "uniform-time"}, physics,
                     "density of the noise levels: uniform in l = -asinh(sd f / sqrt(Xi)) for log-noise, in t for uniform-time; mixed: "
                     "60 % log-noise and 40 % uniform in the angle atan(sqrt(Xi)/(f sd))"),
                 train.choice(
                     "weight", &TrainParams::weight, {"unit", "low-noise", "xi", "sqrt-xi"}, physics,
                     "weight of a level in the loss: 1 for the preconditioned target, 1/sin(alpha) for it, or lambda(t) = Xi or sqrt(Xi) "
                     "for the score; not set: unit, or low-noise where the target is a mean over walkers"),
             }),
        only(kLearntDensity, {train.number("density", &TrainParams::density, {0, 1e9}, "", physics,
                                           "weight in the loss of the squared error of log P(x,y;t), which walkers tell as well")})}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  return keys;
}

std::vector<Key> sample_keys() {
  using enum KeyClass;
  const SectionKeys<SampleParams> sample{"sample", &Params::sample};
  Key score = sample.choices("score", &SampleParams::score, {"exact", "reference", "learnt", "none"}, select,
                             "scores that drive the backward process; reference: of the Gaussian or mixture alone; none: no diffusion "
                             "model; not set: exact, or none for fields and complex Langevin");
  std::vector<Key> keys =
      only(kProcess,
           {
               sample.numbers("samples", &SampleParams::samples, {1, 1e12}, "configurations", select,
                              "configurations made: one number for all scores, or one for each; not set: 1000000, or 100000 for fields"),
               sample.choices("sampler", &SampleParams::sampler,
                              {"euler-maruyama", "predictor-corrector", "ode2", "ode4", "adams4", "sde2", "sde4"}, select,
                              "integrator of the backward process: one for all scores, or one for each; not set: sde4, sde2 for "
                              "fields, adams4 for gaussian and quartic (ode4 with sample.corrections)"),
               sample.numbers("steps", &SampleParams::steps, {1, 1e6}, "", select,
                              "its steps: one for all scores, or one for each; not set: 48; 32 for fields, 64 "
                              "for complex ones; for gaussian and quartic 28, or 16 with sample.corrections"),
               sample.number("records", &SampleParams::records, {2, 10000}, "", physics,
                             "times at which the backward process is recorded, at most steps + 1; not set: 49, or 17 for fields"),
               sample.number("corrector-snr", &SampleParams::corrector_snr, {0, 1, true}, "", physics,
                             "signal to noise of a Langevin correction (predictor-corrector)"),
           });
  const Key finish = sample.number("finish", &SampleParams::finish, {0, 1e9}, "updates", select,
                                   "of the ensemble's algorithm for each sample, which make it exact: finished-*.h5; 0: none");
  for (const Key& key : only(kFieldScore, {finish})) keys.push_back(key);
  const Key corrections =
      sample.number("corrections", &SampleParams::corrections, {0, 1e6}, "Langevin steps", select,
                    "at each noise level of the backward process, accepted or not by the learnt density (network.energy = yes); 0: none");
  for (const Key& key : only(kWalkerScore, {corrections})) keys.push_back(key);
  keys.insert(keys.begin(), score);
  return keys;
}

}  // namespace

std::vector<Key> diffusion_keys() {
  std::vector<Key> all;
  for (const auto& part : {forward_keys(), network_keys(), train_keys(), sample_keys()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace scorefield
