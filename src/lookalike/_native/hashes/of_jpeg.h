// Hashes a JPEG from its bytes at once, if nothing about it is out of the ordinary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hashes/kind.h"
#include "jpeg/facts.h"

namespace lookalike {

struct Wanted {
    std::vector<Kind> kinds;
    int thumb_least_side;  // 0 without a thumb
    uint64_t max_pixels;
};

struct Hashed {
    jpeg::Facts facts;
    bool first_scan = false;          // whether no more of the finest picture was read
    bool whole = false;               // whether all scans are known to be there
    std::vector<std::string> hashes;  // one per kind
    std::string thumb;                // with a glance behind it
};

// `size` are the bytes that are there: all of `file_size`, or the first scan, cut out. Returns
// whether the hashes are those of fast reading. They are not made if there is any doubt: another
// kind of file, damage, little detail, or too many doubtful bits.
bool hash_jpeg(const uint8_t* data, size_t size, uint64_t file_size, const Wanted& wanted,
               Hashed& hashed);

}  // namespace lookalike
