// One number from the first directory of a TIFF, as in the EXIF data of a JPEG.
// Source: TIFF 6.0, section 2.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike::jpeg {

struct Bytes {
    const uint8_t* begin;
    size_t size;
};

struct Number {
    enum { there, absent, malformed } state;
    uint32_t value;
};

Number first_number(Bytes tiff, uint16_t tag);

}  // namespace lookalike::jpeg
