#include "pixels/dct.h"

#include <vector>

#include "pixels/trigonometry.h"

namespace lookalike {
namespace {

// cos(pi k (2x + 1) / 2n) x 2^20, rounded. The angle is folded into the first quarter with integer
// arithmetic.
std::vector<int64_t> cosines(size_t side, size_t low) {
    std::vector<int64_t> table(low * side);
    for (size_t k = 0; k < low; ++k)
        for (size_t x = 0; x < side; ++x) {
            size_t angle = k * (2 * x + 1) % (4 * side);  // in units of pi / 2n
            if (angle > 2 * side) angle = 4 * side - angle;
            const bool negative = angle > side;
            if (negative) angle = 2 * side - angle;
            const double cosine =
                sin_pi_near_zero(static_cast<double>(side - angle) / static_cast<double>(2 * side));
            const int64_t rounded = static_cast<int64_t>(cosine * (1 << 20) + 0.5);
            table[k * side + x] = negative ? -rounded : rounded;
        }
    return table;
}

// Cached for the side and the number of coefficients that were asked for last.
const std::vector<int64_t>& known_cosines(size_t side, size_t low) {
    thread_local size_t last_side = 0, last_low = 0;
    thread_local std::vector<int64_t> table;
    if (side != last_side || low != last_low) {
        table = cosines(side, low);
        last_side = side, last_low = low;
    }
    return table;
}

// The bits to drop between the passes. None up to a side of 128, where 2 x 255 x side^2 x 2^40
// still fits in 64 bits.
int spare_bits(size_t side) {
    int log = 0;
    while ((size_t{1} << log) < side) ++log;
    return log <= 7 ? 0 : 2 * log - 14;
}

}  // namespace

void dct_low(const uint8_t* samples, size_t side, size_t low, int64_t* out) {
    const std::vector<int64_t>& table = known_cosines(side, low);
    // Only the mean may depend on the overall lightness, but rounded cosines do not cancel for
    // every side. So one sample is subtracted from all, and added back to the mean.
    const int64_t level = samples[0];
    const int drop = spare_bits(side);
    const int64_t half = drop ? int64_t{1} << (drop - 1) : 0;
    // Floats are faster than 64-bit integers, and exact here. All values are whole numbers, and no
    // sum is larger than 2^20 x 255 x side, which is 2^38 for a side of 1024.
    std::vector<double> off(side * side), sums(side);
    std::vector<int64_t> columns(side);
    for (size_t k = 0; k < side * side; ++k) off[k] = static_cast<double>(samples[k] - level);
    for (size_t k = 0; k < low; ++k) {
        for (size_t x = 0; x < side; ++x) sums[x] = 0;
        for (size_t y = 0; y < side; ++y) {
            const auto cosine = static_cast<double>(table[k * side + y]);
            for (size_t x = 0; x < side; ++x) sums[x] += cosine * off[y * side + x];
        }
        for (size_t x = 0; x < side; ++x)
            columns[x] = (static_cast<int64_t>(sums[x]) + half) >> drop;
        for (size_t l = 0; l < low; ++l) {
            int64_t sum = 0;
            for (size_t x = 0; x < side; ++x) sum += table[l * side + x] * columns[x];
            out[k * low + l] = sum;
        }
    }
    out[0] += (level * static_cast<int64_t>(side * side)) << (40 - drop);
}

}  // namespace lookalike
