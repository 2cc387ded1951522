#include "hashes/glance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "pixels/area_mean.h"
#include "pixels/histogram.h"

namespace lookalike {
namespace {

// LEVELS of sight/paper.py, and the sizes that sight/glance.py describes.
constexpr size_t kLevels = 13, kSide = 8, kCells = kSide * kSide;
constexpr size_t kGreySide = 48, kColourSide = 192;
constexpr uint8_t kGrey = 128;

using Counts = std::array<size_t, 256>;
using Cells = std::array<uint8_t, kCells>;

// Takes the neighbouring levels with the most pixels out, and returns how many they have.
size_t take_most(Counts& counts) {
    size_t sum = std::accumulate(counts.begin(), counts.begin() + kLevels, size_t{0});
    size_t most = sum, at = 0;
    for (size_t k = kLevels; k < counts.size(); ++k) {
        sum += counts[k] - counts[k - kLevels];
        if (sum > most) {
            most = sum;
            at = k - kLevels + 1;
        }
    }
    std::fill_n(counts.begin() + static_cast<ptrdiff_t>(at), kLevels, size_t{0});
    return most;
}

// Every so many pixels of one channel along both axes, at least `least` of them on the shorter
// side.
struct Sample {
    size_t step, width, height;
    std::vector<uint8_t> pixels;

    Sample(const View& view, size_t least, ptrdiff_t channel) {
        step = std::max<size_t>(std::min(view.width, view.height) / least, 1);
        width = (view.width + step - 1) / step;
        height = (view.height + step - 1) / step;
        pixels.reserve(width * height);
        const auto skip = static_cast<ptrdiff_t>(step);
        const uint8_t* row = view.data + channel * view.channel_stride;
        for (size_t y = 0; y < height; ++y, row += skip * view.row_stride) {
            const uint8_t* pixel = row;
            for (size_t x = 0; x < width; ++x, pixel += skip * view.column_stride)
                pixels.push_back(*pixel);
        }
    }
};

double variance(const Counts& counts, double all) {
    double sum = 0, squares = 0;
    for (size_t k = 0; k < counts.size(); ++k) {
        const auto level = static_cast<double>(k), count = static_cast<double>(counts[k]);
        sum += level * count;
        squares += level * level * count;
    }
    return (squares - sum * sum / all) / all;
}

// The mean square of what lies between a sampled pixel and the next one, across or down, whichever
// is more.
double contrast(const View& grey, size_t step) {
    uint64_t sums[2] = {}, counts[2] = {};
    for (size_t y = 0; y < grey.height; y += step)
        for (size_t x = 0; x < grey.width; x += step) {
            const uint8_t* pixel = grey.data + static_cast<ptrdiff_t>(y) * grey.row_stride +
                                   static_cast<ptrdiff_t>(x) * grey.column_stride;
            const auto add = [&](size_t axis, ptrdiff_t stride) {
                const int difference = pixel[stride] - pixel[0];
                sums[axis] += static_cast<uint64_t>(difference * difference);
                ++counts[axis];
            };
            if (x + 1 < grey.width) add(0, grey.column_stride);
            if (y + 1 < grey.height) add(1, grey.row_stride);
        }
    double most = 0;
    for (size_t axis = 0; axis < 2; ++axis)
        if (counts[axis])
            most =
                std::max(most, static_cast<double>(sums[axis]) / static_cast<double>(counts[axis]));
    return most;
}

std::string encode(bool known, const View& grey, const Cells& blue, const Cells& red) {
    const Sample sample(grey, kGreySide, 0);
    Counts counts = histogram(sample.pixels.data(), sample.pixels.size());
    const auto all = static_cast<double>(sample.pixels.size());
    const double spread = 2 * variance(counts, all), most = contrast(grey, sample.step);
    const double roughness = spread > 0 ? std::min(most / spread, 1.0) : 1.0;
    const size_t one = take_most(counts), two = one + take_most(counts);
    std::string out{static_cast<char>(known)};
    for (const size_t part : {one, two})
        out +=
            static_cast<char>(static_cast<uint8_t>(255 * (static_cast<double>(part) / all) + 0.5));
    out += static_cast<char>(static_cast<uint8_t>(255 * roughness + 0.5));
    out.append(blue.begin(), blue.end());
    out.append(red.begin(), red.end());
    return out;
}

Cells means_of(const uint8_t* pixels, size_t columns, size_t width, size_t height) {
    Cells cells{};
    area_mean(pixels, columns, {0, width, kSide}, {0, height, kSide}, cells.data());
    return cells;
}

// In eighths, as `area_mean` has it.
Cells means_of(const Sample& sample) {
    return means_of(sample.pixels.data(), sample.width, 8 * sample.width, 8 * sample.height);
}

uint8_t level(double chroma) {
    return static_cast<uint8_t>(std::clamp(std::nearbyint(chroma + kGrey), 0.0, 255.0));
}

void take_chroma(const View& colours, Cells& blue, Cells& red) {
    const Cells r = means_of(Sample(colours, kColourSide, 0)),
                g = means_of(Sample(colours, kColourSide, 1)),
                b = means_of(Sample(colours, kColourSide, 2));
    for (size_t k = 0; k < kCells; ++k) {
        const double luma = 0.299 * r[k] + 0.587 * g[k] + 0.114 * b[k];
        blue[k] = level((b[k] - luma) / 1.772);
        red[k] = level((r[k] - luma) / 1.402);
    }
}

Cells turned(const Cells& cells, uint32_t orientation) {
    const View view = upright({cells.data(), kSide, kSide, 1, kSide, 1, 1}, orientation);
    Cells out{};
    size_t at = 0;
    for (ptrdiff_t y = 0; y < ptrdiff_t{kSide}; ++y)
        for (ptrdiff_t x = 0; x < ptrdiff_t{kSide}; ++x)
            out[at++] = view.data[y * view.row_stride + x * view.column_stride];
    return out;
}

}  // namespace

std::string make_glance(const View& grey, const View* colours) {
    Cells blue{}, red{};
    if (colours && colours->channels == 1) {
        blue.fill(kGrey);
        red.fill(kGrey);
    } else if (colours) {
        take_chroma(*colours, blue, red);
    }
    return encode(colours, grey, blue, red);
}

std::string glance_of_jpeg(const Plane& plane, const jpeg::Chroma& chroma, const Extent& extent) {
    using Kind = jpeg::Chroma::Kind;
    Cells cells[2] = {};
    for (size_t k = 0; k < 2; ++k) {
        if (chroma.kind == Kind::none) cells[k].fill(kGrey);
        if (chroma.kind != Kind::known) continue;
        const uint8_t* pixels = chroma.planes[k].data();
        cells[k] = turned(means_of(pixels, chroma.columns, chroma.width, chroma.height),
                          extent.orientation);
    }
    return encode(chroma.kind != Kind::unknown, plane.view(), cells[0], cells[1]);
}

}  // namespace lookalike
