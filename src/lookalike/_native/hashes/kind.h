// An algorithm that hashes the brightness of a picture.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "hashes/bits.h"
#include "hashes/plane.h"

namespace lookalike {

// Defined in docs/hashes.md, and in algorithms/ in the file of that name.
enum class Family { phash, dhash, dhash_vertical, ahash, whash };

std::optional<Family> family_of(const std::string& name);

struct Kind {
    Family family;
    size_t size;     // the hash has size x size bits
    int least_side;  // the fewest pixels on the shorter side
    Doubt doubt;

    // Returns whether the hash could be made. `error`: how many levels the pixels may be off.
    bool hash(Plane& plane, double error, std::string& out) const;
};

}  // namespace lookalike
