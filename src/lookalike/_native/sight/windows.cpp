#include "sight/windows.h"

#include <algorithm>

#include "isa.h"

namespace lookalike {
namespace {

constexpr int kSpan = 2 * kWindow + 1;
constexpr double kUsual = 0.9;   // the quantile
constexpr float kFaint = 0.02F;  // of the largest energy; what has less is no drawing

// The sums of seven neighbours, of a row that is padded by three zeros on both sides.
LOOKALIKE_INLINE void multiply_and_sum_body(const float* a, const float* b, int count,
                                            float* padded, float* out) {
    for (int x = 0; x < count; ++x) padded[x + kWindow] = a[x] * b[x];
    for (int x = 0; x < count; ++x)
        out[x] = ((padded[x] + padded[x + 1]) + (padded[x + 2] + padded[x + 3])) +
                 ((padded[x + 4] + padded[x + 5]) + padded[x + 6]);
}

LOOKALIKE_INLINE void mean_of_rows_body(const float* const* rows, int count, float* out) {
    constexpr float kShare = 1.0F / (kSpan * kSpan);
    for (int x = 0; x < count; ++x)
        out[x] = kShare * (((rows[0][x] + rows[1][x]) + (rows[2][x] + rows[3][x])) +
                           ((rows[4][x] + rows[5][x]) + rows[6][x]));
}

void multiply_and_sum_baseline(const float* a, const float* b, int count, float* padded,
                               float* out) {
    multiply_and_sum_body(a, b, count, padded, out);
}
void mean_of_rows_baseline(const float* const* rows, int count, float* out) {
    mean_of_rows_body(rows, count, out);
}
#if LOOKALIKE_X86
LOOKALIKE_AVX2 void multiply_and_sum_avx2(const float* a, const float* b, int count, float* padded,
                                          float* out) {
    multiply_and_sum_body(a, b, count, padded, out);
}
LOOKALIKE_AVX2 void mean_of_rows_avx2(const float* const* rows, int count, float* out) {
    mean_of_rows_body(rows, count, out);
}
#endif

void multiply_and_sum(const float* a, const float* b, int count, float* padded, float* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return multiply_and_sum_avx2(a, b, count, padded, out);
#endif
    multiply_and_sum_baseline(a, b, count, padded, out);
}

void mean_of_rows(const float* const* rows, int count, float* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return mean_of_rows_avx2(rows, count, out);
#endif
    mean_of_rows_baseline(rows, count, out);
}

}  // namespace

Plane window_products(const Plane& a, const Plane& b) {
    const auto [width, height] = a.size;
    Plane across({width, height + 2 * kWindow}), out(a.size);
    std::vector<float> padded(static_cast<size_t>(width + 2 * kWindow));
    for (int y = 0; y < height; ++y)
        multiply_and_sum(a.row(y), b.row(y), width, padded.data(), across.row(y + kWindow));
    for (int y = 0; y < height; ++y) {
        const float* rows[kSpan];
        for (int k = 0; k < kSpan; ++k) rows[k] = across.row(y + k);
        mean_of_rows(rows, width, out.row(y));
    }
    return out;
}

float usual_energy(const Plane& energy) {
    const float most = *std::max_element(energy.values.begin(), energy.values.end());
    std::vector<float> drawn;
    for (float value : energy.values)
        if (value > kFaint * most) drawn.push_back(value);
    if (drawn.empty()) return 1e-6F;
    const auto rank = static_cast<std::ptrdiff_t>(kUsual * static_cast<double>(drawn.size() - 1));
    std::nth_element(drawn.begin(), drawn.begin() + rank, drawn.end());
    return drawn[static_cast<size_t>(rank)] + 1e-6F;
}

}  // namespace lookalike
