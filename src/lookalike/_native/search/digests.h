// Digests of rows of bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

constexpr size_t kDigestBytes = 8;
constexpr size_t kLongestRow = 1024;  // what BLAKE3 calls a chunk

// The first bytes of the BLAKE3 digest of each row. `width` is at least 1 and at most kLongestRow.
void digest_rows(const uint8_t* rows, size_t count, size_t width, uint8_t* digests);

}  // namespace lookalike
