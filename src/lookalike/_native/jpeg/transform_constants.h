// The constants of the reduced DCTs, with 13 bits after the point.
#pragma once

#include <cstdint>

namespace lookalike::jpeg {

constexpr int kConstantBits = 13;

constexpr int16_t fixed(double value) {
    return static_cast<int16_t>(value * (1 << kConstantBits) + (value < 0 ? -0.5 : 0.5));
}

// Weights of four coefficients in a sum.
struct Four {
    int16_t first, second, third, fourth;
};

// Of coefficients 1, 3, 5 and 7: for the outer and the inner two of four pixels, and for two
// pixels.
constexpr Four kOuter{fixed(2.562915447), fixed(0.899976223), fixed(-0.601344887),
                      fixed(-0.509795579)};
constexpr Four kInner{fixed(1.061594337), fixed(-2.172734803), fixed(1.451774981),
                      fixed(-0.211164243)};
constexpr Four kHalves{fixed(3.624509785), fixed(-1.272758580), fixed(0.850430095),
                       fixed(-0.720959822)};
// Of coefficients 2 and 6, for four pixels.
constexpr int16_t kEven2 = fixed(1.847759065), kEven6 = fixed(-0.765366865);

// How many bits a pass drops.
constexpr int kFirstOfFour = 12, kSecondOfFour = 19, kFirstOfTwo = 13, kSecondOfTwo = 20;

}  // namespace lookalike::jpeg
