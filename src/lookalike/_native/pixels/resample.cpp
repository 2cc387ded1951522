#include "pixels/resample.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "isa.h"
#include "pixels/trigonometry.h"

#if LOOKALIKE_X86
#include <immintrin.h>
#endif

namespace lookalike {
namespace {

struct Range {
    size_t begin, end;
};

constexpr int kBits = 22;       // of a weight after the point
constexpr size_t kVector = 16;  // taps are padded to whole vectors of 16-bit numbers

// sinc(x) sinc(x / 3) for |x| < 3, else 0. One sine is enough: sin(3a) = sin(a) (3 - 4 sin(a)^2).
// There are no branches, so compilers can turn a loop around it into vector code.
LOOKALIKE_INLINE double lanczos3(double x) {
    const double third = std::abs(x) / 3.0;
    const double sine = sin_pi_near_zero(std::min(third, 1.0 - third));
    const double weight = sine * sine * (3.0 - 4.0 * sine * sine) / (kPi * kPi / 3.0 * x * x);
    return x >= 3.0 || x < -3.0 ? 0.0 : x == 0.0 ? 1.0 : weight;
}

LOOKALIKE_INLINE void lanczos_body(double first, double centre, double step, size_t count,
                                   double* weights) {
    const int last = static_cast<int>(count);
    for (int k = 0; k < last; ++k) weights[k] = lanczos3((k + first - centre + 0.5) * step);
}

void lanczos_baseline(double first, double centre, double step, size_t count, double* weights) {
    lanczos_body(first, centre, step, count, weights);
}
#if LOOKALIKE_X86
LOOKALIKE_AVX2 void lanczos_avx2(double first, double centre, double step, size_t count,
                                 double* weights) {
    lanczos_body(first, centre, step, count, weights);
}
#endif

// weights[k] = lanczos3((k + first - centre + 0.5) * step)
void lanczos(double first, double centre, double step, size_t count, double* weights) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return lanczos_avx2(first, centre, step, count, weights);
#endif
    lanczos_baseline(first, centre, step, count, weights);
}

// How many samples are made from a section of an axis. The ends of the section may lie within
// samples.
struct Stretch {
    size_t inputs;
    double begin, end;
    size_t outputs;

    bool changes_nothing() const {
        return outputs == inputs && begin == 0.0 && end == static_cast<double>(inputs);
    }
    bool operator==(const Stretch& other) const {
        return inputs == other.inputs && begin == other.begin && end == other.end &&
               outputs == other.outputs;
    }
};

// The weights of the old samples in each new sample, along one axis.
struct Axis {
    size_t outputs, taps;              // taps: per output, padded with zero weights
    std::vector<size_t> start, count;  // per output: its first sample and how many it has
    std::vector<int32_t> weight;       // outputs x taps, in 22-bit fixed point
    std::vector<int16_t> low, high;    // the same in halves: weight = high * 2^16 + low
    std::vector<Range>
        high_taps;  // per output: high is zero outside of these taps, in whole vectors

    explicit Axis(const Stretch& stretch)
        : outputs(stretch.outputs), start(outputs), count(outputs) {
        const double scale = (stretch.end - stretch.begin) / static_cast<double>(outputs);
        const double widening = std::max(scale, 1.0);
        const double support = 3.0 * widening;
        const size_t most = static_cast<size_t>(std::ceil(support)) * 2 + 1;
        taps = (most + kVector - 1) / kVector * kVector;
        weight.assign(outputs * taps, 0);
        std::vector<double> exact(most);
        for (size_t o = 0; o < outputs; ++o) {
            const double centre = stretch.begin + (static_cast<double>(o) + 0.5) * scale;
            const double first = std::max(std::floor(centre - support + 0.5), 0.0);
            const double last =
                std::min(std::floor(centre + support + 0.5), static_cast<double>(stretch.inputs));
            start[o] = static_cast<size_t>(first);
            count[o] = static_cast<size_t>(last) - start[o];
            lanczos(first, centre, 1.0 / widening, count[o], exact.data());
            double sum = 0.0;
            for (size_t k = 0; k < count[o]; ++k) sum += exact[k];
            for (size_t k = 0; k < count[o]; ++k) {
                const double scaled = exact[k] / sum * (1 << kBits);
                weight[o * taps + k] =
                    static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
            }
        }
        split();
    }

 private:
    void split() {
        low.resize(weight.size());
        high.resize(weight.size());
        high_taps.assign(outputs, {0, 0});
        for (size_t o = 0; o < outputs; ++o)
            for (size_t k = 0; k < taps; ++k) {
                const int32_t whole = weight[o * taps + k];
                low[o * taps + k] = static_cast<int16_t>(whole);
                high[o * taps + k] =
                    static_cast<int16_t>((whole - static_cast<int16_t>(whole)) / 65536);
                if (!high[o * taps + k]) continue;
                if (!high_taps[o].end) high_taps[o].begin = k / kVector * kVector;
                high_taps[o].end = (k / kVector + 1) * kVector;
            }
    }
};

LOOKALIKE_INLINE uint8_t to_sample(int32_t sum) {
    return static_cast<uint8_t>(std::clamp((sum + (1 << (kBits - 1))) >> kBits, 0, 255));
}

// How many rows are summed at once. They share the loads of weights, and adding vectors of partial
// sums together is faster than one by one.
constexpr size_t kRows = 8;
constexpr size_t kColumns = 32;  // columns whose sums down the rows are kept in vectors

// Sums of sample x weight, for one output of each of kRows rows that are `stride` samples apart.
// 16-bit products are twice as fast as 32-bit ones, so the weights are split in halves. The
// absolute weights of an output add up to less than 2^23, so the true sum fits in 32 bits.
// Overflow of the unsigned sums on the way does no harm.
struct Portable {
    static void sums(const int16_t* samples, size_t stride, const Axis& axis, size_t output,
                     int32_t* out) {
        const int16_t *low = axis.low.data() + output * axis.taps,
                      *high = axis.high.data() + output * axis.taps;
        for (size_t r = 0; r < kRows; ++r, samples += stride) {
            uint32_t low_sum = 0, high_sum = 0;
            for (size_t k = 0; k < axis.taps; ++k)
                low_sum += static_cast<uint32_t>(samples[k] * low[k]);
            for (size_t k = axis.high_taps[output].begin; k < axis.high_taps[output].end; ++k)
                high_sum += static_cast<uint32_t>(samples[k] * high[k]);
            out[r] = static_cast<int32_t>(low_sum + (high_sum << 16));
        }
    }
};

#if LOOKALIKE_X86
struct Avx2 {
    LOOKALIKE_AVX2 static __m256i load(const int16_t* p) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    }

    // out[r] = the sum of the numbers in rows[r]
    LOOKALIKE_AVX2 static void add_up(const __m256i* rows, int32_t* out) {
        const __m256i first = _mm256_hadd_epi32(_mm256_hadd_epi32(rows[0], rows[1]),
                                                _mm256_hadd_epi32(rows[2], rows[3]));
        const __m256i last = _mm256_hadd_epi32(_mm256_hadd_epi32(rows[4], rows[5]),
                                               _mm256_hadd_epi32(rows[6], rows[7]));
        const __m256i lower = _mm256_permute2x128_si256(first, last, 0x20);
        const __m256i upper = _mm256_permute2x128_si256(first, last, 0x31);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_add_epi32(lower, upper));
    }

    LOOKALIKE_AVX2 static void sums(const int16_t* samples, size_t stride, const Axis& axis,
                                    size_t output, int32_t* out) {
        const int16_t *low = axis.low.data() + output * axis.taps,
                      *high = axis.high.data() + output * axis.taps;
        __m256i sum[kRows] = {};
        for (size_t k = axis.high_taps[output].begin; k < axis.high_taps[output].end; k += 16) {
            const __m256i weights = load(high + k);
            for (size_t r = 0; r < kRows; ++r)
                sum[r] = _mm256_add_epi32(
                    sum[r], _mm256_madd_epi16(load(samples + r * stride + k), weights));
        }
        for (size_t r = 0; r < kRows; ++r) sum[r] = _mm256_slli_epi32(sum[r], 16);
        for (size_t k = 0; k < axis.taps; k += 16) {
            const __m256i weights = load(low + k);
            for (size_t r = 0; r < kRows; ++r)
                sum[r] = _mm256_add_epi32(
                    sum[r], _mm256_madd_epi16(load(samples + r * stride + k), weights));
        }
        add_up(sum, out);
    }
};
#endif

// One row as 16-bit numbers, one plane per channel.
LOOKALIKE_INLINE void load_row(const View& image, size_t y, int16_t* planes, size_t plane_size) {
    const uint8_t* row = image.data + static_cast<ptrdiff_t>(y) * image.row_stride;
    if (image.channels == 1 && image.column_stride == 1) {
        for (size_t x = 0; x < image.width; ++x) planes[x] = row[x];
    } else if (image.channels == 3 && image.column_stride == 3 && image.channel_stride == 1) {
        int16_t *red = planes, *green = planes + plane_size, *blue = planes + 2 * plane_size;
        for (size_t x = 0; x < image.width; ++x) {
            red[x] = row[3 * x];
            green[x] = row[3 * x + 1];
            blue[x] = row[3 * x + 2];
        }
    } else {
        for (size_t c = 0; c < image.channels; ++c)
            for (size_t x = 0; x < image.width; ++x)
                planes[c * plane_size + x] = row[static_cast<ptrdiff_t>(x) * image.column_stride +
                                                 static_cast<ptrdiff_t>(c) * image.channel_stride];
    }
}

// Resizes all rows to the outputs of the axis.
template <typename Kernels>
LOOKALIKE_INLINE void horizontal(const View& image, const Axis& axis, uint8_t* out) {
    const size_t plane_size = image.width + axis.taps;  // zero weights may reach past the end
    const size_t row_size = image.channels * plane_size, length = image.channels * axis.outputs;
    const size_t step = image.height < kRows
                            ? 1
                            : kRows;  // few rows may be long: each is summed alone, kRows times
    std::vector<int16_t> planes(step * row_size);
    std::vector<int32_t> sums(length * kRows);
    std::vector<uint8_t> samples(length * kRows);
    for (size_t y = 0; y < image.height; y += step) {
        const size_t rows =
            std::min(step, image.height - y);  // below the last row, old data is summed
        for (size_t r = 0; r < rows; ++r)
            load_row(image, y + r, planes.data() + r * row_size, plane_size);
        int32_t* next = sums.data();
        for (size_t o = 0; o < axis.outputs; ++o)
            for (size_t c = 0; c < image.channels; ++c, next += kRows)
                Kernels::sums(planes.data() + c * plane_size + axis.start[o],
                              step == 1 ? 0 : row_size, axis, o, next);
        for (size_t k = 0; k < sums.size(); ++k) samples[k] = to_sample(sums[k]);
        for (size_t r = 0; r < rows; ++r)
            for (size_t k = 0; k < length; ++k) *out++ = samples[k * kRows + r];
    }
}

// Computes `columns` samples of one output: sums down the rows, which are `length` samples apart.
LOOKALIKE_INLINE void sum_columns(const uint8_t* rows, size_t length, size_t columns,
                                  const int32_t* weights, size_t count, uint8_t* out) {
    int32_t sums[kColumns] = {};
    for (size_t k = 0; k < count; ++k, rows += length)
        for (size_t x = 0; x < columns; ++x) sums[x] += rows[x] * weights[k];
    for (size_t x = 0; x < columns; ++x) out[x] = to_sample(sums[x]);
}

// Resizes columns: the rows have `length` samples, and the outputs of the axis are rows.
LOOKALIKE_INLINE void vertical(const uint8_t* rows, size_t length, const Axis& axis, uint8_t* out) {
    for (size_t o = 0; o < axis.outputs; ++o, out += length) {
        const uint8_t* first = rows + axis.start[o] * length;
        const int32_t* weights = axis.weight.data() + o * axis.taps;
        size_t x = 0;
        for (; x + kColumns <= length; x += kColumns)
            sum_columns(first + x, length, kColumns, weights, axis.count[o], out + x);
        sum_columns(first + x, length, length - x, weights, axis.count[o], out + x);
    }
}

void horizontal_baseline(const View& image, const Axis& axis, uint8_t* out) {
    horizontal<Portable>(image, axis, out);
}
void vertical_baseline(const uint8_t* rows, size_t length, const Axis& axis, uint8_t* out) {
    vertical(rows, length, axis, out);
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 void horizontal_avx2(const View& image, const Axis& axis, uint8_t* out) {
    horizontal<Avx2>(image, axis, out);
}
LOOKALIKE_AVX2 void vertical_avx2(const uint8_t* rows, size_t length, const Axis& axis,
                                  uint8_t* out) {
    vertical(rows, length, axis, out);
}
auto horizontal_for(Isa isa) { return isa == Isa::scalar ? horizontal_baseline : horizontal_avx2; }
auto vertical_for(Isa isa) { return isa == Isa::scalar ? vertical_baseline : vertical_avx2; }
#else
auto horizontal_for(Isa) { return horizontal_baseline; }
auto vertical_for(Isa) { return vertical_baseline; }
#endif

// The axes used last. The pictures of a set have few different sizes, and computing weights can
// take longer than using them.
std::shared_ptr<const Axis> axis_for(const Stretch& stretch) {
    constexpr size_t kKept = 128, kLargest = 1 << 16;
    static std::mutex mutex;
    static std::list<std::pair<Stretch, std::shared_ptr<const Axis>>> kept;
    {
        const std::lock_guard<std::mutex> lock(mutex);
        for (auto one = kept.begin(); one != kept.end(); ++one) {
            if (!(one->first == stretch)) continue;
            kept.splice(kept.begin(), kept, one);
            return one->second;
        }
    }
    const auto axis = std::make_shared<const Axis>(stretch);
    if (axis->weight.size() > kLargest) return axis;  // they would fill memory
    const std::lock_guard<std::mutex> lock(mutex);
    kept.emplace_front(stretch, axis);
    if (kept.size() > kKept) kept.pop_back();
    return axis;
}

void copy_packed(const View& image, uint8_t* out) {
    for (size_t y = 0; y < image.height; ++y)
        for (size_t x = 0; x < image.width; ++x)
            for (size_t c = 0; c < image.channels; ++c)
                *out++ = image.data[static_cast<ptrdiff_t>(y) * image.row_stride +
                                    static_cast<ptrdiff_t>(x) * image.column_stride +
                                    static_cast<ptrdiff_t>(c) * image.channel_stride];
}

}  // namespace

void resample(const View& image, const Box& box, size_t width, size_t height, uint8_t* out) {
    const Isa isa = active_isa();
    const Stretch across{image.width, box.left, box.right, width},
        down{image.height, box.top, box.bottom, height};
    const size_t length = width * image.channels;
    std::vector<uint8_t> rows(down.changes_nothing() ? 0 : image.height * length);
    uint8_t* narrowed = down.changes_nothing() ? out : rows.data();
    if (across.changes_nothing()) {
        copy_packed(image, narrowed);
    } else {
        horizontal_for(isa)(image, *axis_for(across), narrowed);
    }
    if (!down.changes_nothing()) vertical_for(isa)(rows.data(), length, *axis_for(down), out);
}

}  // namespace lookalike
