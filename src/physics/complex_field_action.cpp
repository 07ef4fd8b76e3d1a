#include "physics/complex_field_action.h"

#include "base/error.h"
#include "physics/bose_gas.h"
#include "physics/complex_phi4.h"

namespace scorefield {

std::unique_ptr<ComplexFieldAction> make_complex_field_action(const ModelParams& model) {
  if (model.name == "complex-phi4") {
    return std::make_unique<SweptAction<ComplexPhi4>>(
        ComplexPhi4{model.kappa, {model.mass, model.mass_im}, {model.lambda, model.lambda_im}});
  }
  if (model.name == "bose-gas") {
    return std::make_unique<SweptAction<BoseGas>>(BoseGas(model.mass_squared, model.lambda, model.mu));
  }
  throw InputError("model " + model.name + " is not a complex one on a lattice");
}

}  // namespace scorefield
