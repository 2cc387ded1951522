#include "sight/keypoints.h"

#include <algorithm>
#include <array>

#include "isa.h"

namespace lookalike {
namespace {

constexpr size_t kMargin = 6;  // pixels of a level along its edges that have no keypoints
constexpr size_t kCells = 8;   // along the longer side
constexpr int32_t kScoreScale = 16 * kSmoothScale * kSmoothScale;
constexpr int32_t kLeastScore = 8 * kScoreScale;

// The determinant of the Hessian matrix, times kScoreScale. It is large on blobs, bright or dark,
// and negative on saddles. It fits in 32 bits: second differences are at most 2 x 255 x
// kSmoothScale.
LOOKALIKE_INLINE int32_t score(const int16_t* upper, const int16_t* middle, const int16_t* lower) {
    const auto xx = static_cast<int16_t>(middle[-1] - 2 * middle[0] + middle[1]);
    const auto yy = static_cast<int16_t>(upper[0] - 2 * middle[0] + lower[0]);
    const auto xy = static_cast<int16_t>(upper[-1] + lower[1] - upper[1] - lower[-1]);
    return 16 * (xx * yy) - xy * xy;
}

int32_t score_at(const Level& level, size_t x, size_t y) {
    return score(level.smooth(y - 1) + x, level.smooth(y) + x, level.smooth(y + 1) + x);
}

// A candidate is one number: its response, then its level and place, so that the larger of two
// comes first, and of equal responses the one at the finer level, further up or further left.
using Candidate = uint64_t;
using Cell = std::vector<Candidate>;

constexpr unsigned kPlaceBits = 9, kLevelBits = 4;
constexpr unsigned kResponseShift = 2 * kPlaceBits + kLevelBits;
constexpr uint64_t kPlaceMask = (1 << kPlaceBits) - 1, kLevelMask = (1 << kLevelBits) - 1;

Candidate candidate(int32_t found, size_t level, size_t x, size_t y, uint64_t scale) {
    const uint64_t response = static_cast<uint64_t>(found) * scale >> 8;
    const uint64_t place = (level << 2 * kPlaceBits) | (y << kPlaceBits) | x;
    return (response << kResponseShift) | (~place & ((uint64_t{1} << kResponseShift) - 1));
}

Keypoint pixel_of(Candidate one) {
    const uint64_t place = ~one;
    return {(place >> 2 * kPlaceBits) & kLevelMask, place & kPlaceMask,
            (place >> kPlaceBits) & kPlaceMask, 0, 0};
}

// 1.26^level in 8-bit fixed point, rounded. Responses are multiplied by it, because blobs of a
// coarse level are fainter.
uint64_t scale_at(size_t level) {
    uint64_t over = 1, under = 1;
    for (size_t k = 0; k < level; ++k) over *= kStepOver, under *= kStepUnder;
    return (512 * over + under) / (2 * under);
}

// Marks pixels whose scores are high enough and the largest of 3 x 3. Of equal neighbours, the last
// one counts. Columns from `begin` up to but not including `end`.
LOOKALIKE_INLINE void mark_peaks(const int32_t* const* rows, size_t begin, size_t end,
                                 uint8_t* marks) {
    const int32_t *upper = rows[0], *middle = rows[1], *lower = rows[2];
    for (size_t x = begin; x < end; ++x) {
        const int32_t before =
            std::max(std::max(upper[x - 1], upper[x]), std::max(upper[x + 1], middle[x - 1]));
        const int32_t after =
            std::max(std::max(lower[x - 1], lower[x]), std::max(lower[x + 1], middle[x + 1]));
        marks[x] = middle[x] >= kLeastScore & middle[x] > before & middle[x] >= after;
    }
}

// Which cell each column or row of a level is in.
std::vector<uint8_t> cells_along(size_t level_side, size_t side, size_t longer) {
    std::vector<uint8_t> cells(level_side);
    for (size_t x = 0; x < level_side; ++x)
        cells[x] = static_cast<uint8_t>((2 * x + 1) * side * kCells / (2 * level_side * longer));
    return cells;
}

LOOKALIKE_INLINE void find_body(const std::vector<Level>& levels, size_t k, Cell* cells) {
    const Level &level = levels[k], &whole = levels[0];
    const size_t width = level.width, height = level.height;
    const size_t longer = std::max(whole.width, whole.height);
    const std::vector<uint8_t> across = cells_along(width, whole.width, longer),
                               down = cells_along(height, whole.height, longer);
    const uint64_t scale = scale_at(k);
    std::vector<int32_t> scores(3 * width);
    std::vector<uint8_t> marks(width);
    for (size_t y = kMargin - 1; y + kMargin < height + 1; ++y) {
        const int16_t* middle = level.smooth(y);
        int32_t* newest = scores.data() + y % 3 * width;
        for (size_t x = kMargin - 1; x + kMargin < width + 1; ++x)
            newest[x] = score(middle + x - width, middle + x, middle + x + width);
        if (y < kMargin + 1) continue;
        const int32_t* rows[] = {scores.data() + (y - 2) % 3 * width,
                                 scores.data() + (y - 1) % 3 * width, newest};
        mark_peaks(rows, kMargin, width - kMargin, marks.data());
        for (size_t x = kMargin; x + kMargin < width; ++x)
            if (marks[x])
                cells[kCells * down[y - 1] + across[x]].push_back(
                    candidate(rows[1][x], k, x, y - 1, scale));
    }
}

#if LOOKALIKE_X86
LOOKALIKE_AVX2 void find_avx2(const std::vector<Level>& levels, size_t k, Cell* cells) {
    find_body(levels, k, cells);
}
#endif

// Finds the largest of 3 x 3 pixels at one level, and puts them in their cells.
void find(const std::vector<Level>& levels, size_t k, Cell* cells) {
    if (std::min(levels[k].width, levels[k].height) <= 2 * kMargin) return;
#if LOOKALIKE_X86
    if (active_isa() != Isa::scalar) return find_avx2(levels, k, cells);
#endif
    find_body(levels, k, cells);
}

// Whether no score of the 3 x 3 pixels at the same place of a neighbouring level is larger. Of
// equal ones, the finer level counts.
bool beats(const Level& level, const Keypoint& one, const Level& other, bool is_finer) {
    const int32_t own = score_at(level, one.x, one.y);
    const size_t x = (2 * one.x + 1) * other.width / (2 * level.width);
    const size_t y = (2 * one.y + 1) * other.height / (2 * level.height);
    for (size_t row = y - 1; row <= y + 1; ++row)
        for (size_t column = x - 1; column <= x + 1; ++column) {
            const int32_t theirs = score_at(other, column, row);
            if (theirs > own || (theirs == own && is_finer)) return false;
        }
    return true;
}

bool stands_out(const std::vector<Level>& levels, const Keypoint& one) {
    const Level& level = levels[one.level];
    return (one.level == 0 || beats(level, one, levels[one.level - 1], true)) &&
           (one.level + 1 == levels.size() || beats(level, one, levels[one.level + 1], false));
}

// Where a parabola through three scores has its top, in 1/256 of a pixel from the middle.
int64_t top(int64_t before, int64_t middle, int64_t after) {
    return 128 * (before - after) / (before - 2 * middle + after);
}

// A place in half pixels of the picture, from one in 1/256 pixels of a level.
uint32_t in_half_pixels(int64_t place, size_t level_side, size_t side) {
    const auto unit = static_cast<int64_t>(128 * level_side);
    return static_cast<uint32_t>((place * static_cast<int64_t>(side) + unit / 2) / unit);
}

void locate(const std::vector<Level>& levels, Keypoint& one) {
    const Level &level = levels[one.level], &whole = levels[0];
    const size_t x = one.x, y = one.y;
    const int32_t middle = score_at(level, x, y);
    const int64_t right = top(score_at(level, x - 1, y), middle, score_at(level, x + 1, y));
    const int64_t down = top(score_at(level, x, y - 1), middle, score_at(level, x, y + 1));
    one.half_x =
        in_half_pixels(static_cast<int64_t>(256 * x + 128) + right, level.width, whole.width);
    one.half_y =
        in_half_pixels(static_cast<int64_t>(256 * y + 128) + down, level.height, whole.height);
}

// Takes candidates from the top of a heap until one stands out. Returns 0 if none does.
Candidate best_of(Cell& heap, const std::vector<Level>& levels) {
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end());
        const Candidate one = heap.back();
        heap.pop_back();
        if (stands_out(levels, pixel_of(one))) return one;
    }
    return 0;
}

}  // namespace

std::vector<Keypoint> keypoints(const std::vector<Level>& levels, size_t most) {
    std::array<Cell, kCells * kCells> cells;
    for (size_t k = 0; k < levels.size(); ++k) find(levels, k, cells.data());
    for (Cell& cell : cells) std::make_heap(cell.begin(), cell.end());
    std::vector<Keypoint> kept;
    // Each round takes one more from every cell, so no part of the picture is left out.
    for (std::vector<Candidate> round; kept.size() < most; round.clear()) {
        for (Cell& cell : cells)
            if (const Candidate one = best_of(cell, levels)) round.push_back(one);
        if (round.empty()) break;
        std::sort(round.rbegin(), round.rend());
        for (size_t k = 0; k < round.size() && kept.size() < most; ++k) {
            kept.push_back(pixel_of(round[k]));
            locate(levels, kept.back());
        }
    }
    return kept;
}

}  // namespace lookalike
