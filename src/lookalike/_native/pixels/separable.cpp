#include "pixels/separable.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lookalike {
namespace {

using Vector = std::vector<double>;

constexpr int kSteps = 4;

double dot(const Vector& a, const Vector& b) {
    double sum = 0;
    for (size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
}

// The sum over k of weights[k] x row k of `matrix`. Compilers can vectorise it without reordering
// any sum.
Vector mix(const Vector& matrix, const Vector& weights, size_t columns) {
    Vector out(columns, 0.0);
    for (size_t k = 0; k < weights.size(); ++k)
        for (size_t x = 0; x < columns; ++x) out[x] += weights[k] * matrix[k * columns + x];
    return out;
}

// A unit vector that is closer to the two than `last` is. At the start, the longer of the two.
Vector nearer(const Vector& mean, const Vector& other, const Vector& last) {
    double of_mean = last.empty() ? 0.0 : dot(mean, last),
           of_other = last.empty() ? 0.0 : dot(other, last);
    if (of_mean == 0 && of_other == 0)
        (dot(mean, mean) >= dot(other, other) ? of_mean : of_other) = 1;
    Vector out(mean.size());
    for (size_t k = 0; k < out.size(); ++k) out[k] = of_mean * mean[k] + of_other * other[k];
    const double length = std::sqrt(dot(out, out));
    if (length > 0)
        for (double& value : out) value /= length;
    return out;
}

// Let `a` and `b` have length 1 and mean 0. Such a grid is then m + p a + q b + s a b, for any p, q
// and s. For s = 0 it is a limit of products. So no constant has to be searched for. What counts is
// how much of the rows' means lies along `a`, how much of the columns' means along `b`, and how
// much of the rest along their product.
Variation of_values(const Vector& samples, size_t rows, size_t columns) {
    Vector row_means(rows, 0.0), column_means(columns, 0.0);
    for (size_t y = 0; y < rows; ++y)
        for (size_t x = 0; x < columns; ++x) {
            row_means[y] += samples[y * columns + x];
            column_means[x] += samples[y * columns + x];
        }
    const double height = static_cast<double>(rows), width = static_cast<double>(columns);
    double mean = 0;
    for (double& value : row_means) mean += value /= width;
    mean /= height;
    for (double& value : row_means) value -= mean;
    for (double& value : column_means) value = value / height - mean;

    Vector across(rows * columns),
        down(columns * rows);  // what the means do not explain, and its transpose
    double total = 0;
    for (size_t y = 0; y < rows; ++y)
        for (size_t x = 0; x < columns; ++x) {
            const double value = samples[y * columns + x] - mean - row_means[y] - column_means[x];
            across[y * columns + x] = down[x * rows + y] = value;
            total += value * value;
        }
    for (double& value : row_means) value *= std::sqrt(width);
    for (double& value : column_means) value *= std::sqrt(height);
    total += dot(row_means, row_means) + dot(column_means, column_means);

    size_t busiest = 0;
    double most = -1;
    for (size_t y = 0; y < rows; ++y) {
        double square = 0;
        for (size_t x = 0; x < columns; ++x)
            square += across[y * columns + x] * across[y * columns + x];
        if (square > most) most = square, busiest = y;
    }
    const auto first = across.begin() + static_cast<std::ptrdiff_t>(busiest * columns);
    Vector b = nearer(column_means, Vector(first, first + static_cast<std::ptrdiff_t>(columns)),
                      {}),
           a;
    double along = 0;
    for (int step = 0; step < kSteps; ++step) {
        a = nearer(row_means, mix(down, b, rows), a);
        const Vector product = mix(across, a, columns);
        b = nearer(column_means, product, b);
        along = dot(product, b);
    }
    const double p = dot(row_means, a), q = dot(column_means, b);
    const double count = height * width;
    return {total / count, std::max(total - p * p - q * q - along * along, 0.0) / count};
}

}  // namespace

Variation separable(const uint8_t* samples, size_t rows, size_t columns, size_t block) {
    const size_t high = rows / block, wide = columns / block;
    Vector means(high * wide, 0.0);
    for (size_t y = 0; y < high * block; ++y) {
        const uint8_t* sample = samples + y * columns;
        double* mean = means.data() + y / block * wide;
        for (size_t x = 0; x < wide; ++x)
            for (size_t k = 0; k < block; ++k) mean[x] += *sample++;
    }
    const double count = static_cast<double>(block * block);
    for (double& value : means) value /= count;
    return of_values(means, high, wide);
}

}  // namespace lookalike
