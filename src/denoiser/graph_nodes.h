// What the tables of features share: nodes that are made of earlier ones, and known by their names.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace scorefield {

/// What find_node says where there is none.
inline constexpr std::size_t kNoNode = static_cast<std::size_t>(-1);

/// Place of the first node of this name; kNoNode if there is none. Local.
template <class Node>
std::size_t find_node(const std::vector<Node>& nodes, const std::string& name) {
  const auto at = std::find_if(nodes.begin(), nodes.end(), [&](const Node& n) { return n.name == name; });
  return at == nodes.end() ? kNoNode : static_cast<std::size_t>(at - nodes.begin());
}

/// Without what is not used by any feature. Nodes of a kind before `first_made` are made of no others.
template <class Node>
std::vector<Node> used_nodes(const std::vector<Node>& nodes, typename Node::Kind first_made) {
  std::vector<std::size_t> place(nodes.size());
  std::vector<bool> used(nodes.size());
  for (std::size_t i = nodes.size(); i-- > 0;) {
    used[i] = used[i] || nodes[i].feature;
    if (used[i] && nodes[i].kind >= first_made) used[nodes[i].a] = used[nodes[i].b] = true;
  }
  std::vector<Node> kept;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!used[i]) continue;
    place[i] = kept.size();
    kept.push_back(nodes[i]);
    kept.back().a = place[nodes[i].a];
    kept.back().b = place[nodes[i].b];
  }
  return kept;
}

}  // namespace scorefield
