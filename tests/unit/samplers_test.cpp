#include "diffusion/samplers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "physics/two_peak.h"
#include "statistics/cumulants.h"
#include "statistics/level_estimates.h"
#include "test_support.h"

namespace scorefield {
namespace {

const char* const kAll[] = {"euler-maruyama", "predictor-corrector", "ode2", "ode4", "adams4", "sde2", "sde4"};

void ignore(std::size_t, std::span<const double>) {}

/// A two-peak model with its exact score and its own mean and variance as reference.
struct Exact {
  Exact(double mu0, double sigma0, double weight)
      : law(mu0, sigma0, weight),
        score(law),
        reference{law.cumulants()[0], law.cumulants()[1]},
        flow(score, PointReference(reference.mean, reference.variance)) {}
  TwoPeak law;
  ExactScore score;
  Reference reference;
  mutable PointFlow flow;
};

std::vector<double> sample(const Exact& model, double c, const SamplerSettings& settings, std::size_t count) {
  std::vector<double> x(count);
  BackwardProcess(Schedule(c, 10.0), model.reference, settings).run(model.flow, 3, 0, x, ignore);
  return x;
}

double rms_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

/// Cumulants of `count` configurations that the ranks make together, by jackknife over 100 bins.
constexpr std::size_t kBins = 100;
Estimate cumulants_of(const Exact& model, double c, const SamplerSettings& settings, std::size_t count) {
  const BackwardProcess process(Schedule(c, 10.0), model.reference, settings);
  const Comm& comm = test::world();
  const Range mine = share(kBins, comm.size(), comm.rank());
  std::vector<double> sums(kBins * kMaxOrder, 0.0), x(count / kBins);
  for (auto bin = static_cast<std::size_t>(mine.begin); bin < static_cast<std::size_t>(mine.end); ++bin) {
    process.run(model.flow, 77, bin * x.size(), x, ignore);
    for (const double value : x) {
      double power = 1.0;
      for (std::size_t n = 0; n < kMaxOrder; ++n) sums[bin * kMaxOrder + n] += power *= value;
    }
  }
  comm.sum(std::span(sums));
  return estimate_level(sums, std::vector<double>(kBins, 1.0), std::vector<double>(kBins, static_cast<double>(x.size()))).cumulants;
}

/// Deviation of a cumulant from the law's, in standard deviations.
double deviation(const Exact& model, const Estimate& estimate, std::size_t order) {
  return (estimate.value[order - 1] - model.law.cumulants()[order - 1]) / estimate.error[order - 1];
}

// The deterministic integrators converge at their order: each doubling of steps divides the rms distance of 2000
// configurations to those of many steps from the same start by 2^order, to 25 %.
TEST(Samplers, OrderOfDeterministicIntegrators) {
  const Exact model(1.0, 0.25, 0.7);
  struct {
    const char* name;
    double factor;
  } const cases[] = {{"ode2", 4.0}, {"ode4", 16.0}, {"adams4", 16.0}};
  for (const double c : {0.0, 1.0}) {
    const auto limit = sample(model, c, {"ode4", 1025}, 2000);
    for (const auto& [name, factor] : cases) {
      std::vector<double> errors;
      for (const std::int64_t intervals : {64, 128, 256})
        errors.push_back(rms_difference(sample(model, c, {name, intervals + 1}, 2000), limit));
      EXPECT_NEAR(errors[0] / errors[1], factor, 0.25 * factor) << name << " " << c;
      EXPECT_NEAR(errors[1] / errors[2], factor, 0.25 * factor) << name << " " << c;
      EXPECT_LT(errors[2], 1e-4);
    }
  }
}

// The flow carries each point at T to the point at 0 with the same probability below it (what a probability flow in one
// dimension must do), but for the last step, whose error falls as noise_min^4 (to 25 %).
TEST(Samplers, FlowKeepsProbabilities) {
  const Exact model(1.0, 0.25, 0.7);
  for (const double c : {0.0, 0.5, 1.0}) {
    const Schedule schedule(c, 10.0);
    std::vector<double> errors;
    for (const double noise_min : {0.04, 0.02, 0.01}) {
      std::vector<double> start, end(2000);
      const BackwardProcess process(schedule, model.reference, {"ode4", 401, noise_min});
      process.run(model.flow, 3, 0, end, [&](std::size_t level, std::span<const double> x) {
        if (level == 0) start.assign(x.begin(), x.end());
      });
      double worst = 0.0;
      for (std::size_t i = 0; i < end.size(); ++i) {
        const double below = model.law.distribution_function(schedule.at(1.0), start[i]);
        worst = std::max(worst, std::abs(model.law.distribution_function(schedule.at(0.0), end[i]) - below));
      }
      errors.push_back(worst);
    }
    EXPECT_LT(errors[1], 2e-6);
    EXPECT_NEAR(errors[0] / errors[1], 16.0, 4.0) << c;
    EXPECT_NEAR(errors[1] / errors[2], 16.0, 4.0) << c;
  }
}

/// dx/dl = 3 l^2.
class Parabola : public Flow {
 public:
  std::size_t numbers() const override { return 1; }
  void slope(const NoiseLevel& level, std::span<const double>, std::span<double> out) override {
    std::fill(out.begin(), out.end(), 3.0 * std::pow(level_coordinate(level, {0.0, 1.0}), 2));
  }
  void lift(const NoiseLevel&, const NoiseLevel&, std::span<const double>, std::span<double>) override {}
  void finish(const NoiseLevel&, std::span<double>) override {}
  void to_field(const NoiseLevel&, std::span<const double> whitened, std::span<double> out) override {
    std::copy(whitened.begin(), whitened.end(), out.begin());
  }
  void score(const NoiseLevel&, std::span<const double>, std::span<double> out) override { std::fill(out.begin(), out.end(), 0.0); }
};

// What depends on the level alone, up to its square, ode2 integrates exactly with any step, because its second stage stands at two thirds;
// Heun's scheme would be off by h^2/2 per unit of l.
TEST(Samplers, ExactWhereTheSlopeIsAParabolaOfTheLevel) {
  const Schedule schedule(0.0, 10.0);
  for (const std::int64_t steps : {2, 5}) {
    const BackwardProcess process(schedule, {0.0, 1.0}, {"ode2", steps});
    Parabola flow;
    std::vector<double> x(3), start;
    process.run(flow, 3, 0, x, [&](std::size_t level, std::span<const double> at) {
      if (level == 0) start.assign(at.begin(), at.end());
    });
    const auto cube = [&](std::size_t level) { return std::pow(level_coordinate(process.levels()[level], {0.0, 1.0}), 3); };
    const double expected = cube(static_cast<std::size_t>(steps) - 1) - cube(0);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i] - start[i], expected, 1e-11 * std::fabs(expected));
  }
}

double median_difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> d(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) d[i] = std::abs(a[i] - b[i]);
  const auto middle = d.begin() + static_cast<std::ptrdiff_t>(d.size() / 2);
  std::nth_element(d.begin(), middle, d.end());
  return *middle;
}

// sde2 converges at order 2: from the same noise its configurations differ from those of sde4 by a quarter at half the step, to
// 25 %. (The median: few that end in different peaks make the rms.)
TEST(Samplers, OrderOfStochasticIntegrator) {
  const Exact model(1.0, 0.25, 0.7);
  for (const double c : {0.0, 1.0}) {
    std::vector<double> errors;
    for (const std::int64_t intervals : {64, 128, 256}) {
      errors.push_back(median_difference(sample(model, c, {"sde2", intervals + 1}, 5000), sample(model, c, {"sde4", intervals + 1}, 5000)));
    }
    EXPECT_NEAR(errors[0] / errors[1], 4.0, 1.0) << c;
    EXPECT_NEAR(errors[1] / errors[2], 4.0, 1.0) << c;
  }
}

// 48 steps of sde4 give every cumulant within 4 sigma (400000 configurations), for all processes and unequal peaks too;
// against a law half a percent wider they fail.
TEST(Samplers, StochasticCumulants) {
  for (const double weight : {0.5, 0.7}) {
    const Exact model(1.0, 0.25, weight);
    for (const double c : {0.0, 0.5, 1.0}) {
      const Estimate e = cumulants_of(model, c, {"sde4", 48}, 400000);
      for (std::size_t order = 1; order <= kMaxOrder; ++order) EXPECT_LT(std::abs(deviation(model, e, order)), 4.0) << c << " " << order;
      const auto tested = tested_cumulants(model.law);
      EXPECT_GT(chi_squared(e, model.law.cumulants(), tested, kBins).p_value, 6e-5);
      EXPECT_LT(chi_squared(e, TwoPeak(1.005, 0.25, weight).cumulants(), tested, kBins).p_value, 6e-5);
    }
  }
}

// Euler-Maruyama with 50 steps is visibly biased (more than 5 sigma of 100000); with 1000 steps the bias of kappa_2 is below a
// fifth of that, and within 4 sigma. Predictor-corrector likewise, from its own noise.
TEST(Samplers, StepsInTime) {
  const Exact model(1.0, 0.25, 0.5);
  for (const char* name : {"euler-maruyama", "predictor-corrector"}) {
    const Estimate few = cumulants_of(model, 0.0, {name, 50}, 100000), many = cumulants_of(model, 0.0, {name, 1000}, 100000);
    EXPECT_GT(std::abs(deviation(model, few, 2)), 5.0) << name;
    EXPECT_GT(std::abs(deviation(model, few, 4)), 5.0) << name;
    EXPECT_LT(std::abs(deviation(model, many, 2)), 4.0) << name;
    EXPECT_LT(std::abs(deviation(model, many, 4)), 4.0) << name;
    EXPECT_LT(std::abs(many.value[1] - 1.0625), 0.2 * std::abs(few.value[1] - 1.0625)) << name;
  }
  const auto plain = sample(model, 0.0, {"predictor-corrector", 50, 0.02, 0.1}, 100);
  EXPECT_NE(plain, sample(model, 0.0, {"predictor-corrector", 50, 0.02, 0.2}, 100));
  EXPECT_NE(plain, sample(model, 0.0, {"euler-maruyama", 50}, 100));
}

// Configurations are numbered: made in pieces they have the bits of one run, for every integrator.
TEST(Samplers, PiecesGiveTheSameBits) {
  const Exact model(1.0, 0.25, 0.7);
  for (const char* name : kAll) {
    const BackwardProcess process(Schedule(0.5, 10.0), model.reference, {name, 12});
    std::vector<double> whole(1000), pieces(1000);
    process.run(model.flow, 9, 40, whole, ignore);
    std::size_t first = 0;
    for (const std::size_t count : {1, 2, 5, 130, 333, 529}) {
      process.run(model.flow, 9, 40 + first, std::span(pieces).subspan(first, count), ignore);
      first += count;
    }
    EXPECT_EQ(test::bits(pieces), test::bits(whole)) << name;
    process.run(model.flow, 10, 40, pieces, ignore);
    EXPECT_NE(pieces, whole) << name;
  }
}

// A Gaussian is sampled exactly in law by four steps: the deterministic integrators map the prior's normal numbers to the law's
// by scaling alone, and of the stochastic ones the variance is right to 4 sigma (400000 configurations).
TEST(Samplers, GaussianIsExact) {
  const Exact model(0.0, 0.7, 0.5);
  std::vector<double> normals(500);
  fill_normals({3, Stream::prior, 0}, 0, normals);
  for (const double c : {0.0, 1.0}) {
    for (const char* name : {"ode2", "ode4", "adams4"}) {
      const auto x = sample(model, c, {name, 4}, normals.size());
      for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], 0.7 * normals[i], 1e-10) << name;
    }
    for (const char* name : {"sde2", "sde4"}) {
      const Estimate e = cumulants_of(model, c, {name, 4}, 400000);
      for (const std::size_t order : {1, 2, 4, 6}) EXPECT_LT(std::abs(deviation(model, e, order)), 4.0) << name;
    }
  }
}

// Stochastic integrators forget the start as the forward process would in one step up for each step down: for a Gaussian the
// correlation of the ends is the product of those over single steps (40000 configurations, 4 sigma); that of the others is 1.
TEST(Samplers, StochasticOnesForget) {
  const Exact model(0.0, 0.7, 0.5);
  for (const double c : {0.0, 1.0}) {
    for (const char* name : {"sde2", "sde4", "ode4"}) {
      const BackwardProcess process(Schedule(c, 4.0), model.reference, {name, 12});
      std::vector<double> start, end(40000);
      process.run(model.flow, 5, 0, end, [&](std::size_t level, std::span<const double> x) {
        if (level == 0) start.assign(x.begin(), x.end());
      });
      double xy = 0.0, xx = 0.0, yy = 0.0;
      for (std::size_t i = 0; i < end.size(); ++i) {
        xy += start[i] * end[i];
        xx += start[i] * start[i];
        yy += end[i] * end[i];
      }
      const auto& levels = process.levels();
      double expected = 1.0;
      for (std::size_t k = 1; k + 2 < levels.size(); ++k) {
        expected *= transition(levels[k], levels[k - 1]).kept * total_deviation(levels[k], model.reference) /
                    total_deviation(levels[k - 1], model.reference);
      }
      EXPECT_LT(expected, 0.8);
      if (std::string(name) == "ode4") expected = 1.0;
      EXPECT_NEAR(xy / std::sqrt(xx * yy), expected, 4.0 * (1.0 - expected * expected) / 200.0 + 1e-9) << name << " " << c;
    }
  }
}

/// Counts the configurations that a score is asked for.
class CountingScore : public Score {
 public:
  explicit CountingScore(const ExactLaw& law) : law_(law) {}
  std::int64_t count() const { return count_; }

 private:
  void compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const override {
    count_ += static_cast<std::int64_t>(x.size());
    law_.score(level, x, out);
  }
  const ExactLaw& law_;
  mutable std::int64_t count_ = 0;
};

// Levels fall from T to 0, the observer sees the configurations at each, and evaluations() counts those made.
TEST(Samplers, LevelsObserverAndEvaluations) {
  const Exact model(1.0, 0.25, 0.5);
  for (const char* name : kAll) {
    for (const std::int64_t steps : {1, 2, 3, 5, 20}) {
      const Schedule schedule(0.5, 10.0);
      const BackwardProcess process(schedule, model.reference, {name, steps});
      const auto& levels = process.levels();
      ASSERT_EQ(static_cast<std::int64_t>(levels.size()), steps + 1);
      EXPECT_EQ(levels.front().time, 1.0);
      EXPECT_EQ(levels.back().time, 0.0);
      EXPECT_EQ(levels.back().noise_variance, 0.0);
      for (std::size_t i = 0; i + 1 < levels.size(); ++i) EXPECT_GT(levels[i].time, levels[i + 1].time);
      const CountingScore score(model.law);
      std::vector<double> x(100), last, first;
      std::size_t calls = 0;
      PointFlow flow(score, PointReference(model.reference.mean, model.reference.variance));
      process.run(flow, 1, 0, x, [&](std::size_t level, std::span<const double> at) {
        EXPECT_EQ(level, calls++);
        if (level == 0) first.assign(at.begin(), at.end());
        last.assign(at.begin(), at.end());
      });
      EXPECT_EQ(calls, levels.size());
      EXPECT_EQ(test::bits(last), test::bits(x));
      EXPECT_EQ(score.count(), 100 * process.evaluations()) << name << " " << steps;
      std::vector<double> normals(100);
      fill_normals({1, Stream::prior, 0}, 0, normals);
      const double sd = total_deviation(levels.front(), model.reference);
      for (std::size_t i = 0; i < 100; ++i) EXPECT_NEAR(first[i], sd * normals[i], 1e-13 * sd);
    }
  }
}

/// A score that drives everything away.
class RunawayScore : public Score {
  void compute(const NoiseLevel&, std::span<const double> x, std::span<double> out) const override {
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = 1e300 * x[i] * x[i];
  }
};

// A configuration that leaves the finite numbers is an error that names the sampler; so is a lowest noise above that at T,
// and a score of arrays that do not fit.
TEST(Samplers, Errors) {
  const Exact model(1.0, 0.25, 0.5);
  std::vector<double> x(10);
  for (const char* name : kAll) {
    const auto error = test::caught([&] {
      const RunawayScore score;
      PointFlow flow(score, PointReference(model.reference.mean, model.reference.variance));
      BackwardProcess(Schedule(0.0, 10.0), model.reference, {name, 20}).run(flow, 1, 0, x, ignore);
    });
    EXPECT_EQ(error.code, ExitCode::numerical);
    EXPECT_NE(error.message.find(name), std::string::npos);
  }
  const auto error = test::caught([&] { BackwardProcess(Schedule(0.0, 1.01), model.reference, {"ode4", 10, 0.99}); });
  EXPECT_EQ(error.code, ExitCode::bad_input);
  EXPECT_NE(error.message.find("forward.noise-min"), std::string::npos);
  EXPECT_EQ(test::caught([&] { model.score.evaluate({}, x, std::span(x).first(9)); }).code, ExitCode::internal);
}

}  // namespace
}  // namespace scorefield
