#include "search/probe.h"

#include <algorithm>

#include "search/bits.h"
#include "search/near.h"

namespace lookalike {
namespace {

// The numbers of `size` bits with `first` to `last` bits set, those with fewer first (R. W. Gosper,
// HAKMEM 175, 1972).
class Combinations {
 public:
    Combinations(size_t size, size_t first, size_t last)
        : end_(uint64_t{1} << size), weight_(first), last_(std::min(last, size)) {
        begin_weight();
    }

    bool done() const { return next_ >= end_; }

    uint32_t take() {
        const auto taken = static_cast<uint32_t>(next_);
        if (taken) {
            const uint64_t ripple = next_ + (next_ & (0 - next_));
            next_ = (ripple ^ next_) >> (2 + lowest_bit(taken)) | ripple;
        }
        if (!taken || done()) {
            ++weight_;
            begin_weight();
        }
        return taken;
    }

 private:
    uint64_t end_, next_ = 0;
    size_t weight_, last_;

    void begin_weight() { next_ = weight_ <= last_ ? (uint64_t{1} << weight_) - 1 : end_; }
};

// Where the values that differ from the query's in `first` to `last` bits begin and end in a band.
// Each may lie anywhere in memory. So while one batch of them is compared, the hashes of the next
// are on their way, and so are the places of the one after that.
class Ring {
 public:
    Ring(const Band& band, const uint64_t* query, size_t first, size_t last)
        : band_(band), value_(band.bits->value(query)), left_(band.bits->size(), first, last) {
        take_values();
        find_runs();
    }

    struct Run {
        size_t begin, count;
    };

    // The next non-empty runs, up to kBatch. None at the end.
    size_t next(Run* runs) {
        while (!found_ && value_count_) find_runs();
        const size_t found = found_;
        std::copy(runs_, runs_ + found, runs);
        if (!band_.sorted) prefetch_by_number(found);
        find_runs();
        return found;
    }

    // As many cache lines are asked for at a time as a processor can wait for.
    static constexpr size_t kBatch = 8;

 private:
    static constexpr size_t kHashesAhead = 64, kNumbersAhead = 16;  // of a run

    const Band& band_;
    const uint32_t value_;
    Combinations left_;
    uint32_t values_[kBatch];
    Run runs_[kBatch];
    size_t value_count_ = 0, found_ = 0;

    void take_values() {
        for (value_count_ = 0; value_count_ < kBatch && !left_.done(); ++value_count_) {
            const uint32_t value = value_ ^ left_.take();
            values_[value_count_] = value;
            prefetch(band_.offsets + value);
        }
    }

    // Those of the values that were taken.
    void find_runs() {
        found_ = 0;
        for (size_t k = 0; k < value_count_; ++k) {
            const auto [begin, end] = band_.run(values_[k]);
            if (begin == end) continue;
            runs_[found_++] = {begin, end - begin};
            if (band_.sorted)
                prefetch_all(band_.sorted + begin * band_.hashes.words,
                             std::min(end - begin, kHashesAhead) * band_.hashes.words);
            else
                prefetch_all(band_.order + begin, std::min(end - begin, kNumbersAhead));
        }
        take_values();
    }

    template <typename Number>
    static void prefetch_all(const Number* from, size_t count) {
        constexpr size_t kLine = 64 / sizeof(Number);
        for (const Number* line = from; line < from + count; line += kLine) prefetch(line);
        prefetch(from + count - 1);  // `from` may lie anywhere in its line
    }

    void prefetch_by_number(size_t found) const {
        for (size_t k = 0; k < found; ++k)
            for (size_t place = 0; place < std::min(runs_[k].count, kNumbersAhead); ++place)
                prefetch(band_.hashes[band_.number(runs_[k].begin + place)]);
    }
};

// Scratch memory for one query.
struct Bench {
    explicit Bench(size_t words)
        : near(find_near(words)), buffer(kNearRun * words), found(kNearRun + 1) {}

    const FindNear near;
    std::vector<uint64_t> buffer;
    std::vector<Near> found;

    // Calls `take(place, distance)` for those hashes at some places of a band that are near the
    // query. The limit is read again for each run.
    template <typename Take>
    void look(const Band& band, const uint64_t* query, Ring::Run run, const size_t& max_distance,
              Take take) {
        for (size_t done = 0; done < run.count; done += kNearRun) {
            const size_t count = std::min(run.count - done, kNearRun), begin = run.begin + done;
            const size_t matches = near(query, band.at(begin, count, buffer.data()), count,
                                        band.hashes.words, max_distance, found.data());
            for (size_t k = 0; k < matches; ++k) take(begin + found[k].place, found[k].distance);
        }
    }

    template <typename Take>
    void look_at_all(const WordHashes& hashes, const uint64_t* query, const size_t& max_distance,
                     Take take) {
        for (size_t begin = 0; begin < hashes.count; begin += kNearRun) {
            const size_t count = std::min(hashes.count - begin, kNearRun);
            const size_t matches =
                near(query, hashes[begin], count, hashes.words, max_distance, found.data());
            for (size_t k = 0; k < matches; ++k) take(begin + found[k].place, found[k].distance);
        }
    }
};

void add(Neighbours& neighbours, size_t query, size_t hash, size_t distance) {
    neighbours.query.push_back(static_cast<uint32_t>(query));
    neighbours.hash.push_back(static_cast<uint32_t>(hash));
    neighbours.distance.push_back(static_cast<uint16_t>(distance));
}

// The k nearest so far, with the worst of them on top.
class Nearest {
 public:
    explicit Nearest(size_t k) : k_(k) {}

    // Hashes farther than this need not be passed in.
    const size_t& limit() const { return limit_; }
    bool full() const { return heap_.size() == k_; }

    void clear() {
        heap_.clear();
        limit_ = SIZE_MAX;
    }

    void take(size_t hash, size_t distance) {
        const Entry entry{distance, hash};
        if (full()) {
            if (!(entry < heap_.front())) return;
            std::pop_heap(heap_.begin(), heap_.end());
            heap_.back() = entry;
        } else {
            heap_.push_back(entry);
        }
        std::push_heap(heap_.begin(), heap_.end());
        if (full()) limit_ = heap_.front().distance;
    }

    void give(size_t query, Neighbours& neighbours) {
        std::sort_heap(heap_.begin(), heap_.end());
        for (const Entry& entry : heap_) add(neighbours, query, entry.hash, entry.distance);
        clear();
    }

 private:
    struct Entry {
        size_t distance, hash;
        bool operator<(const Entry& other) const {
            return distance != other.distance ? distance < other.distance : hash < other.hash;
        }
    };
    size_t k_, limit_ = SIZE_MAX;
    std::vector<Entry> heap_;
};

// The cost of looking up one value, as a number of hashes compared: one or two cache misses.
constexpr size_t kLook = 128;

void find_nearest(const std::vector<Band>& bands, const std::vector<uint32_t>& schedule,
                  const uint64_t* query, Bench& bench, Nearest& nearest) {
    const WordHashes& hashes = bands.front().hashes;
    std::vector<int> reached(bands.size(), -1);
    Ring::Run runs[Ring::kBatch];
    size_t work = 0;
    for (size_t distance = 0; distance < schedule.size() && work < hashes.count; ++distance) {
        const size_t at = schedule[distance];
        const Band& band = bands[at];
        const auto weight = static_cast<size_t>(reached[at] + 1);
        Ring ring(band, query, weight, weight);
        for (size_t count; (count = ring.next(runs)) && work < hashes.count;) {
            work += count * kLook;
            for (size_t k = 0; k < count; ++k) {
                work += runs[k].count;
                bench.look(band, query, runs[k], nearest.limit(), [&](size_t place, size_t far) {
                    const size_t hash = band.number(place);
                    for (size_t other = 0; other < bands.size(); ++other)
                        if (other != at && reached[other] >= 0 &&
                            bands[other].bits->distance(query, hashes[hash]) <=
                                static_cast<size_t>(reached[other]))
                            return;  // seen before
                    nearest.take(hash, far);
                });
            }
        }
        ++reached[at];
        if (work < hashes.count && nearest.full() && nearest.limit() <= distance) return;
    }
    nearest.clear();
    bench.look_at_all(hashes, query, nearest.limit(),
                      [&](size_t hash, size_t far) { nearest.take(hash, far); });
}

}  // namespace

Neighbours probe(const std::vector<Band>& bands, const std::vector<int>& band_distances,
                 const WordHashes& queries, size_t begin, size_t end, size_t max_distance,
                 size_t capacity, size_t& next) {
    Neighbours neighbours;
    Bench bench(queries.words);
    Ring::Run runs[Ring::kBatch];
    for (next = begin; next < end && neighbours.hash.size() < capacity; ++next) {
        const uint64_t* query = queries[next];
        for (size_t at = 0; at < bands.size(); ++at) {
            const Band& band = bands[at];
            const int farthest = std::min(band_distances[at], static_cast<int>(band.bits->size()));
            if (farthest < 0) continue;
            Ring ring(band, query, 0, static_cast<size_t>(farthest));
            for (size_t count; (count = ring.next(runs));)
                for (size_t k = 0; k < count; ++k)
                    bench.look(band, query, runs[k], max_distance,
                               [&](size_t place, size_t distance) {
                                   const size_t hash = band.number(place);
                                   for (size_t other = 0; other < at; ++other)
                                       if (band_distances[other] >= 0 &&
                                           bands[other].bits->distance(query, band.hashes[hash]) <=
                                               static_cast<size_t>(band_distances[other]))
                                           return;  // seen before
                                   add(neighbours, next, hash, distance);
                               });
        }
    }
    return neighbours;
}

Neighbours scan_near(const WordHashes& hashes, const WordHashes& queries, size_t begin, size_t end,
                     size_t max_distance, size_t capacity, size_t& next) {
    Neighbours neighbours;
    Bench bench(hashes.words);
    for (next = begin; next < end && neighbours.hash.size() < capacity; ++next)
        bench.look_at_all(hashes, queries[next], max_distance, [&](size_t hash, size_t distance) {
            add(neighbours, next, hash, distance);
        });
    return neighbours;
}

Neighbours probe_nearest(const std::vector<Band>& bands, const std::vector<uint32_t>& schedule,
                         const WordHashes& queries, size_t begin, size_t end, size_t k) {
    Neighbours neighbours;
    Bench bench(queries.words);
    Nearest nearest(k);
    for (size_t at = begin; at < end; ++at) {
        find_nearest(bands, schedule, queries[at], bench, nearest);
        nearest.give(at, neighbours);
    }
    return neighbours;
}

Neighbours scan_nearest(const WordHashes& hashes, const WordHashes& queries, size_t begin,
                        size_t end, size_t k) {
    Neighbours neighbours;
    Bench bench(hashes.words);
    Nearest nearest(k);
    for (size_t at = begin; at < end; ++at) {
        bench.look_at_all(hashes, queries[at], nearest.limit(),
                          [&](size_t hash, size_t distance) { nearest.take(hash, distance); });
        nearest.give(at, neighbours);
    }
    return neighbours;
}

}  // namespace lookalike
