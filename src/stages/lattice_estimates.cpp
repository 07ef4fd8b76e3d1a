#include "stages/lattice_estimates.h"

#include <cmath>
#include <limits>

#include "observables/derived.h"
#include "physics/free_field.h"

namespace scorefield {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

using Numbers = std::vector<double>;

void append(Numbers& to, const Numbers& from) { to.insert(to.end(), from.begin(), from.end()); }

/// C(t) - <phi>^2.
Numbers connected(std::span<const double> correlator, double mean) {
  Numbers result(correlator.begin(), correlator.end());
  for (double& value : result) value -= mean * mean;
  return result;
}

/// The parts of the results that are computed from the means together, one behind the other.
struct Parts {
  std::vector<Numbers> parts;
  Numbers joined() const {
    Numbers all;
    for (const Numbers& part : parts) append(all, part);
    return all;
  }
};

/// Even site cumulants 2, 4, 6, 8 and their ratios to powers of the second, of the distribution symmetrised under phi -> -phi: without the
/// noise of odd moments, which an even action has none of.
Numbers symmetrised_cumulants(std::span<const double> scalars) {
  Orders moments{};
  for (std::size_t n = 1; n < kMaxOrder; n += 2) moments[n] = scalars[scalar::site_moment + n];
  const Orders kappa = cumulants_from_moments(moments);
  const double k2 = kappa[1];
  return {k2, kappa[3], kappa[5], kappa[7], kappa[3] / (k2 * k2), kappa[5] / (k2 * k2 * k2), kappa[7] / (k2 * k2 * k2 * k2)};
}

Numbers scalar_quantities(const ModelParams& model, const ConfigurationObserver& observer, std::span<const double> means) {
  const RowLayout& layout = observer.layout();
  const FieldShape& shape = observer.scalars().extents();
  const auto scalars = layout.scalars_of(means);
  Numbers all(scalars.begin(), scalars.end());
  append(all, derived_quantities(shape, scalars));
  const Orders kappa = site_cumulants(scalars);
  for (const int n : {4, 6, 8}) all.push_back(kappa[static_cast<std::size_t>(n) - 1] / std::pow(kappa[1], n / 2));
  append(all, symmetrised_cumulants(scalars));
  const auto spectrum = layout.spectrum_of(means);
  const CorrelationLengths xi = correlation_lengths(shape, spectrum);
  const double chi = susceptibility(shape, scalars);
  const double connected =
      0.5 * (second_moment_length(chi, spectrum[shape.half_x()], shape.y) + second_moment_length(chi, spectrum[1], shape.x));
  append(all, {xi.y, xi.x, xi.mean, connected, action_density(scalars, model.kappa, lambda_of(model)),
               schwinger_dyson(scalars, model.kappa, lambda_of(model))});
  return all;
}

std::vector<std::string> scalar_names(const LatticeObserver& observer) {
  std::vector<std::string> names = observer.names();
  for (const std::string& name : derived_names(observer.extents())) names.push_back(name);
  for (const char* name : {"kappa4_phi/kappa2^2", "kappa6_phi/kappa2^3", "kappa8_phi/kappa2^4", "kappa2_Z2", "kappa4_Z2", "kappa6_Z2",
                           "kappa8_Z2", "kappa4_Z2/kappa2^2", "kappa6_Z2/kappa2^3", "kappa8_Z2/kappa2^4", "xi_y", "xi_x", "xi",
                           "xi_connected", "action_density", "schwinger_dyson"}) {
    names.emplace_back(name);
  }
  return names;
}

/// What has so many numbers that they get no covariance, from the means of all numbers of a row.
Parts functions_of_distance(const ConfigurationObserver& observer, std::span<const double> means) {
  const RowLayout& layout = observer.layout();
  const FieldShape& shape = observer.scalars().extents();
  const double mean = means[scalar::site_moment];
  const auto spectrum = layout.spectrum_of(means);
  const Numbers slices_y = connected(layout.slices_y_of(means), mean), slices_x = connected(layout.slices_x_of(means), mean);
  return {{slices_y, slices_x, effective_mass(slices_y, shape.y), effective_mass(slices_x, shape.x),
           Numbers(spectrum.begin(), spectrum.end()), two_point_function(shape, spectrum, mean)}};
}

/// The next `size` numbers of an estimate.
Estimate take(const Estimate& all, std::size_t& at, std::size_t size) {
  const auto part = [&](const Numbers& from) {
    return Numbers(from.begin() + static_cast<std::ptrdiff_t>(at), from.begin() + static_cast<std::ptrdiff_t>(at + size));
  };
  Estimate result{part(all.value), part(all.error), {}};
  at += size;
  return result;
}

Numbers exact_spectrum(const ModelParams& model, const FieldShape& shape) {
  Numbers exact(shape.y * shape.half_x(), kUnknown);
  if (model.name != "gaussian-field") return exact;
  for (std::size_t y = 0; y < shape.y; ++y) {
    for (std::size_t x = 0; x < shape.half_x(); ++x) exact[y * shape.half_x() + x] = free_propagator(model.kappa, shape.y, shape.x, y, x);
  }
  return exact;
}

/// M1, M3, ..., phi7.
bool is_odd_moment(const std::string& name) {
  const char last = name.back();
  return (name == std::string("M") + last || name == std::string("phi") + last) && last >= '1' && last <= '7' && (last - '0') % 2 == 1;
}

/// Known by symmetry, for the free field from its propagator, and for all models from the Schwinger-Dyson equation.
Numbers exact_quantities(const ModelParams& model, const LatticeObserver& observer, const std::vector<std::string>& names,
                         const Numbers& spectrum) {
  const bool free = model.name == "gaussian-field";
  const Numbers two_point = free ? two_point_function(observer.extents(), spectrum, 0.0) : Numbers();
  Numbers exact;
  for (const std::string& name : names) {
    const bool odd = is_odd_moment(name) || (name.size() == 10 && name.rfind("kappa", 0) == 0 && (name[5] - '0') % 2 == 1);
    const bool vanishes = odd || (free && (name.rfind("kappa4", 0) == 0 || name.rfind("kappa6", 0) == 0 || name.rfind("kappa8", 0) == 0));
    double value = vanishes || (free && name == "binder") ? 0.0 : kUnknown;
    if (name == "schwinger_dyson") value = 1.0;
    if (free && (name == "kappa2_phi" || name == "kappa2_Z2" || name == "phi2")) value = two_point[0];
    if (free && name == "hop_x") value = two_point[1];
    if (free && name == "hop_y") value = two_point[observer.extents().x];
    if (free && name == "V_M2") value = spectrum[0];
    if (free && name == "action_density") value = 0.5;
    exact.push_back(value);
  }
  return exact;
}

}  // namespace

double lambda_of(const ModelParams& model) { return model.name == "gaussian-field" ? 0.0 : model.lambda; }

double schwinger_dyson(std::span<const double> scalars, double kappa, double lambda) {
  return -4.0 * kappa * (scalars[scalar::hop_x] + scalars[scalar::hop_y]) + 2.0 * (1.0 - 2.0 * lambda) * scalars[scalar::site_moment + 1] +
         4.0 * lambda * scalars[scalar::site_moment + 3];
}

LatticeResults estimate_lattice(const ModelParams& model, const ConfigurationObserver& observer, const ChainSums::Binned& bins) {
  std::vector<std::size_t> sizes;
  const auto function = [&](std::span<const double> means) {
    const Parts results = functions_of_distance(observer, means);
    sizes.clear();
    for (const Numbers& part : results.parts) sizes.push_back(part.size());
    return results.joined();
  };
  const Estimate all = jackknife_errors(bins.sums, bins.counts, function);
  LatticeResults results;
  std::size_t at = 0, part = 0;
  for (Estimate* each : {&results.slices_y, &results.slices_x, &results.mass_y, &results.mass_x, &results.spectrum, &results.two_point}) {
    *each = take(all, at, sizes[part++]);
  }
  results.quantities =
      jackknife(bins.sums, bins.counts, [&](std::span<const double> means) { return scalar_quantities(model, observer, means); });
  results.names = scalar_names(observer.scalars());
  results.exact_spectrum = exact_spectrum(model, observer.scalars().extents());
  results.exact = exact_quantities(model, observer.scalars(), results.names, results.exact_spectrum);
  const std::size_t width = observer.layout().size();
  Numbers moments;
  for (std::size_t bin = 0; bin < bins.counts.size(); ++bin) {
    const auto first = bins.sums.begin() + static_cast<std::ptrdiff_t>(bin * width + scalar::site_moment);
    moments.insert(moments.end(), first, first + kMaxOrder);
  }
  results.cumulants = jackknife(moments, bins.counts, [](std::span<const double> means) {
    Orders raw{};
    std::copy_n(means.begin(), kMaxOrder, raw.begin());
    const Orders kappa = cumulants_from_moments(raw);
    return Numbers(kappa.begin(), kappa.end());
  });
  return results;
}

}  // namespace scorefield
