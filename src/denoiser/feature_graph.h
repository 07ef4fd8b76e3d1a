// The perturbative features of a lattice score, as a table of products and smoothings.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace scorefield {

/// A field made of earlier ones. With u the reference's denoised fluctuation over its deviation, t the mean sign, and P the posterior's
/// propagator (largest value about 1: on another lattice than that of the fit, its unit is that of the fit's), the corrections of
/// perturbation theory are such products: at first order P u^3, at second P(u^2 P u^3), P(u P(u^2)), ... (physics: doc/lattice-scores.md).
struct FeatureNode {
  enum class Kind { fluctuation, sign, product, smooth };
  Kind kind = Kind::product;
  std::size_t a = 0, b = 0;  ///< factors, or what is smoothed
  int order = 1;             ///< power of the field
  bool feature = false;      ///< true: used itself,
  bool smoothed = false;     ///< and smoothed once more
  std::string name;
};

/// The nodes up to an order (0: none), each after those it is made of. `mixture`: about two minima, with t; else about zero. What is
/// linear in the field is no feature: each mode has a linear term of its own (feature_fitter.h).
std::vector<FeatureNode> feature_graph(bool mixture, int order);

/// Names of the features, first those of the nodes themselves and then, with P in front, smoothed.
std::vector<std::string> feature_names(const std::vector<FeatureNode>& graph);

/// Nodes that are features, and those of them that are smoothed, too.
struct FeatureNodes {
  std::vector<std::size_t> plain, smoothed;
};
FeatureNodes features_of(const std::vector<FeatureNode>& graph);

}  // namespace scorefield
