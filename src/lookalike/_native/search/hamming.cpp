#include "search/hamming.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "search/compare.h"
#include "search/near.h"

namespace lookalike {
namespace {

constexpr size_t kFewQueries =
    4;  // fewer leave most lanes of `compare` empty, so each is compared by itself

size_t words_of(size_t width) { return (width + 7) / 8; }

// Hashes as whole words, padded with zero bytes. Equal padding on both sides adds no distance.
void load(const Hashes& hashes, Range range, uint64_t* words) {
    const uint8_t* data = hashes.data + range.begin * hashes.width;
    const size_t count = range.end - range.begin, stride = words_of(hashes.width);
    if (hashes.width == 8 * stride) {
        std::memcpy(words, data, count * hashes.width);
        return;
    }
    std::fill(words, words + count * stride, 0);
    for (size_t k = 0; k < count; ++k)
        std::memcpy(words + k * stride, data + k * hashes.width, hashes.width);
}

// Up to `kLanes` hashes, transposed: word k of all lanes side by side.
void load_planes(const Hashes& hashes, Range range, uint64_t* planes) {
    const size_t words = words_of(hashes.width);
    std::vector<uint64_t> hash(words);
    for (size_t lane = 0; lane < range.end - range.begin; ++lane) {
        load(hashes, {range.begin + lane, range.begin + lane + 1}, hash.data());
        for (size_t k = 0; k < words; ++k) planes[k * kLanes + lane] = hash[k];
    }
}

struct Found {
    uint32_t lane, column;
    uint16_t distance;
};

// Scans a few rows at a time as lanes of `compare`, or one by one if there are very few.
class Scan {
 public:
    Scan(const Hashes& queries, const Hashes& hashes, Range columns, uint32_t max_distance,
         bool above_diagonal)
        : queries_(queries),
          columns_(columns),
          max_distance_(max_distance),
          above_diagonal_(above_diagonal),
          words_(words_of(hashes.width)),
          planes_(words_ * kLanes),
          hashes_(words_ * (columns.end - columns.begin)),
          hits_(kRows * kLanes),
          near_(kRows) {
        load(hashes, columns, hashes_.data());
    }

    // Finds the matches of some rows, those of each row by ascending column. Returns false if
    // several rows have more than `most`. The caller then tries fewer rows.
    bool run(Range rows, size_t most) {
        const size_t lanes = rows.end - rows.begin;
        found.clear();
        load_planes(queries_, rows, planes_.data());
        const size_t first =
            above_diagonal_ ? std::max(rows.begin + 1, columns_.begin) : columns_.begin;
        for (size_t at = first; at < columns_.end; at += kRows) {
            const Range block{at, std::min(at + kRows, columns_.end)};
            if (lanes < kFewQueries)
                look_up(rows, block);
            else
                compare_all(rows, block);
            if (found.size() > most && lanes > 1) return false;
        }
        return true;
    }

    std::vector<Found> found;

 private:
    const uint64_t* hash(size_t column) const {
        return hashes_.data() + (column - columns_.begin) * words_;
    }

    void compare_all(Range rows, Range block) {
        const size_t lanes = rows.end - rows.begin;
        const size_t count = comparison(words_)(hash(block.begin), block.end - block.begin, words_,
                                                planes_.data(), lanes, max_distance_, hits_.data());
        for (size_t k = 0; k < count; ++k)
            keep(rows, hits_[k].lane, block.begin + hits_[k].row, hits_[k].distance);
    }

    void look_up(Range rows, Range block) {
        std::vector<uint64_t> query(words_);
        for (size_t row = rows.begin; row < rows.end; ++row) {
            load(queries_, {row, row + 1}, query.data());
            const size_t count =
                find_near(words_)(query.data(), hash(block.begin), block.end - block.begin, words_,
                                  max_distance_, near_.data());
            for (size_t k = 0; k < count; ++k)
                keep(rows, row - rows.begin, block.begin + near_[k].place, near_[k].distance);
        }
    }

    void keep(Range rows, size_t lane, size_t column, uint32_t distance) {
        if (above_diagonal_ && column <= rows.begin + lane) return;
        found.push_back({static_cast<uint32_t>(lane), static_cast<uint32_t>(column),
                         static_cast<uint16_t>(distance)});
    }

    const Hashes queries_;
    const Range columns_;
    const uint32_t max_distance_;
    const bool above_diagonal_;
    const size_t words_;
    std::vector<uint64_t> planes_, hashes_;
    std::vector<Hit> hits_;
    std::vector<Near> near_;
};

// Appends the matches of some rows, row by row. Those of one row are already in order.
void append(const std::vector<Found>& found, Range rows, Matches& matches) {
    std::array<size_t, kLanes + 1> next{};
    for (const Found& one : found) ++next[one.lane + 1];
    next[0] = matches.row.size();
    for (size_t lane = 0; lane < kLanes; ++lane) next[lane + 1] += next[lane];
    matches.row.resize(next[kLanes]);
    matches.column.resize(next[kLanes]);
    matches.distance.resize(next[kLanes]);
    for (const Found& one : found) {
        const size_t at = next[one.lane]++;
        matches.row[at] = static_cast<uint32_t>(rows.begin + one.lane);
        matches.column[at] = one.column;
        matches.distance[at] = one.distance;
    }
}

// Drops everything after the row that brings the number of matches to `capacity` or more.
void cut(Matches& matches, size_t capacity) {
    if (matches.row.size() < capacity) return;
    const uint32_t last = matches.row[capacity - 1];
    const auto end = std::upper_bound(matches.row.begin(), matches.row.end(), last);
    const auto count = static_cast<size_t>(end - matches.row.begin());
    matches.row.resize(count);
    matches.column.resize(count);
    matches.distance.resize(count);
    matches.next = last + 1;
}

static_assert(kRows <= kNearRun, "a block is looked up in one call");

}  // namespace

Matches scan(const Hashes& queries, Range rows, const Hashes& hashes, Range columns,
             uint32_t max_distance, bool above_diagonal, size_t capacity) {
    Matches matches;
    matches.next = rows.end;
    if (rows.begin >= rows.end || columns.begin >= columns.end) return matches;
    Scan scan(queries, hashes, columns, max_distance, above_diagonal);
    for (size_t row = rows.begin, step = kLanes; row < rows.end && matches.row.size() < capacity;
         row += step) {
        step = std::min(step, rows.end - row);
        // If nearly everything matches, only a few rows fit in memory at a time.
        while (!scan.run({row, row + step}, capacity)) step /= 2;
        append(scan.found, {row, row + step}, matches);
    }
    cut(matches, capacity);
    return matches;
}

// The farther apart two hashes are, the nearer one is to the other's complement. `compare` finds
// anything nearer than all before it, and the limit tightens on the way.
uint32_t diameter(const Hashes& hashes) {
    if (hashes.count == 0) return 0;
    const size_t words = words_of(hashes.width), bits = 64 * words;
    std::vector<uint64_t> planes(words * kLanes), loaded(words * hashes.count);
    std::vector<Hit> hits(kRows * kLanes);
    load(hashes, {0, hashes.count}, loaded.data());
    const Compare compare = comparison(words);
    size_t widest = 0;
    for (size_t row = 0; row < hashes.count; row += kLanes) {
        const Range lanes{row, std::min(row + kLanes, hashes.count)};
        load_planes(hashes, lanes, planes.data());
        for (uint64_t& word : planes) word = ~word;
        for (size_t at = row; at < hashes.count && widest < bits; at += kRows) {
            const size_t found =
                compare(loaded.data() + at * words, std::min(kRows, hashes.count - at), words,
                        planes.data(), lanes.end - lanes.begin, bits - widest - 1, hits.data());
            for (size_t k = 0; k < found; ++k)
                widest = std::max<size_t>(widest, bits - hits[k].distance);
        }
    }
    return static_cast<uint32_t>(widest);
}

}  // namespace lookalike
