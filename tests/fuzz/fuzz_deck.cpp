// Decks and command lines: what is wrong is an InputError; what is right has a resolved text that gives the same run.
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.h"
#include "deck/deck.h"

namespace {

constexpr char kBetween = '\x1f';  // the deck's text, and behind it overrides, each behind another

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace scorefield;
  std::vector<std::string> parts(1);
  for (const unsigned char* at = data; at != data + size; ++at) {
    if (*at == kBetween) {
      parts.emplace_back();
    } else {
      parts.back().push_back(static_cast<char>(*at));
    }
  }
  const std::vector<std::string> overrides(parts.begin() + 1, parts.end());
  Deck deck;
  try {
    deck = parse_deck("fuzz.ini", parts.front(), overrides);
  } catch (const InputError&) {
    return 0;
  }
  const std::string resolved = resolved_text(deck.params);
  if (resolved_text(parse_deck("resolved.ini", resolved, {}).params) != resolved) std::abort();
  return 0;
}
