// Hashes a JPEG from its file, into which nobody else looks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hashes/of_jpeg.h"

namespace lookalike {

enum class Reading {
    done,
    left,       // not hashed here
    first_scan  // not hashed, because it may be enough to read its first scan
};

// Reads the `size` bytes of a file into `data`, and hashes them as `hash_jpeg` does. Of a file that
// is left, perhaps only the beginning is read. `descriptor` is that of the system.
Reading hash_file(int descriptor, uint8_t* data, size_t size, const Wanted& wanted, Hashed& hashed);

}  // namespace lookalike
