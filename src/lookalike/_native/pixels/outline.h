// What a JPEG's markers say of its scans.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lookalike {

// The segments of the first image that say what it is made of, one behind the other: of frames and
// of scans, no more of these than `most_scans`, and the marker that ends it.
std::vector<uint8_t> jpeg_outline(const uint8_t* data, size_t size, size_t most_scans);

}  // namespace lookalike
