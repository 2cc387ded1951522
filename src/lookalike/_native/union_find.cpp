#include "union_find.h"

namespace lookalike {
namespace {

// The root of a node's set, or `nodes` where the way there leads out of the array: it is Python's to write to, and
// checking all of it for each block of pairs would take longer than joining them.
size_t root_of(uint32_t* parent, size_t nodes, size_t node) {
    while (node < nodes && parent[node] != node) {
        const size_t above = parent[node];
        if (above >= nodes) return nodes;
        parent[node] = parent[above];  // halves the path for the next who walks it
        node = parent[node];
    }
    return node < nodes ? node : nodes;
}

}  // namespace

bool join_sets(uint32_t* parent, size_t nodes, const uint32_t* left, const uint32_t* right, size_t pairs) {
    for (size_t k = 0; k < pairs; ++k) {
        const size_t a = root_of(parent, nodes, left[k]), b = root_of(parent, nodes, right[k]);
        if (a == nodes || b == nodes) return false;
        if (a < b) parent[b] = static_cast<uint32_t>(a);
        if (b < a) parent[a] = static_cast<uint32_t>(b);
    }
    return true;
}

}  // namespace lookalike
