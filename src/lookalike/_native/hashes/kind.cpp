#include "hashes/kind.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "pixels/dct.h"
#include "pixels/haar.h"

namespace lookalike {
namespace {

constexpr size_t kSamplesPerBit = 4;  // of pHash
constexpr int kShift = 40;            // coefficients of the DCT are scaled by 2^40

template <typename Number>
struct Margins {
    std::vector<Number> values;
    double level;
};

// The sum of the two values in the middle, or twice the one.
template <typename Number>
Number twice_median(std::vector<Number> values) {
    std::sort(values.begin(), values.end());
    return values[(values.size() - 1) / 2] + values[values.size() / 2];
}

Margins<int64_t> phash(Plane& plane, size_t size) {
    const size_t side = kSamplesPerBit * size;
    std::vector<int64_t> low(size * size);
    dct_low(plane.grid(side, side), side, size, low.data());
    const int64_t middle = twice_median(low);
    for (int64_t& value : low) value = 2 * value - middle;
    return {std::move(low), static_cast<double>(side << kShift)};
}

// Each sample and the one that is `step` samples before it, in a grid of `columns`.
Margins<int64_t> differences(const uint8_t* grid, size_t columns, size_t size, size_t step) {
    std::vector<int64_t> margins;
    margins.reserve(size * size);
    for (size_t y = 0; y < size; ++y)
        for (size_t x = 0; x < size; ++x) {
            const uint8_t* sample = grid + y * columns + x;
            margins.push_back(int64_t{sample[step]} - int64_t{sample[0]});
        }
    return {std::move(margins), 1};
}

Margins<int64_t> ahash(Plane& plane, size_t size) {
    const auto count = static_cast<int64_t>(size * size);
    const uint8_t* grid = plane.grid(size, size);
    std::vector<int64_t> margins(grid, grid + count);
    int64_t sum = 0;
    for (const int64_t sample : margins) sum += sample;
    for (int64_t& sample : margins) sample = sample * count - sum;
    return {std::move(margins), static_cast<double>(count)};
}

Margins<double> whash(Plane& plane, size_t size) {
    size_t side = size;
    while (2 * side <= plane.shorter()) side *= 2;
    const uint8_t* grid = plane.grid(side, side);
    std::vector<double> samples(side * side), low(size * size);
    for (size_t k = 0; k < samples.size(); ++k) samples[k] = grid[k] / 255.0;
    haar_remove_mean(samples.data(), side);
    int levels = 0;
    while (side >> levels > size) ++levels;
    haar_low(samples.data(), side, levels, low.data());
    const double median = twice_median(low) / 2;
    for (double& value : low) value -= median;
    return {std::move(low), static_cast<double>(size_t{1} << levels) / 255.0};
}

}  // namespace

std::optional<Family> family_of(const std::string& name) {
    if (name == "phash") return Family::phash;
    if (name == "dhash") return Family::dhash;
    if (name == "dhash_vertical") return Family::dhash_vertical;
    if (name == "ahash") return Family::ahash;
    if (name == "whash") return Family::whash;
    return std::nullopt;
}

bool Kind::hash(Plane& plane, double error, std::string& out) const {
    const auto put = [&](const auto& margins) {
        return put_bits(margins.values, margins.level, {doubt.within + error, doubt.most}, out);
    };
    switch (family) {
        case Family::phash: return put(phash(plane, size));
        case Family::dhash: return put(differences(plane.grid(size + 1, size), size + 1, size, 1));
        case Family::dhash_vertical:
            return put(differences(plane.grid(size, size + 1), size, size, size));
        case Family::ahash: return put(ahash(plane, size));
        case Family::whash: return put(whash(plane, size));
    }
    return false;
}

}  // namespace lookalike
