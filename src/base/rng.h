// Counter-based random numbers: a pure function of (seed, stream, step, index), so that a field or a sample
// has the same noise for any number of ranks, any decomposition and any number of threads.
// Philox4x32-10 (Salmon et al., SC'11), as in Random123. Local; no errors.
#pragma once

#include <cstdint>
#include <span>

namespace scorefield {

/// Who draws. Two uses never share a stream; the numbers are part of the reproducibility promise.
enum class Stream : std::uint8_t {
  model_branch = 1,       ///< which peak a draw of the two-peak model comes from
  model_noise = 2,        ///< its Gaussian part
  forward_noise = 3,      ///< forward process; step = index of the time
  prior = 4,              ///< start of the backward process
  sampler_noise = 5,      ///< noise of its steps; step = index of the step
  corrector_noise = 6,    ///< noise of its Langevin corrections; of those accepted or not, step = step * (corrections a step) + k
  network_init = 7,       ///< initial weights; step = index of the parameter tensor
  network_fourier = 8,    ///< frequencies of the noise-level embedding
  train_level = 9,        ///< position of each noise level of a training batch; step = training step; for networks of fields, of each
                          ///< configuration, and behind it the symmetry by which it is moved
  train_shift = 10,       ///< shifts of the lattice rule that draws its configurations and noise
  start = 11,             ///< hot starts of chains
  momenta = 12,           ///< momenta of a trajectory; here and below step = number of the update, unless noted; of
                          ///< langevin-corrected (also in accept) update * 2^20 + k for the k-th step of an update
  langevin_noise = 13,    ///< noise of a Langevin step; step = update * (steps an update) + k for the k-th
  accept = 14,            ///< whether a proposal is accepted; index = chain
  cluster_bond = 15,      ///< which bonds of a cluster update are set; index = 2 (chain * sites + site) + direction
  cluster_sign = 16,      ///< signs of the clusters; index = chain * sites + first site of the cluster
  sign_flip = 17,         ///< whether a chain changes its global sign; index = chain
  walker_x = 18,          ///< noise of a complex Langevin step in x; eight a walker: step = n/8, index = 8 (w - w mod 64) + 64 (n mod 8)
                          ///< + w mod 64 for step n of walker w
  walker_y = 19,          ///< the same in y
  complex_noise_re = 20,  ///< noise of a complex Langevin step of a field, real part; step = update * 2^20 + k for the k-th of an update,
                          ///< index = (chain * (components / 2) + c) * sites + site for the c-th pair of components
  complex_noise_im = 21,  ///< the same, imaginary part
  feature_noise = 22,     ///< noise that fields are learnt from; of L noise levels, step = level, L + level for the validation, 2 L (and
                          ///< behind it) for the calibration, 4 L + n for step n of a network; index = configuration * sites + site
  corrector_choice = 23,  ///< whether a correction is accepted; step as that of its noise, index = configuration
};

/// Everything that selects a sequence; `index` in the functions below runs along it. For a lattice,
/// index = chain * sites + site; for zero-dimensional models, index = configuration * components + component.
struct RandomKey {
  std::uint64_t seed = 0;
  Stream stream = Stream::model_noise;
  std::uint64_t step = 0;  ///< below 2^56
};

/// Standard normal numbers first, first+1, ... of the sequence into `out`, any `first` and size; below 32 numbers cost as
/// much as 32. Box-Muller on 32-bit words: the largest |n| is 6.76, and the moment of order 8 is off by 2e-7 relative, which
/// 1e13 samples would show. Number 32 g + 8 j + i is the j-th that block 8 g + i of Philox gives.
void fill_normals(const RandomKey& key, std::uint64_t first, std::span<double> out);

/// Uniform numbers in (0, 1), the centres of 2^52 cells. Number 16 g + 8 j + i is the j-th of block 8 g + i.
void fill_uniforms(const RandomKey& key, std::uint64_t first, std::span<double> out);

}  // namespace scorefield
