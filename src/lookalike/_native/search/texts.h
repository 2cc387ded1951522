// Hashes of texts that are stored one after the other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

// MurmurHash64A (Austin Appleby), seed 0, of each text. Text k is the bytes from offsets[k] up to
// offsets[k + 1]. Stops at the first text that does not lie within 0 and `size`, or that ends
// before it begins. Returns how many were hashed.
size_t hash_texts(const uint8_t* text, size_t size, const int64_t* offsets, size_t count,
                  uint64_t* hashes);

}  // namespace lookalike
