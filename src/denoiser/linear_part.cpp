#include "denoiser/linear_part.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "denoiser/features.h"

namespace scorefield {

std::size_t LinearPart::numbers() const { return 2 * orbits_.count() + kZeroFunctions * (kZeroFunctions + 1); }

void LinearPart::add(const ReferenceLevel& level, std::span<const double> y, std::span<const double> r, std::span<double> sums) const {
  std::vector<double> products(y.size());
  std::size_t at = 0;
  for (const std::span<const double> with : {r, y}) {
    for (std::size_t k = 0; k < y.size(); ++k) products[k] = with[k] * y[k];
    orbits_.add(products, sums.subspan(at, orbits_.count()));
    at += orbits_.count();
  }
  const auto functions = zero_functions(reference_, level, y[0]);
  for (const double a : functions) {
    for (const double b : functions) sums[at++] += a * b;
    sums[at++] += a * r[0];
  }
}

LinearPart::Solution LinearPart::solve(std::span<const double> sums) const {
  std::vector<double> slopes(orbits_.count(), 0.0);
  for (std::size_t o = 1; o < slopes.size(); ++o) slopes[o] = sums[o] / sums[orbits_.count() + o];
  constexpr auto kFunctions = static_cast<Eigen::Index>(kZeroFunctions);
  Eigen::Matrix<double, kFunctions, kFunctions> gram;
  Eigen::Vector<double, kFunctions> right;
  std::size_t at = 2 * orbits_.count();
  for (Eigen::Index i = 0; i < kFunctions; ++i) {
    for (Eigen::Index j = 0; j < kFunctions; ++j) gram(i, j) = sums[at++];
    right(i) = sums[at++];
  }
  gram.diagonal() *= 1.0 + kZeroRidge;
  const Eigen::Vector<double, kFunctions> zero = gram.ldlt().solve(right);
  return {orbits_.spread(slopes), {zero.begin(), zero.end()}};
}

LinearPart::Solution LinearFit::at(double ratio) const {
  const auto above = static_cast<std::size_t>(std::upper_bound(ratios.begin(), ratios.end(), ratio) - ratios.begin());
  const std::size_t high = std::min(above, ratios.size() - 1), low = above == 0 ? 0 : above - 1;
  const auto coordinate = [&](double r) { return -std::asinh(std::sqrt(scale) / r); };
  const double part =
      high > low ? (coordinate(ratio) - coordinate(ratios[low])) / (coordinate(ratios[high]) - coordinate(ratios[low])) : 0.0;
  const auto between = [&](const std::vector<std::vector<double>>& rows) {
    std::vector<double> values;
    for (std::size_t i = 0; i < rows[low].size(); ++i) values.push_back((1.0 - part) * rows[low][i] + part * rows[high][i]);
    return values;
  };
  return {between(linear), between(zero)};
}

namespace {

class CalibratedWorker : public CorrectionWorker {
 public:
  CalibratedWorker(const FieldReference& reference, const LinearFit& part, std::unique_ptr<CorrectionWorker> inner)
      : reference_(reference), part_(part), inner_(std::move(inner)) {}

  void evaluate(const ReferenceLevel& level, std::span<const double> y, std::span<double> out) override {
    inner_->evaluate(level, y, out);
    const LinearPart::Solution here = part_.at(level.ratio());
    const std::size_t sites = here.linear.size();
    for (std::size_t first = 0; first < y.size(); first += sites) {
      for (std::size_t k = 0; k < sites; ++k) out[first + k] -= here.linear[k] * y[first + k];
      const auto functions = zero_functions(reference_, level, y[first]);
      for (std::size_t n = 0; n < kZeroFunctions; ++n) out[first] -= here.zero[n] * functions[n];
    }
  }

 private:
  const FieldReference& reference_;
  const LinearFit& part_;
  std::unique_ptr<CorrectionWorker> inner_;
};

}  // namespace

std::unique_ptr<CorrectionWorker> CalibratedCorrection::worker() const {
  return std::make_unique<CalibratedWorker>(reference_, part_, correction_.worker());
}

}  // namespace scorefield
