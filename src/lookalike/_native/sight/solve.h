// Small systems of linear equations.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace lookalike {

template <size_t N>
struct Equations {
    std::array<std::array<double, N>, N> left{};
    std::array<double, N> right{};
};

// Gaussian elimination with partial pivoting. The solution replaces `right`. Returns false if there
// is no single solution.
template <size_t N>
bool solve(Equations<N>& equations) {
    auto& [left, right] = equations;
    for (size_t k = 0; k < N; ++k) {
        size_t pivot = k;
        for (size_t r = k + 1; r < N; ++r)
            if (std::abs(left[r][k]) > std::abs(left[pivot][k])) pivot = r;
        if (!(std::abs(left[pivot][k]) > 1e-12)) return false;
        std::swap(left[k], left[pivot]);
        std::swap(right[k], right[pivot]);
        for (size_t r = k + 1; r < N; ++r) {
            const double factor = left[r][k] / left[k][k];
            for (size_t c = k; c < N; ++c) left[r][c] -= factor * left[k][c];
            right[r] -= factor * right[k];
        }
    }
    for (size_t k = N; k-- > 0;) {
        for (size_t c = k + 1; c < N; ++c) right[k] -= left[k][c] * right[c];
        right[k] /= left[k][k];
    }
    return true;
}

}  // namespace lookalike
