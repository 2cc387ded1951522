#include "pixels/area_mean.h"

#include <algorithm>
#include <vector>

#include "isa.h"

namespace lookalike {
namespace {

constexpr size_t kEighths = 8;

// Piece k of a section is measured in units in which a sample is kEighths x pieces long, and a
// piece is as long as the whole section is in eighths. Calls use(sample, part) for each sample in
// it, where `part` is the length that lies in the piece.
template <typename Use>
LOOKALIKE_INLINE void each_sample(const Section& section, size_t k, Use&& use) {
    const size_t sample = kEighths * section.pieces, piece = section.end - section.begin;
    const size_t begin = section.begin * section.pieces + k * piece, end = begin + piece;
    for (size_t at = begin / sample; at * sample < end; ++at)
        use(at,
            static_cast<uint32_t>(std::min(end, (at + 1) * sample) - std::max(begin, at * sample)));
}

// Adds a row times its part. A sum is less than 2^8 x 8 x 65536, so it fits in 32 bits.
LOOKALIKE_INLINE void add_body(const uint8_t* row, size_t columns, uint32_t part, uint32_t* sums) {
    for (size_t x = 0; x < columns; ++x) sums[x] += row[x] * part;
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 void add_avx2(const uint8_t* row, size_t columns, uint32_t part, uint32_t* sums) {
    add_body(row, columns, part, sums);
}
#endif

void add(const uint8_t* row, size_t columns, uint32_t part, uint32_t* sums) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return add_avx2(row, columns, part, sums);
#endif
    add_body(row, columns, part, sums);
}

}  // namespace

void area_mean(const uint8_t* samples, size_t columns, const Section& across, const Section& down,
               uint8_t* out) {
    const uint64_t area = uint64_t{across.end - across.begin} * (down.end - down.begin);
    std::vector<uint32_t> sums(columns);
    for (size_t y = 0; y < down.pieces; ++y) {
        std::fill(sums.begin(), sums.end(), 0);
        each_sample(down, y, [&](size_t row, uint32_t part) {
            add(samples + row * columns, columns, part, sums.data());
        });
        for (size_t x = 0; x < across.pieces; ++x) {
            uint64_t sum = 0;
            each_sample(across, x, [&](size_t column, uint32_t part) {
                sum += uint64_t{sums[column]} * part;
            });
            *out++ = static_cast<uint8_t>((2 * sum + area) / (2 * area));
        }
    }
}

}  // namespace lookalike
