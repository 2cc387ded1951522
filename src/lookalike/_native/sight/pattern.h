// What a descriptor compares: the means of 53 boxes on four rings around a keypoint. It is data,
// frozen with the descriptors that are stored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lookalike {

constexpr size_t kTurn = 256;  // steps of an angle
constexpr size_t kBoxes = 53, kTests = 256;

// Bit k is set if the mean of box kTested[k][0] is larger than that of box kTested[k][1]. They were
// chosen on photographs: bits that copies keep, and that are not correlated. The mirror image of
// every test is a test, or the opposite of one.
extern const std::array<std::array<uint8_t, 2>, kTests> kTested;

// Boxes of ring k are those up to kRings[k].last, and have 2 reach + 1 pixels along each side. The
// first ring is the middle.
struct Ring {
    size_t last;
    int radius, reach;
    int first;  // angle of the first box, in 1/768 turn
};
constexpr std::array<Ring, 5> kRings{
    {{1, 0, 2, 0}, {9, 4, 1, 0}, {21, 8, 2, 32}, {37, 13, 3, 0}, {53, 18, 4, 24}}};

struct Offset {
    int8_t x, y;
};
using Offsets = std::array<Offset, kBoxes>;

// Where the middles of the boxes are, in pixels, when the pattern is turned by an angle.
const Offsets& offsets_at(size_t angle);

// Bit k of the descriptor of a mirrored picture is bit `order[k]`, inverted if `inverted[k]` is 1.
struct Mirror {
    std::array<uint8_t, kTests> order, inverted;
};
const Mirror& mirror();

}  // namespace lookalike
