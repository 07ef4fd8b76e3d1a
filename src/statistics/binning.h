// Bins of Markov chains for a jackknife whose errors include autocorrelations. Local.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace scorefield {

/// The size of bins from which an error comes out at most 5 % too small: 5 times 2 tau_int, rounded up to whole configurations.
///
/// Bins of B configurations treated as independent give
///   error_B^2 = error^2 [1 - (1/B) sum_t t rho(t)/tau_int + O(rho(B))],
/// which for rho(t) = e^{-t/tau} is 1 - (tau_int - 1/(4 tau_int))/B: the error is too small by tau_int/(2B), which is 5 % at B = 10
/// tau_int. (For a sum of exponentials the numerator is between tau_int and the longest of their times.) Chains shorter than B are bins of
/// their own, and independent of the others: they add no bias. NumericalError if tau_int is NaN; one below 1/2 counts as 1/2.
std::size_t bin_size(double tau_int);

/// Configurations begin, ..., end - 1 of one replica.
struct Bin {
  std::size_t replica = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Bins {
  std::vector<Bin> bins;
  bool too_few = false;  ///< fewer than kLeastBins: an error from them is not to be trusted
};

/// With B bins the relative error of an error is 1/sqrt(2(B - 1)): 18 % for 16.
inline constexpr std::size_t kLeastBins = 16;

/// Every replica cut into bins of at least `size` (1 or more) configurations, as many as there is room for and within one of equal length;
/// one bin if it is shorter. No bin crosses from one replica to the next, and every configuration is in one.
Bins cut_into_bins(std::span<const std::size_t> lengths, std::size_t size);

}  // namespace scorefield
