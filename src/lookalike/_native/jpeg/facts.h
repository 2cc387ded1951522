// What a JPEG says up to its first scan, as far as it matters for how it is decoded.
//
// Sources: ITU-T T.81 (1992), annexes B and G, Exif 2.32, section 4.6, and CIPA DC-007 (MPO).
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike::jpeg {

// Each is explained in images/jpeg/header.py.
struct Facts {
    int width = 0, height = 0, components = 0;
    bool progressive = false;
    uint32_t orientation = 1, images = 1;
    size_t scan = 0;
    bool whole_dc = false, one_scan = false;
    double error = 0;
};

enum class Beginning {
    known,
    other,   // of a kind that a more capable decoder should read, or not a JPEG
    cut_off  // the data ends before the first scan begins
};

// The first two bytes are not looked at.
Beginning read_facts(const uint8_t* data, size_t size, Facts& facts);

}  // namespace lookalike::jpeg
