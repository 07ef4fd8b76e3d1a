// Files of an earlier run that make room for others: nothing of a user is deleted.
#pragma once

#include "stages/context.h"

namespace scorefield {

/// Renames `path`, if it is there, to `path`.old, .old.2, ... and says so in the log. Collective; IoError, agreed on.
void rename_aside(const Context& context, const std::filesystem::path& path);

/// Gives a file that is about to be replaced such a second name. Collective; IoError, agreed on.
void keep_aside(const Context& context, const std::filesystem::path& path);

}  // namespace scorefield
