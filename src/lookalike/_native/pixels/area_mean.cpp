#include "pixels/area_mean.h"

#include <algorithm>
#include <vector>

#include "isa.h"

namespace lookalike {
namespace {

constexpr size_t kEighths = 8;

// The samples of one piece: `first` to `last`, with the lengths of both that lie in it. Those
// between lie in it whole. If there is only one sample, the other part is 0.
struct Piece {
    size_t first, last;
    uint32_t first_part, last_part;
};

// Lengths are in units in which a sample is kEighths x pieces long, and a piece is as long as the
// whole section is in eighths.
std::vector<Piece> pieces_of(const Section& section) {
    const size_t sample = kEighths * section.pieces, length = section.end - section.begin;
    std::vector<Piece> pieces(section.pieces);
    size_t begin = section.begin * section.pieces;
    for (Piece& piece : pieces) {
        const size_t end = begin + length, last = (end - 1) / sample;
        piece.first = begin / sample;
        piece.last = last;
        piece.first_part = static_cast<uint32_t>(std::min(end, (piece.first + 1) * sample) - begin);
        piece.last_part = static_cast<uint32_t>(last > piece.first ? end - last * sample : 0);
        begin = end;
    }
    return pieces;
}

// Adds a row times its part. A sum is less than 2^8 x 8 x 65536, so it fits in 32 bits.
LOOKALIKE_INLINE void add_body(const uint8_t* row, size_t columns, uint32_t part, uint32_t* sums) {
    for (size_t x = 0; x < columns; ++x) sums[x] += row[x] * part;
}

// Quotients of whole numbers below 2^48 by ones below 2^40, rounded down. Doubles divide faster,
// and are exact enough: a quotient below 256 that is not whole is at least 2^-40 below the next
// number.
LOOKALIKE_INLINE void divide_body(const double* sums, size_t count, double divisor, uint8_t* out) {
    for (size_t x = 0; x < count; ++x)
        out[x] = static_cast<uint8_t>(static_cast<int32_t>(sums[x] / divisor));
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 void add_avx2(const uint8_t* row, size_t columns, uint32_t part, uint32_t* sums) {
    add_body(row, columns, part, sums);
}
LOOKALIKE_AVX2 void divide_avx2(const double* sums, size_t count, double divisor, uint8_t* out) {
    divide_body(sums, count, divisor, out);
}
#endif

void add(const uint8_t* row, size_t columns, uint32_t part, uint32_t* sums) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return add_avx2(row, columns, part, sums);
#endif
    add_body(row, columns, part, sums);
}

void divide(const double* sums, size_t count, double divisor, uint8_t* out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return divide_avx2(sums, count, divisor, out);
#endif
    divide_body(sums, count, divisor, out);
}

uint64_t sum_across(const uint32_t* sums, const Piece& piece, uint64_t whole) {
    uint64_t between = 0;
    for (size_t x = piece.first + 1; x < piece.last; ++x) between += sums[x];
    return between * whole + uint64_t{sums[piece.first]} * piece.first_part +
           uint64_t{sums[piece.last]} * piece.last_part;
}

}  // namespace

void area_mean(const uint8_t* samples, size_t columns, const Section& across, const Section& down,
               uint8_t* out) {
    const uint64_t area = uint64_t{across.end - across.begin} * (down.end - down.begin);
    const std::vector<Piece> pieces = pieces_of(across);
    const auto whole_row = static_cast<uint32_t>(kEighths * down.pieces);
    std::vector<uint32_t> sums(columns);
    std::vector<double> doubled(across.pieces);
    for (const Piece& rows : pieces_of(down)) {
        std::fill(sums.begin(), sums.end(), 0);
        for (size_t y = rows.first; y <= rows.last; ++y)
            add(samples + y * columns, columns,
                y == rows.first  ? rows.first_part
                : y == rows.last ? rows.last_part
                                 : whole_row,
                sums.data());
        for (size_t x = 0; x < pieces.size(); ++x) {
            const uint64_t sum = sum_across(sums.data(), pieces[x], kEighths * across.pieces);
            doubled[x] = static_cast<double>(2 * sum + area);
        }
        divide(doubled.data(), pieces.size(), static_cast<double>(2 * area), out);
        out += pieces.size();
    }
}

}  // namespace lookalike
