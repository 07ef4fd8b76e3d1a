// Features with a network on top of them.
#pragma once

#include "denoiser/correction.h"
#include "learning/field_network.h"

namespace scorefield {

/// R of the features plus s_w N (denoiser/network_inputs.h). What it is made of must outlive it.
class NetworkCorrection : public Correction {
 public:
  NetworkCorrection(const FieldReference& reference, const Correction& features, const FieldWeights& weights, double scale,
                    const at::Device& device);
  std::unique_ptr<CorrectionWorker> worker() const override;

 private:
  class Worker;

  const FieldReference& reference_;
  const Correction& features_;
  double scale_;
  FieldNetwork layers_;
  at::Tensor weights_;
};

}  // namespace scorefield
