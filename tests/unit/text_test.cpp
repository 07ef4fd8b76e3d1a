#include "base/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace scorefield {
namespace {

// Of any length: nothing is cut.
TEST(Text, FormattedOfAnyLength) {
  EXPECT_EQ(formatted("%d of %s", 3, "four"), "3 of four");
  EXPECT_EQ(formatted("%s", ""), "");
  const std::string path(5000, 'a');
  EXPECT_EQ(formatted("%s.h5 at %.3g", path.c_str(), 0.25), path + ".h5 at 0.25");
}

TEST(Text, Joined) {
  EXPECT_EQ(joined(std::vector<std::string>(), ", "), "");
  EXPECT_EQ(joined(std::vector<std::string>{"a"}, ", "), "a");
  EXPECT_EQ(joined(std::vector<std::string>{"", "b", "c"}, "; "), "; b; c");
  EXPECT_EQ(joined(std::vector<int>{1, 2}, ",", [](int n) { return std::to_string(n); }), "1,2");
}

}  // namespace
}  // namespace scorefield
