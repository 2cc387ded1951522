#include "search/union_find.h"

namespace lookalike {

bool join_sets(std::atomic<uint32_t>* parent, size_t nodes, const uint32_t* left,
               const uint32_t* right, size_t pairs) {
    size_t root;
    for (size_t k = 0; k < pairs; ++k)
        if (!join_set(parent, nodes, left[k], right[k], root)) return false;
    return true;
}

}  // namespace lookalike
