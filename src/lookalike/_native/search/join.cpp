#include "search/join.h"

#include <algorithm>
#include <cstring>

#include "isa.h"
#include "search/compare.h"
#include "search/union_find.h"

namespace lookalike {
namespace {

void differences_below(size_t bits, size_t distance, uint32_t high, std::vector<uint32_t>& out) {
    out.push_back(high);
    if (distance == 0) return;
    for (size_t bit = 0; bit < bits; ++bit)
        differences_below(bit, distance - 1, high | uint32_t{1} << bit, out);
}

// Rows of several values, put together to keep the innermost loop running longer.
class Rows {
 public:
    explicit Rows(const Band& band)
        : band_(band),
          words_(band.hashes.words),
          buffer_((kRows + kStep) * words_),
          runs_(kRuns + 1) {}

    size_t count() const { return count_; }
    size_t room() const { return run_count_ < kRuns ? kRows - count_ : 0; }
    const uint64_t* data() const { return data_; }

    void clear() {
        count_ = run_count_ = 0;
        data_ = buffer_.data();
    }

    // Adds the hashes at `count` places from `place` on, which must fit in the room left.
    LOOKALIKE_INLINE void append(size_t place, size_t count) {
        runs_[run_count_] = {count_, place};
        run_count_ += count != 0;
        if (words_ == 1 && count < kRows && place + count + kStep <= band_.hashes.count &&
            band_.sorted) {
            // Copied in steps of a fixed size. Any excess is overwritten by the next copy.
            for (size_t k = 0; k < count; k += kStep)
                std::memcpy(buffer_.data() + count_ + k, band_.sorted + place + k,
                            kStep * sizeof(uint64_t));
            count_ += count;
        } else {
            append_slowly(place, count);
        }
    }

    // Calls `take(hit, place)` for each hit, with the place of its row. Rows ascend, but may start
    // again from the beginning.
    template <typename Take>
    void with_places(const Hit* hits, size_t count, Take take) const {
        size_t run = 0;
        for (const Hit* hit = hits; hit < hits + count; ++hit) {
            if (runs_[run].row > hit->row) run = 0;
            while (run + 1 < run_count_ && runs_[run + 1].row <= hit->row) ++run;
            take(*hit, runs_[run].place + (hit->row - runs_[run].row));
        }
    }

 private:
    struct Run {
        size_t row, place;
    };
    static constexpr size_t kStep = 16, kRuns = 512;

    void append_slowly(size_t place, size_t count) {
        uint64_t* behind = buffer_.data() + count_ * words_;
        const uint64_t* hashes = band_.at(place, count, behind);
        if (count == kRows)
            data_ = hashes;  // nothing else to add: compared in place
        else if (hashes != behind)
            std::copy_n(hashes, count * words_, behind);
        count_ += count;
    }

    const Band& band_;
    const size_t words_;
    std::vector<uint64_t> buffer_;
    std::vector<Run> runs_;
    const uint64_t* data_ = nullptr;
    size_t count_ = 0, run_count_ = 0;
};

// Some columns of one value, transposed: plane k holds word k of each.
struct Columns {
    std::vector<uint64_t> buffer, planes;
    size_t begin = 0, end = 0;

    explicit Columns(size_t words) : buffer(kLanes * words), planes(kLanes * words) {}

    void turn(const Band& band, size_t from, size_t to) {
        begin = from;
        end = to;
        const size_t words = band.hashes.words;
        const uint64_t* hashes = band.at(from, to - from, buffer.data());
        for (size_t lane = 0; lane < to - from; ++lane)
            for (size_t k = 0; k < words; ++k) planes[k * kLanes + lane] = hashes[lane * words + k];
    }
};

// Walks through everything to be compared. Matches go to `take(rows, columns, hits, count)`, which
// returns false to stop.
template <typename Take>
class Join {
 public:
    Join(const JoinPlan& plan, Cursor& cursor, size_t end, Take& take)
        : plan_(plan),
          cursor_(cursor),
          end_(end),
          take_(take),
          ball_(plan.columns->bits->size(), plan.band_distance),
          compare_(comparison(plan.rows->hashes.words)),
          rows_(*plan.rows),
          columns_(plan.columns->hashes.words),
          hits_(kRows * kLanes + 1) {}

    void run() {
        const uint32_t* offsets = plan_.columns->offsets;
        const size_t values = plan_.columns->bits->value_count();
        const uint32_t* behind = std::upper_bound(offsets, offsets + values, cursor_.column);
        size_t value = static_cast<size_t>(std::max(behind, offsets + 1) - offsets) - 1;
        while (cursor_.column < end_) {
            while (value + 1 < values && offsets[value + 1] <= cursor_.column) ++value;
            const Places places = plan_.columns->run(value);
            if (cursor_.column < places.begin || cursor_.column >= places.end) throw Damaged();
            columns_.turn(*plan_.columns, cursor_.column,
                          std::min({places.end, end_, cursor_.column + kLanes}));
            if (!join_columns(value)) return;
            cursor_ = {columns_.end, 0, 0};
        }
    }

 private:
    bool itself() const { return plan_.rows == plan_.columns; }

    bool join_columns(size_t value) {
        rows_.clear();
        size_t at = cursor_.difference;
        if (at == 0) {
            if (!join_rows(value, 0)) return false;
            at = 1;
        }
        for (size_t bit = 0; bit + 1 < ball_.groups.size(); ++bit) {
            if (itself() && !(value >> bit & 1)) continue;  // leads to a greater value
            for (at = std::max(at, ball_.groups[bit]); at < ball_.groups[bit + 1]; ++at)
                if (!join_rows(value ^ ball_.differences[at], at)) return false;
        }
        return rows_.count() == 0 || flush({columns_.end, 0, 0});
    }

    LOOKALIKE_INLINE bool join_rows(size_t value, size_t at) {
        auto [place, end] = plan_.rows->run(value);
        const size_t first = place;
        if (itself() && at == 0) end = std::min(end, columns_.end);
        if (cursor_.row) {
            place += std::min(cursor_.row, end - place);
            cursor_.row = 0;
        }
        while (end - place > rows_.room()) {
            const size_t count = rows_.room();
            rows_.append(place, count);
            place += count;
            if (!flush({columns_.begin, at, place - first})) return false;
        }
        rows_.append(place, end - place);
        return true;
    }

    // `next`: where to continue after these rows.
    bool flush(Cursor next) {
        const size_t lanes = columns_.end - columns_.begin;
        const size_t found =
            compare_(rows_.data(), rows_.count(), plan_.rows->hashes.words, columns_.planes.data(),
                     lanes, plan_.max_distance, hits_.data());
        work_ += rows_.count() * lanes;
        const bool go_on =
            (found == 0 || take_(rows_, columns_, hits_.data(), found)) && work_ < plan_.work;
        rows_.clear();
        if (!go_on) cursor_ = next;
        return go_on;
    }

    const JoinPlan& plan_;
    Cursor& cursor_;
    const size_t end_;
    Take& take_;
    const Ball ball_;
    const Compare compare_;
    Rows rows_;
    Columns columns_;
    std::vector<Hit> hits_;
    size_t work_ = 0;
};

template <typename Take>
void join(const JoinPlan& plan, Cursor& cursor, size_t end, Take take) {
    Join<Take>(plan, cursor, end, take).run();
}

bool was_seen(const JoinPlan& plan, const uint64_t* row, const uint64_t* column) {
    for (const Seen& one : plan.seen)
        if (one.bits->distance(row, column) <= one.distance) return true;
    return false;
}

}  // namespace

Ball::Ball(size_t bits, size_t distance) : differences{0} {
    for (size_t bit = 0; bit < bits; ++bit) {
        groups.push_back(differences.size());
        if (distance) differences_below(bit, distance - 1, uint32_t{1} << bit, differences);
    }
    groups.push_back(differences.size());
}

JoinedPairs join_pairs(const JoinPlan& plan, Cursor& cursor, size_t end, size_t capacity) {
    const Band &left = *plan.rows, &right = *plan.columns;
    const bool itself = plan.rows == plan.columns;
    JoinedPairs pairs;
    join(plan, cursor, end,
         [&](const Rows& rows, const Columns& columns, const Hit* hits, size_t count) {
             rows.with_places(hits, count, [&](const Hit& hit, size_t row_place) {
                 const size_t column_place = columns.begin + hit.lane;
                 if (itself && row_place >= column_place) return;
                 size_t row = left.number(row_place), column = right.number(column_place);
                 if (was_seen(plan, left.hashes[row], right.hashes[column])) return;
                 if (itself && row > column) std::swap(row, column);
                 pairs.row.push_back(static_cast<uint32_t>(row));
                 pairs.column.push_back(static_cast<uint32_t>(column));
                 pairs.distance.push_back(hit.distance);
             });
             return pairs.row.size() < capacity;
         });
    return pairs;
}

void join_groups(const JoinPlan& plan, Cursor& cursor, size_t end, std::atomic<uint32_t>* parent,
                 std::atomic<uint32_t>* labels) {
    const Band& band = *plan.columns;
    join(plan, cursor, end,
         [&](const Rows& rows, const Columns& columns, const Hit* hits, size_t count) {
             rows.with_places(hits, count, [&](const Hit& hit, size_t row) {
                 const size_t column = columns.begin + hit.lane;
                 const uint32_t row_label = labels[row].load(std::memory_order_relaxed);
                 const uint32_t column_label = labels[column].load(std::memory_order_relaxed);
                 size_t root;
                 if (row_label == column_label ||
                     !join_set(parent, band.hashes.count, row_label, column_label, root))
                     return;
                 labels[row].store(static_cast<uint32_t>(root), std::memory_order_relaxed);
                 labels[column].store(static_cast<uint32_t>(root), std::memory_order_relaxed);
             });
             return true;
         });
}

}  // namespace lookalike
