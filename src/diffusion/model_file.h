// A trained score network as data: what it takes to evaluate it again, and its file. No torch types.
#pragma once

#include <memory>
#include <vector>

#include "base/hdf5.h"
#include "deck/params.h"
#include "diffusion/point_reference.h"
#include "diffusion/score.h"

namespace scorefield {

/// Architecture, data normalisation and weights of a score network.
struct Model {
  NetworkParams network;
  PointReference reference;         ///< mean and covariance of the training data
  std::vector<double> frequencies;  ///< of the noise-level embedding, fixed
  std::vector<double> weights;      ///< all trained parameters, one after another; the averaged ones for sampling
};

/// Reads /network of a model file for configurations of `components` numbers. InputError if its architecture is not the deck's.
/// Collective.
Model read_model(const H5File& file, const NetworkParams& network, std::size_t components);

/// Writes /network but for the weights, which belong to the state of the training. Collective.
void write_model(H5File& file, const Model& model);

/// The score of a trained network, evaluated by FusedMlp. Local.
std::unique_ptr<Score> make_learnt_score(const Model& model);

}  // namespace scorefield
