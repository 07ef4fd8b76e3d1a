// The perturbative features of complexified fields, as a table of products and smoothings.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace scorefield {

/// A field made of earlier ones, of n numbers a site for n complex fields (a vector) or of one (a scalar). With X and Y the reference's
/// denoised real and imaginary parts, made independent at a site and of unit variance, and P the posterior's propagator of the widest
/// modes. All is covariant under rotations of the complex fields into each other.
struct ComponentNode {
  enum class Kind { real_part, imaginary_part, contraction, product, smooth };
  Kind kind = Kind::product;
  std::size_t a = 0, b = 0;  ///< vectors that are contracted; scalar and vector of a product; what is smoothed
  int order = 1;             ///< power of the field
  bool vector = true;
  bool feature = false;   ///< true: used itself,
  bool smoothed = false;  ///< and smoothed once more
  std::string name;
};

/// The nodes up to an order (0: none; 3, 5, 7) for n complex fields, each after those it is made of.
std::vector<ComponentNode> component_graph(std::size_t fields, int order);

/// Names of the features, and of those that are smoothed with P in front.
std::vector<std::string> component_feature_names(const std::vector<ComponentNode>& graph);

}  // namespace scorefield
