// Where torch computes. Torch types: include only from implementation files.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace scorefield {

/// cpu; cuda: the first device that this process sees; auto: cuda where there is one, else cpu. InputError for cuda without a device.
at::Device torch_device(const std::string& wanted);

}  // namespace scorefield
