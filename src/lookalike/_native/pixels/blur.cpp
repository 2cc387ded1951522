#include "pixels/blur.h"

#include <algorithm>
#include <vector>

namespace lookalike {
namespace {

constexpr int kPasses = 3;
constexpr size_t kReach = 2;
// A box of 3.75 samples: three whole ones and parts of two, in 24-bit fixed point. Sums fit in 32
// bits.
constexpr uint32_t kInner = 4473924, kOuter = 1677722, kHalf = 1u << 23;

// All passes along one row, in place. `padded` holds `size` samples and those beyond its edges.
void blur_row(uint8_t* row, size_t size, std::vector<uint8_t>& padded) {
    for (int pass = 0; pass < kPasses; ++pass) {
        std::fill_n(padded.begin(), kReach, row[0]);
        std::copy(row, row + size, padded.begin() + kReach);
        std::fill_n(padded.begin() + kReach + size, kReach, row[size - 1]);
        const uint8_t* p = padded.data();
        for (size_t k = 0; k < size; ++k) {
            const uint32_t inner = p[k + 1] + p[k + 2] + p[k + 3], outer = p[k] + p[k + 4];
            row[k] = static_cast<uint8_t>((inner * kInner + outer * kOuter + kHalf) >> 24);
        }
    }
}

void blur_rows(uint8_t* samples, size_t rows, size_t columns) {
    std::vector<uint8_t> padded(columns + 2 * kReach);
    for (size_t r = 0; r < rows; ++r) blur_row(samples + r * columns, columns, padded);
}

void transpose(const uint8_t* from, size_t rows, size_t columns, uint8_t* to) {
    for (size_t r = 0; r < rows; ++r)
        for (size_t c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
}

}  // namespace

void blur(const uint8_t* samples, size_t rows, size_t columns, uint8_t* out) {
    if (rows == 0 || columns == 0) return;
    std::copy(samples, samples + rows * columns, out);
    blur_rows(out, rows, columns);
    std::vector<uint8_t> turned(rows * columns);
    transpose(out, rows, columns, turned.data());
    blur_rows(turned.data(), columns, rows);
    transpose(turned.data(), columns, rows, out);
}

}  // namespace lookalike
