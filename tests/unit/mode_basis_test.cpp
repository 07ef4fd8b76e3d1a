#include "denoiser/mode_basis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "denoiser/cross_spectra.h"
#include "denoiser/mode_transform.h"
#include "denoiser/reference_tally.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

using Complex = std::complex<double>;
constexpr FieldShape kShape{4, 6};
constexpr std::size_t kSites = 24;

/// Some Hermitian positive matrix for each orbit, real where two-point functions are.
std::vector<ModeMatrix::Values> some_covariance(const ModeOrbits& orbits, std::size_t components) {
  std::vector<ModeMatrix::Values> all;
  for (std::size_t o = 0; o < orbits.count(); ++o) {
    std::size_t k = 0;
    while (orbits.of(k) != o || orbits.sign(k) < 0) ++k;
    const auto numbers = test::some_normals(2 * components * components, 50 + o);
    ModeMatrix::Values root(components * components), square(root.size());
    for (std::size_t i = 0; i < root.size(); ++i) root[i] = {numbers[2 * i], orbits.sign(k) == 0 ? 0.0 : numbers[2 * i + 1]};
    for (std::size_t a = 0; a < components; ++a) {
      for (std::size_t b = 0; b < components; ++b) {
        square[a * components + b] = a == b ? 0.1 : 0.0;
        for (std::size_t c = 0; c < components; ++c)
          square[a * components + b] += root[a * components + c] * std::conj(root[b * components + c]);
      }
    }
    all.push_back(square);
  }
  return all;
}

/// phi~(k)/sqrt(V) of one component.
Complex plain_transform(std::span<const double> field, std::size_t k) {
  const double root = std::sqrt(static_cast<double>(kSites));
  Complex sum = 0.0;
  for (std::size_t s = 0; s < kSites; ++s) {
    const std::size_t along_y = (k / 6) * (s / 6), along_x = (k % 6) * (s % 6);
    const double phase = 2.0 * std::numbers::pi * (static_cast<double>(along_y) / 4.0 + static_cast<double>(along_x) / 6.0);
    sum += field[s] * std::polar(1.0, -phase) / root;
  }
  return sum;
}

FieldReference some_reference(std::size_t components, bool directed) {
  return component_reference(kShape, components, directed, some_covariance(ModeOrbits(kShape, directed), components));
}

// sum_i |m_i|^2/v_i over the modes at k and -k is phi^dagger S^-1 phi of the plain Fourier transform, for each k; the transform is
// orthogonal and goes back.
TEST(ModeBasis, DiagonalisesTheCovariance) {
  for (const bool directed : {false, true}) {
    for (const std::size_t components : {2u, 4u}) {
      const FieldReference reference = some_reference(components, directed);
      const ModeOrbits& orbits = reference.basis->orbits();
      const std::vector<ModeMatrix::Values> covariance = some_covariance(orbits, components);
      ModeTransform transform(reference);
      const std::vector<double> field = test::some_normals(components * kSites, 3);
      std::vector<double> modes(field.size()), back(field.size());
      transform.to_modes(field, modes);
      transform.to_sites(modes, back);
      for (std::size_t i = 0; i < field.size(); ++i) EXPECT_NEAR(back[i], field[i], 1e-12);
      for (std::size_t k = 0; k < kSites; ++k) {
        if (orbits.sign(k) < 0) continue;
        const ModeMatrix::Values inverse = [&] {
          ModeMatrix::Values result(components * components);
          const auto all = reference.basis->function([](double v) { return 1.0 / v; });
          return all[orbits.of(k)];
        }();
        // S S^-1 = 1
        const ModeMatrix::Values& s = covariance[orbits.of(k)];
        for (std::size_t a = 0; a < components; ++a) {
          for (std::size_t b = 0; b < components; ++b) {
            Complex sum = 0.0;
            for (std::size_t c = 0; c < components; ++c) sum += s[a * components + c] * inverse[c * components + b];
            EXPECT_NEAR(std::abs(sum - (a == b ? 1.0 : 0.0)), 0.0, 1e-10);
          }
        }
        Complex plain = 0.0;
        for (std::size_t a = 0; a < components; ++a) {
          for (std::size_t b = 0; b < components; ++b) {
            plain += std::conj(plain_transform(std::span(field).subspan(a * kSites, kSites), k)) * inverse[a * components + b] *
                     plain_transform(std::span(field).subspan(b * kSites, kSites), k);
          }
        }
        double square = 0.0;
        for (std::size_t i = 0; i < components; ++i) {
          const double here = modes[i * kSites + k], mirror = modes[i * kSites + orbits.mirror(k)];
          square += 0.5 * (here * here + mirror * mirror) / reference.spectrum[i * kSites + k];
        }
        EXPECT_NEAR(square, plain.real(), 1e-9 * (1.0 + std::fabs(plain.real()))) << k << directed << components;
      }
    }
  }
}

// Cross spectra are those of the plain transform; a covariance goes through its numbers unchanged.
TEST(ModeBasis, CrossSpectra) {
  for (const bool directed : {false, true}) {
    const ModeOrbits orbits(kShape, directed);
    const std::vector<double> fields = test::some_normals(2 * kSites, 4);
    std::vector<double> h(fields.size());
    Hartley hartley = Hartley::orthogonal(kShape);
    for (std::size_t at = 0; at < h.size(); at += kSites)
      hartley.transform(std::span(fields).subspan(at, kSites), std::span(h).subspan(at, kSites));
    const CrossSpectra spectra(orbits, 2);
    std::vector<double> sums(spectra.numbers(), 0.0);
    spectra.add(h, sums);
    for (std::size_t o = 0; o < orbits.count(); ++o) {
      Complex plain = 0.0;
      for (std::size_t k = 0; k < kSites; ++k) {
        if (orbits.of(k) != o) continue;
        const Complex both =
            plain_transform(std::span(fields).first(kSites), k) * std::conj(plain_transform(std::span(fields).subspan(kSites), k));
        plain += orbits.sign(k) == 0 ? Complex(both.real(), 0.0) : orbits.sign(k) > 0 ? both : std::conj(both);
      }
      EXPECT_NEAR(std::abs(spectra.of_orbit(sums, o)[1] - plain), 0.0, 1e-12) << o << directed;
    }
    const auto covariance = some_covariance(orbits, 2);
    const ModeBasis basis(kShape, 2, directed, covariance);
    const auto again = ModeBasis::covariance_of(orbits, 2, basis.covariance_numbers());
    for (std::size_t o = 0; o < orbits.count(); ++o) {
      for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(std::abs(again[o][i] - covariance[o][i]), 0.0, 1e-15);
    }
  }
}

// The covariance of a site is that of fields whose modes have the reference's variances.
TEST(ModeBasis, SiteCovariance) {
  for (const bool directed : {false, true}) {
    const FieldReference reference = some_reference(2, directed);
    const std::vector<double> covariance = reference.basis->site_covariance(reference.spectrum);
    std::vector<double> sums(4, 0.0), modes(2 * kSites), field(2 * kSites);
    ModeTransform transform(reference);
    for (std::size_t n = 0; n < 2 * kSites; ++n) {  // each mode alone
      std::fill(modes.begin(), modes.end(), 0.0);
      modes[n] = std::sqrt(reference.spectrum[n]);
      transform.to_sites(modes, field);
      for (std::size_t a = 0; a < 2; ++a) {
        for (std::size_t b = 0; b < 2; ++b) {
          for (std::size_t s = 0; s < kSites; ++s)
            sums[2 * a + b] += field[a * kSites + s] * field[b * kSites + s] / static_cast<double>(kSites);
        }
      }
    }
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(covariance[i], sums[i], 1e-12);
  }
}

}  // namespace
}  // namespace scorefield
