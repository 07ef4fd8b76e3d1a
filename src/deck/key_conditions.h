// When a key means something. Only the tables of keys include this.
#pragma once

#include "deck/key_builders.h"

namespace scorefield::conditions {

inline const Key::Condition kTwoPeak{"model.name = two-peak", [](const Params& p) { return has_law(p.model); }};
inline const Key::Condition kPointScore{"a diffusion model of a zero-dimensional model",
                                        [](const Params& p) { return !is_lattice(p.model) && diffuses(p); },
                                        [](const Params& p) { return is_walker(p.model); }};
inline const Key::Condition kWalkers{"model.name = gaussian or quartic", [](const Params& p) { return is_walker(p.model); }};
inline const Key::Condition kQuartic{"model.name = quartic", [](const Params& p) { return p.model.name == "quartic"; }};
inline const Key::Condition kPoints{"a zero-dimensional model", [](const Params& p) { return !is_lattice(p.model); }};
inline const Key::Condition kLattice{"a model on a lattice", [](const Params& p) { return is_lattice(p.model); }};
inline const Key::Condition kComplexPhi4{"model.name = complex-phi4", [](const Params& p) { return p.model.name == "complex-phi4"; }};
inline const Key::Condition kBoseGas{"model.name = bose-gas", [](const Params& p) { return p.model.name == "bose-gas"; }};
inline const Key::Condition kHopping{"model.name = phi4, complex-phi4 or gaussian-field",
                                     [](const Params& p) { return is_lattice(p.model) && !kBoseGas.holds(p); }};
inline const Key::Condition kInteracting{"model.name = phi4, complex-phi4, bose-gas or quartic", [](const Params& p) {
                                           return p.model.name == "phi4" || is_complex_field(p.model) || kQuartic.holds(p);
                                         }};
inline const Key::Condition kComplexCoupling{"model.name = complex-phi4 or quartic",
                                             [](const Params& p) { return kComplexPhi4.holds(p) || kQuartic.holds(p); }};
inline const Key::Condition kHistograms{"a real field or a zero-dimensional model",
                                        [](const Params& p) { return !is_complex_field(p.model); }};
/// Those below depend on what another key is set to, for which keys may wait.
inline bool is_field(const Params& p) { return is_real_field(p.model); }
inline bool is_any_field(const Params& p) { return is_lattice(p.model); }
inline bool may_diffuse(const Params& p) { return !has_law(p.model); }
inline bool may_learn_means(const Params& p) { return is_real_field(p.model) || is_walker(p.model); }
inline bool may_have_network(const Params& p) { return has_field_network(p) || is_walker(p.model); }
inline const Key::Condition kProcess{"a diffusion model: two-peak, or sample.score other than none", diffuses, may_diffuse};
inline const Key::Condition kSources{"a diffusion model of two-peak or of a real field",
                                     [](const Params& p) { return diffuses(p) && !is_complex(p.model); }, is_field};
inline const Key::Condition kNetwork{"a diffusion model; of a field, with network.kind other than features",
                                     [](const Params& p) { return diffuses(p) && (!is_lattice(p.model) || has_field_network(p)); },
                                     may_have_network};
inline const Key::Condition kConvolutions{"network.kind = unet or resnet",
                                          [](const Params& p) { return has_field_network(p) && diffuses(p) && p.network.kind != "mlp"; },
                                          has_field_network};
inline const Key::Condition kUnet{"network.kind = unet",
                                  [](const Params& p) { return has_field_network(p) && diffuses(p) && p.network.kind == "unet"; },
                                  has_field_network};
inline const Key::Condition kDense{
    "a zero-dimensional model, or network.kind = mlp",
    [](const Params& p) { return diffuses(p) && (!is_lattice(p.model) || (has_field_network(p) && p.network.kind == "mlp")); },
    may_have_network};
inline const Key::Condition kFieldNetwork{"network.kind other than features",
                                          [](const Params& p) { return has_field_network(p) && diffuses(p); }, has_field_network};
inline const Key::Condition kDevice{"network.kind other than features, of a field", kFieldNetwork.holds,
                                    [](const Params&) { return true; }};
inline const Key::Condition kFieldScore{"a diffusion model of a real field",
                                        [](const Params& p) { return is_real_field(p.model) && diffuses(p); }, is_field};
inline const Key::Condition kLatticeScore{"a diffusion model of a field on a lattice",
                                          [](const Params& p) { return is_lattice(p.model) && diffuses(p); }, is_any_field};
inline const Key::Condition kTarget{"a diffusion model of a real field, or of gaussian or quartic",
                                    [](const Params& p) { return may_learn_means(p) && diffuses(p); }, may_learn_means};
inline const Key::Condition kWalkerScore{"a diffusion model of gaussian or quartic",
                                         [](const Params& p) { return is_walker(p.model) && diffuses(p); },
                                         [](const Params& p) { return is_walker(p.model); }};
inline const Key::Condition kLearntDensity{
    "network.energy = yes with train.target = posterior, of gaussian or quartic",
    [](const Params& p) { return is_walker(p.model) && diffuses(p) && p.network.energy == "yes" && p.train.target == "posterior"; }};
inline const Key::Condition kHmc{"generate.algorithm = hmc",
                                 [](const Params& p) { return is_lattice(p.model) && p.generate.algorithm == "hmc"; }, is_any_field};
inline const Key::Condition kLangevin{
    "generate.algorithm = langevin, or complex Langevin",
    [](const Params& p) { return is_walker(p.model) || (is_lattice(p.model) && p.generate.algorithm == "langevin"); }, is_any_field};
inline const Key::Condition kRejecting{
    "generate.algorithm = hmc or langevin-corrected",
    [](const Params& p) { return kHmc.holds(p) || (is_lattice(p.model) && p.generate.algorithm == "langevin-corrected"); }, is_any_field};
inline const Key::Condition kImport{"generate.algorithm = import",
                                    [](const Params& p) { return is_lattice(p.model) && p.generate.algorithm == "import"; }, is_any_field};
inline const Key::Condition kChains{"a model on a lattice", [](const Params& p) { return is_lattice(p.model) && !kImport.holds(p); },
                                    is_any_field};
inline const Key::Condition kRealChains{"a real field on a lattice",
                                        [](const Params& p) { return kChains.holds(p) && !is_complex(p.model); }, is_any_field};
inline const Key::Condition kMoves{"a model on a lattice, or complex Langevin",
                                   [](const Params& p) { return kChains.holds(p) || is_walker(p.model); }, is_any_field};
inline const Key::Condition kComplexMoves{"a model of complex Langevin",
                                          [](const Params& p) { return kMoves.holds(p) && is_complex(p.model); }};
inline const Key::Condition kFromFile{"generate.start = file",
                                      [](const Params& p) { return kChains.holds(p) && p.generate.start == "file"; }, is_any_field};
/// The keys with the condition that they share.
inline std::vector<Key> only(const Key::Condition& condition, std::vector<Key> keys) {
  for (Key& key : keys) key.condition = condition;
  return keys;
}

}  // namespace scorefield::conditions
