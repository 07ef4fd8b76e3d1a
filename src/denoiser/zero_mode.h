// The law of a field's zero mode: symmetric pairs of Gaussians.
#pragma once

#include <span>
#include <vector>

namespace scorefield {

/// Gaussians of equal weight about +-centre.
struct PeakPair {
  double weight = 1.0;  ///< of both together
  double centre = 0.0;
  double variance = 1.0;
};

/// p(h) = sum_j w_j [N(c_j, v_j) + N(-c_j, v_j)]/2.
struct ZeroMode {
  std::vector<PeakPair> pairs;

  /// <h^2>.
  double square() const;
};

/// Weight, centre and variance of each pair, as files have them, and the inverse.
std::vector<double> numbers_of(const ZeroMode& law);
ZeroMode zero_mode_of(std::span<const double> numbers);

/// The pairs of largest likelihood for numbers of these absolute values, by expectation maximisation (Dempster, Laird, Rubin 1977) on at
/// most 1024 cells of equally many of them; <h^2> is that of the numbers. Takes its own copy: the result does not depend on their order.
/// InputError if they are all the same. Local.
ZeroMode fit_zero_mode(std::vector<double> values, std::size_t pairs);

/// The law of h + r eps, accurate in the tails and between the peaks, where the distribution function F is near 1/2.
class ZeroModeLevel {
 public:
  ZeroModeLevel(const ZeroMode& law, double ratio);

  /// Phi^-1(F(h)): a standard normal number.
  double whiten(double h) const;
  double unwhiten(double whitened) const;
  /// d whiten/dh.
  double slope(double h) const;
  /// E[h without noise | h].
  double denoised(double h) const;
  /// E[h without noise | h] three deviations out, where F is as a normal number's at 3: beyond there are hardly any data.
  double reach() const { return reach_; }
  /// E[sign of the peak | h]; peaks at 0 have none.
  double sign(double h) const;

 private:
  struct Peak {
    double weight, centre, variance, deviation;  ///< deviation: with the noise
  };
  static std::vector<Peak> peaks_of(const ZeroMode& law, double ratio);
  bool gaussian() const { return peaks_.size() == 1 && peaks_[0].centre == 0.0; }
  double density(double h) const;
  double tail(double h) const;
  double middle(double h) const;
  template <class Value>
  double posterior_mean(double h, const Value& value) const;

  std::vector<Peak> peaks_;
  double widest_, outermost_;
  double reach_;  ///< behind what it is made with
};

}  // namespace scorefield
