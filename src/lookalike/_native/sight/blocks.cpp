#include "sight/blocks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "isa.h"

namespace lookalike {
namespace {

constexpr int kCells = kThumb / 2;  // a cell is 2 x 2 samples, a block is 2 x 2 cells
constexpr float kLeastSeen = 12;    // samples of a block
constexpr float kTexture = 9;       // a block with less variance is plain
constexpr float kNoise = 2;         // added to variances, so that faint blocks count less
// A brighter copy is white where the original is only bright, and a darker one black. Means of
// blocks, 128 less than levels of grey.
constexpr float kWhite = 112, kBright = 22, kBlack = -120, kDark = -68;
constexpr float kGood = 0.6F, kBad = 0.3F;

using CellRow = std::array<float, kCells>;
struct Cells {
    std::array<CellRow, kCells> n, a, b, aa, bb, ab;
};

LOOKALIKE_INLINE void halve(const float* columns, CellRow& cells) {
    for (size_t x = 0; x < kCells; ++x) cells[x] = columns[2 * x] + columns[2 * x + 1];
}

// The sums of each cell: of two rows first, then of neighbouring columns.
LOOKALIKE_INLINE void sum_cells_body(const Laid& laid, Cells& cells) {
    for (size_t row = 0; row < kCells; ++row) {
        const float* a = &laid.thumb[row * 2 * kThumb];
        const float* b = &laid.other[row * 2 * kThumb];
        const float* n = &laid.seen[row * 2 * kThumb];
        float sum[6][kThumb];
        for (size_t x = 0; x < kThumb; ++x) {
            const float a0 = a[x], a1 = a[x + kThumb], b0 = b[x], b1 = b[x + kThumb];
            sum[0][x] = n[x] + n[x + kThumb];
            sum[1][x] = a0 + a1;
            sum[2][x] = b0 + b1;
            sum[3][x] = a0 * a0 + a1 * a1;
            sum[4][x] = b0 * b0 + b1 * b1;
            sum[5][x] = a0 * b0 + a1 * b1;
        }
        halve(sum[0], cells.n[row]);
        halve(sum[1], cells.a[row]);
        halve(sum[2], cells.b[row]);
        halve(sum[3], cells.aa[row]);
        halve(sum[4], cells.bb[row]);
        halve(sum[5], cells.ab[row]);
    }
}

// What is known of a row of blocks. The last place is not used.
struct BlockRow {
    CellRow seen, thumb_mean, other_mean, thumb_variance, other_variance, covariance, square;
};

LOOKALIKE_INLINE float block(const std::array<CellRow, kCells>& cells, size_t row, size_t x) {
    return (cells[row][x] + cells[row][x + 1]) + (cells[row + 1][x] + cells[row + 1][x + 1]);
}

LOOKALIKE_INLINE void correlate_body(const Cells& cells, size_t row, BlockRow& out) {
    for (size_t x = 0; x < kBlocks; ++x) {
        const float n = block(cells.n, row, x), share = 1 / std::max(n, 1.0F);
        const float a = block(cells.a, row, x) * share, b = block(cells.b, row, x) * share;
        const float aa = std::max(block(cells.aa, row, x) * share - a * a, 0.0F);
        const float bb = std::max(block(cells.bb, row, x) * share - b * b, 0.0F);
        const float ab = block(cells.ab, row, x) * share - a * b;
        out.seen[x] = n;
        out.thumb_mean[x] = a;
        out.other_mean[x] = b;
        out.thumb_variance[x] = aa;
        out.other_variance[x] = bb;
        out.covariance[x] = ab;
        out.square[x] = (aa + kNoise) * (bb + kNoise);
    }
}

void sum_cells_baseline(const Laid& laid, Cells& cells) { sum_cells_body(laid, cells); }
void correlate_baseline(const Cells& cells, size_t row, BlockRow& out) {
    correlate_body(cells, row, out);
}
#if LOOKALIKE_X86
LOOKALIKE_AVX2 void sum_cells_avx2(const Laid& laid, Cells& cells) { sum_cells_body(laid, cells); }
LOOKALIKE_AVX2 void correlate_avx2(const Cells& cells, size_t row, BlockRow& out) {
    correlate_body(cells, row, out);
}
#endif

void sum_cells(const Laid& laid, Cells& cells) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return sum_cells_avx2(laid, cells);
#endif
    sum_cells_baseline(laid, cells);
}

void correlate(const Cells& cells, size_t row, BlockRow& out) {
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return correlate_avx2(cells, row, out);
#endif
    correlate_baseline(cells, row, out);
}

float total(const std::array<CellRow, kCells>& cells) {
    CellRow columns{};
    for (const CellRow& row : cells)
        for (size_t x = 0; x < kCells; ++x) columns[x] += row[x];
    float sum = 0;
    for (float value : columns) sum += value;
    return sum;
}

enum Kind : uint8_t { unseen, plain, good, middling, bad };
using Kinds = std::array<uint8_t, kBlocks * kBlocks>;

// Removes the region around a bad block, and returns how many blocks it had.
int remove_region(Kinds& kinds, int first) {
    std::array<int, kBlocks * kBlocks> found;
    int count = 0;
    const auto visit = [&](int at) {
        if (kinds[static_cast<size_t>(at)] != bad) return;
        kinds[static_cast<size_t>(at)] = middling;
        found[static_cast<size_t>(count++)] = at;
    };
    visit(first);
    for (int k = 0; k < count; ++k) {
        const int at = found[static_cast<size_t>(k)], x = at % kBlocks;
        if (x > 0) visit(at - 1);
        if (x + 1 < kBlocks) visit(at + 1);
        if (at >= kBlocks) visit(at - kBlocks);
        if (at + kBlocks < kBlocks * kBlocks) visit(at + kBlocks);
    }
    return count;
}

int largest_bad_region(Kinds& kinds) {
    int largest = 0;
    for (int at = 0; at < kBlocks * kBlocks; ++at)
        if (kinds[static_cast<size_t>(at)] == bad)
            largest = std::max(largest, remove_region(kinds, at));
    return largest;
}

// Whether one of two blocks is so bright or dark that its texture is lost.
bool is_clipped(float one, float other) {
    const float least = std::min(one, other), most = std::max(one, other);
    return (most >= kWhite && least >= kBright) || (least <= kBlack && most <= kDark);
}

// Counts blocks by kind.
struct Tally {
    Kinds kinds{};
    int seen = 0, good_ones = 0, textured = 0;
    float sum = 0;

    void add(const BlockRow& row, float most_plain, size_t first) {
        for (size_t x = 0; x < kBlocks; ++x) {
            if (row.seen[x] < kLeastSeen) continue;
            ++seen;
            uint8_t& kind = kinds[first + x];
            kind = plain;
            if (row.thumb_variance[x] < kTexture && row.other_variance[x] < most_plain) continue;
            if (is_clipped(row.thumb_mean[x], row.other_mean[x])) continue;
            ++textured;
            const float r = row.covariance[x] / std::sqrt(row.square[x]);
            sum += r;
            kind = r > kGood ? good : r > kBad ? middling : bad;
            good_ones += kind == good;
        }
    }
};

}  // namespace

BlockMeasure measure_blocks(const Laid& laid) {
    Cells cells;
    sum_cells(laid, cells);
    const float n = total(cells.n), count = std::max(n, 1.0F);
    const float a = total(cells.a), b = total(cells.b);
    const float aa = total(cells.aa) - a * a / count, bb = total(cells.bb) - b * b / count;
    const float ab = total(cells.ab) - a * b / count;
    const float gain = aa > 1 ? std::max(1.0F, bb / aa) : 1.0F;

    Tally tally;
    for (size_t row = 0; row < kBlocks; ++row) {
        BlockRow found;
        correlate(cells, row, found);
        tally.add(found, kTexture * gain, row * kBlocks);
    }
    const auto textured = static_cast<float>(tally.textured);
    const auto seen = static_cast<float>(tally.seen);
    const auto region = static_cast<float>(largest_bad_region(tally.kinds));
    return {
        n > 8 && aa > 1 && bb > 1 ? ab / std::sqrt(aa * bb) : 0,
        tally.textured ? static_cast<float>(tally.good_ones) / textured : 0,
        textured,
        n / kThumbSize,
        tally.textured ? tally.sum / textured : 0,
        tally.seen ? region / seen : 1,
    };
}

float coherence(const Laid& laid) {
    std::array<float, kThumb> xx{}, yy{}, xy{};
    for (size_t y = 0; y + 1 < kThumb; ++y)
        for (size_t x = 0; x + 1 < kThumb; ++x) {
            const size_t at = y * kThumb + x;
            const float seen = laid.seen[at] * laid.seen[at + 1] * laid.seen[at + kThumb];
            const float across = (laid.thumb[at + 1] - laid.thumb[at]) * seen;
            const float down = (laid.thumb[at + kThumb] - laid.thumb[at]) * seen;
            xx[x] += across * across;
            yy[x] += down * down;
            xy[x] += across * down;
        }
    const float of_xx = std::accumulate(xx.begin(), xx.end(), 0.0F);
    const float of_yy = std::accumulate(yy.begin(), yy.end(), 0.0F);
    const float of_xy = std::accumulate(xy.begin(), xy.end(), 0.0F);
    const float sum = of_xx + of_yy, difference = of_xx - of_yy;
    return sum > 0 ? std::sqrt(difference * difference + 4 * of_xy * of_xy) / sum : 1;
}

}  // namespace lookalike
