// Where torch computes. No torch types.
#pragma once

#include <string>

#include "base/mpi.h"

namespace scorefield {

/// The device of this rank, as torch names it, for run.device: cpu; cuda:i, the ranks of a node taking its devices in turn; auto: cuda
/// where this node has such a device, else cpu. InputError on all ranks if one is asked for cuda and its node has none. Collective.
std::string device_of(const Comm& comm, const std::string& wanted);

}  // namespace scorefield
