// Features with a network on top of them. No torch types.
#pragma once

#include <string>

#include "denoiser/features.h"
#include "denoiser/field_layers.h"

namespace scorefield {

/// A trained network as data.
struct FieldWeights {
  NetworkParams network;
  std::vector<double> frequencies, weights;
};

/// R of the features plus s_w N (network_inputs.h), by LibTorch on `device` (device.h). What it is made
/// of must outlive it.
class NetworkCorrection : public Correction {
 public:
  NetworkCorrection(const FieldReference& reference, const Correction& features, const FieldWeights& weights, double scale,
                    const std::string& device);
  ~NetworkCorrection() override;
  NetworkCorrection(const NetworkCorrection&) = delete;
  NetworkCorrection& operator=(const NetworkCorrection&) = delete;
  std::unique_ptr<CorrectionWorker> worker() const override;

 private:
  class Worker;
  struct Network;

  const FieldReference& reference_;
  const Correction& features_;
  double scale_;
  std::unique_ptr<Network> network_;
};

}  // namespace scorefield
