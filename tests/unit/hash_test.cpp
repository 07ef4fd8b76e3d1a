#include "base/hash.h"

#include <gtest/gtest.h>

namespace scorefield {
namespace {

// The published values of FNV-1a; seeds and fingerprints stand on them.
TEST(Hash, IsFnv1a) {
  EXPECT_EQ(hash_text(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(hash_text("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(hash_text("foobar"), 0x85944171f73967e8ULL);
}

}  // namespace
}  // namespace scorefield
