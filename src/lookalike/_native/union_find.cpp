#include "union_find.h"

namespace lookalike {

static uint32_t root_of(uint32_t* parent, uint32_t node) {
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];  // halves the path for the next who walks it
        node = parent[node];
    }
    return node;
}

void join_sets(uint32_t* parent, const uint32_t* left, const uint32_t* right, size_t pairs) {
    for (size_t k = 0; k < pairs; ++k) {
        const uint32_t a = root_of(parent, left[k]), b = root_of(parent, right[k]);
        if (a < b) parent[b] = a;
        if (b < a) parent[a] = b;
    }
}

}  // namespace lookalike
