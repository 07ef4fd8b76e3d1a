// For tests of every key of a deck: a value that differs from its default.
#pragma once

#include <string>

#include "deck/keys.h"

namespace scorefield::test {

/// Another valid value for a key than its default, as it is written; "" where there is none.
inline std::string other_value(const Key& key) {
  for (const char* name : {"model.name", "generate.algorithm", "generate.start", "network.kind"}) {
    if (key.full_name() == name) return "";  // it decides which other keys mean something
  }
  if (key.full_name() == "lattice.process-grid") return "2, 3, 4";
  if (key.type == "choice")
    return key.range.substr(key.range.find(',') + 2, key.range.find(',', key.range.find(',') + 1) - key.range.find(',') - 2);
  if (key.type == "choices") return key.full_name() == "sample.score" ? "exact, learnt" : "ode4";
  if (key.type == "processes") return "0.3, vp";
  if (key.type == "text") return "elsewhere";
  if (key.type == "integer") {
    return key.full_name() == "network.order" || key.full_name() == "network.stride" ? "3" : "26";
  }
  if (key.type == "integers") return "30, 31";
  return key.type == "numbers"                ? "0.30000000000000004, -0.001"
         : key.full_name() == "forward.sigma" ? "3.3333333333333335"
                                              : "0.30000000000000004";
}

/// Parameters for which the key means something; else they are defaults.
inline Params params_for(const Key& key) {
  Params p;
  if (key.applies(p)) return p;
  for (const char* model : {"quartic", "complex-phi4", "bose-gas", "phi4"}) {
    p.model.name = model;
    if (key.applies(p)) return p;
  }
  p.model.name = "quartic";
  p.network.energy = "yes";
  if (key.applies(p)) return p;
  p.model.name = "phi4";
  p.network.energy = "no";
  for (const char* kind : {"resnet", "unet"}) {
    p.network.kind = kind;
    if (key.applies(p)) return p;
  }
  p.network.kind = "features";
  p.generate.start = "file";
  if (key.applies(p)) return p;
  p.generate.algorithm = "langevin";
  if (key.applies(p)) return p;
  p.generate.algorithm = "import";
  return p;
}

}  // namespace scorefield::test
