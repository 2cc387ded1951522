#include "sight/keypoints.h"

#include <algorithm>
#include <array>

#include "sight/scores.h"

namespace lookalike {
namespace {

constexpr size_t kMargin = 6;  // pixels of a level along its edges that have no keypoints
constexpr size_t kCells = 8;   // along the longer side

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

// Which cell each column or row of a level is in.
std::vector<uint8_t> cells_along(size_t level_side, size_t side, size_t longer) {
    std::vector<uint8_t> cells(level_side);
    for (size_t x = 0; x < level_side; ++x)
        cells[x] = static_cast<uint8_t>((2 * x + 1) * side * kCells / (2 * level_side * longer));
    return cells;
}

// Finds the peaks of one level, and puts them in their cells.
void find(const std::vector<Level>& levels, size_t k, Cell* cells) {
    const Level &level = levels[k], &whole = levels[0];
    const size_t width = level.width, height = level.height;
    if (std::min(width, height) <= 2 * kMargin) return;
    const size_t longer = std::max(whole.width, whole.height), room = width + kScoreStep;
    const std::vector<uint8_t> across = cells_along(width, whole.width, longer),
                               down = cells_along(height, whole.height, longer);
    const uint64_t scale = scale_at(k);
    std::vector<int32_t> scores(3 * room);
    std::vector<uint16_t> columns(width);
    const auto row = [&](size_t y) { return scores.data() + y % 3 * room; };
    score_row(level, kMargin - 1, row(kMargin - 1));
    score_row(level, kMargin, row(kMargin));
    for (size_t y = kMargin; y + kMargin < height; ++y) {
        score_row(level, y + 1, row(y + 1));
        const size_t found =
            find_peaks(row(y - 1), row(y), row(y + 1), kMargin, width - kMargin, columns.data());
        Cell* line = cells + kCells * down[y];
        for (size_t n = 0; n < found; ++n) {
            const size_t x = columns[n];
            line[across[x]].push_back(candidate(row(y)[x], k, x, y, scale));
        }
    }
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
