// Which bits of a descriptor make the key of each table of postings.
//
// They were chosen on photographs, so that bits of one key say different things and survive edits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lookalike {

constexpr size_t kKeyTables = 4;
constexpr size_t kKeyBits = 28;

// Bit b of a descriptor is byte[b / 8] >> b % 8 & 1.
constexpr uint8_t kKeyPositions[kKeyTables][kKeyBits] = {
    {1,   7,   18, 28, 12, 8,  9,  44, 142, 162, 131, 106, 180, 64,
     152, 101, 0,  32, 31, 14, 20, 21, 17,  13,  23,  16,  33,  38},
    {3,  15,  25, 10, 50, 61, 34, 108, 133, 130, 35, 177, 139, 107,
     71, 158, 11, 6,  62, 4,  22, 19,  5,   43,  24, 29,  30,  63},
    {2,   26,  39, 58, 55, 57, 89, 45, 94, 52, 161, 119, 46, 140,
     166, 150, 67, 66, 47, 59, 51, 69, 27, 68, 76,  42,  41, 118},
    {36,  40,  65, 70, 54, 72, 86, 141, 136, 100, 79,  134, 123, 132,
     144, 105, 48, 87, 56, 60, 95, 49,  80,  135, 109, 75,  85,  90},
};

}  // namespace lookalike
