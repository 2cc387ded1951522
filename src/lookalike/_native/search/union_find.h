// Connected sets. A set's root is its smallest member, so the result does not depend on the order
// of the pairs or on the thread that joins them. Source: R. Anderson, H. Woll, "Wait-free Parallel
// Algorithms for the Union-Find Problem" (1991).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lookalike {

// An array owned by Python that several threads write to.
static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t) &&
              std::atomic<uint32_t>::is_always_lock_free);

// Returns the root of a node's set, and halves the path for the next walk. Returns `nodes` if the
// path leads out of the array. Python can write to the array, and checking all of it for each block
// of pairs would take longer than joining them.
inline size_t root_of(std::atomic<uint32_t>* parent, size_t nodes, size_t node) {
    while (node < nodes) {
        uint32_t above = parent[node].load(std::memory_order_relaxed);
        if (above == node || above >= nodes) return above;
        const uint32_t next = parent[above].load(std::memory_order_relaxed);
        // Only if no other thread was here: what it wrote leads farther up.
        if (next != above)
            parent[node].compare_exchange_weak(above, next, std::memory_order_relaxed);
        node = next;
    }
    return nodes;
}

// Joins the sets of two nodes, and sets the root of the joined set. Returns false if a number is
// not a node.
inline bool join_set(std::atomic<uint32_t>* parent, size_t nodes, size_t a, size_t b,
                     size_t& root) {
    for (;;) {
        a = root_of(parent, nodes, a);
        b = root_of(parent, nodes, b);
        if (a >= nodes || b >= nodes) return false;
        root = a < b ? a : b;
        if (a == b) return true;
        const size_t under = a < b ? b : a;
        auto expected = static_cast<uint32_t>(under);
        if (parent[under].compare_exchange_strong(expected, static_cast<uint32_t>(root),
                                                  std::memory_order_relaxed))
            return true;
    }
}

// Joins the sets of left[k] and right[k], for every k. Returns false if a number is not a node. The
// pairs before it stay joined.
bool join_sets(std::atomic<uint32_t>* parent, size_t nodes, const uint32_t* left,
               const uint32_t* right, size_t pairs);

}  // namespace lookalike
