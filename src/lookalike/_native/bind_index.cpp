#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "arrays.h"
#include "bind.h"
#include "owned_band.h"
#include "search/band.h"
#include "search/distinct.h"
#include "search/huge_pages.h"
#include "search/join.h"
#include "search/probe.h"

namespace lookalike {
namespace {

using Bounds = std::pair<int64_t, int64_t>;
using Position = std::tuple<size_t, size_t, size_t>;
using Columns = std::tuple<NewArray<uint32_t>, NewArray<uint32_t>, NewArray<uint16_t>>;

using Bands = std::vector<const OwnedBand*>;

std::tuple<NewArray<uint32_t>, NewArray<uint32_t>, nb::object> sort_band(const AnyArray& array,
                                                                         const AnyArray& positions,
                                                                         bool copy) {
    const WordHashes hashes = words_of(array, "hashes");
    const BandBits bits = bits_of(positions, hashes.words);
    auto offsets = allocate<uint32_t>(bits.value_count() + 1);
    auto order = allocate<uint32_t>(hashes.count);
    auto sorted = copy ? allocate<uint64_t>(hashes.count * hashes.words) : nullptr;
    {
        nb::gil_scoped_release unlocked;
        advise_huge_pages(offsets.get(), (bits.value_count() + 1) * sizeof offsets[0]);
        advise_huge_pages(order.get(), hashes.count * sizeof order[0]);
        if (copy) advise_huge_pages(sorted.get(), hashes.count * hashes.words * sizeof sorted[0]);
        sort_into_band(bits, hashes, offsets.get(), order.get(), sorted.get());
    }
    nb::object sorted_array = nb::none();
    if (copy) sorted_array = nb::cast(new_array(std::move(sorted), {hashes.count, hashes.words}));
    return {new_array(std::move(offsets), {bits.value_count() + 1}),
            new_array(std::move(order), {hashes.count}), sorted_array};
}

std::pair<NewArray<uint32_t>, NewArray<uint32_t>> number_distinct(const AnyArray& array) {
    const WordHashes hashes = words_of(array, "hashes");
    Distinct found;
    {
        nb::gil_scoped_release unlocked;
        found = distinct(hashes);
    }
    return {new_array(std::move(found.number)), new_array(std::move(found.first))};
}

NewArray<int64_t> count_band_distances(const AnyArray& array,
                                       const std::vector<AnyArray>& positions) {
    const WordHashes hashes = words_of(array, "hashes");
    std::vector<BandBits> bands;
    for (const AnyArray& one : positions) bands.push_back(bits_of(one, hashes.words));
    std::vector<int64_t> counts;
    {
        nb::gil_scoped_release unlocked;
        counts = band_distances(hashes, bands, kWidestBand + 1);
    }
    auto rows = allocate<int64_t>(counts.size());
    std::copy(counts.begin(), counts.end(), rows.get());
    return new_array(std::move(rows), {bands.size(), kWidestBand + 1});
}

size_t whole(int64_t value, int64_t least, const char* name) {
    if (value < least)
        refuse(name, " must be ", std::to_string(least), " or more, not ", std::to_string(value));
    return static_cast<size_t>(value);
}

// The arguments of a join called from Python. Holds what the plan points to.
struct Request {
    Band rows, columns;
    JoinPlan plan;
    Cursor cursor;
    size_t end;

    Request(const OwnedBand& left, const OwnedBand& right, int64_t band_distance,
            int64_t max_distance, const std::vector<std::pair<const OwnedBand*, int64_t>>& seen,
            const Position& from, int64_t to, int64_t work)
        : rows(left.view()),
          columns(right.view()),
          plan{&rows,
               &left == &right ? &rows : &columns,
               std::min(whole(band_distance, 0, "band_distance"), kWidestBand),
               std::min<size_t>(whole(max_distance, 0, "max_distance"), kMostWords * 64),
               {},
               whole(work, 1, "work")},
          cursor{std::get<0>(from), std::get<1>(from), std::get<2>(from)},
          end(whole(to, 0, "end")) {
        if (end > right.count())
            refuse("end must be at most ", std::to_string(right.count()), ", not ",
                   std::to_string(end));
        require_alike(left, right);
        for (const auto& [band, distance] : seen) {
            if (!band) refuse("seen must not hold None");
            require_alike(left, *band);
            plan.seen.push_back({&band->bits(), whole(distance, 0, "the distance of a band seen")});
        }
    }

    Position position() const { return {cursor.column, cursor.difference, cursor.row}; }

 private:
    static void require_alike(const OwnedBand& left, const OwnedBand& right) {
        if (left.words() != right.words())
            refuse("bands must have hashes of the same width, not ", std::to_string(left.words()),
                   " and ", std::to_string(right.words()), " words");
    }
};

std::pair<Columns, Position> pairs_of_bands(
    const OwnedBand& rows, const OwnedBand& columns, int64_t band_distance, int64_t max_distance,
    const std::vector<std::pair<const OwnedBand*, int64_t>>& seen, const Position& from, int64_t to,
    int64_t capacity, int64_t work) {
    Request request(rows, columns, band_distance, max_distance, seen, from, to, work);
    if (rows.bits().size() != columns.bits().size())
        refuse("bands must have as many bits, not ", std::to_string(rows.bits().size()), " and ",
               std::to_string(columns.bits().size()));
    JoinedPairs pairs;
    {
        nb::gil_scoped_release unlocked;
        pairs =
            join_pairs(request.plan, request.cursor, request.end, whole(capacity, 1, "capacity"));
    }
    return {{new_array(std::move(pairs.row)), new_array(std::move(pairs.column)),
             new_array(std::move(pairs.distance))},
            request.position()};
}

using Writable = nb::ndarray<nb::device::cpu>;

std::atomic<uint32_t>* shared(const Writable& array, const char* name, size_t count) {
    uint32_t* data = packed<uint32_t>(array, name, 1, "(n,) of uint32");
    if (array.shape(0) != count)
        refuse(name, " must be as many as hashes, ", std::to_string(count), ", not ",
               describe(array));
    return reinterpret_cast<std::atomic<uint32_t>*>(data);
}

Position groups_of_band(const OwnedBand& band, int64_t band_distance, int64_t max_distance,
                        const Position& from, int64_t to, int64_t work,
                        const Writable& parent_array, const Writable& label_array) {
    Request request(band, band, band_distance, max_distance, {}, from, to, work);
    std::atomic<uint32_t>* parent = shared(parent_array, "parent", band.count());
    std::atomic<uint32_t>* labels = shared(label_array, "labels", band.count());
    {
        nb::gil_scoped_release unlocked;
        join_groups(request.plan, request.cursor, request.end, parent, labels);
    }
    return request.position();
}

struct Queries {
    WordHashes hashes;
    size_t begin, end;

    Queries(const AnyArray& array, const Bounds& rows, size_t words)
        : hashes(words_of(array, "queries")) {
        if (hashes.words != words)
            refuse("queries must have ", std::to_string(words), " words, as the hashes, not ",
                   describe(array));
        begin = whole(rows.first, 0, "the first row");
        end = whole(rows.second, rows.first, "the row after the last");
        if (end > hashes.count)
            refuse("rows must lie within 0 and ", std::to_string(hashes.count), ", not end at ",
                   std::to_string(end));
    }
};

std::vector<Band> views(const Bands& bands) {
    if (bands.empty()) refuse("bands must be one or more");
    std::vector<Band> views;
    for (const OwnedBand* band : bands) {
        if (!band) refuse("bands must not hold None");
        if (band->count() != bands[0]->count() || band->words() != bands[0]->words())
            refuse("bands must be of the same hashes");
        views.push_back(band->view());
    }
    return views;
}

Columns columns(Neighbours found) {
    return {new_array(std::move(found.query)), new_array(std::move(found.hash)),
            new_array(std::move(found.distance))};
}

std::pair<Columns, size_t> probe_bands(const Bands& bands, const std::vector<int>& band_distances,
                                       const AnyArray& array, int64_t max_distance,
                                       const Bounds& rows, int64_t capacity) {
    const std::vector<Band> all = views(bands);
    if (band_distances.size() != all.size())
        refuse("band_distances must be as many as bands, ", std::to_string(all.size()), ", not ",
               std::to_string(band_distances.size()));
    const Queries queries(array, rows, bands[0]->words());
    const size_t within = whole(max_distance, 0, "max_distance"),
                 most = whole(capacity, 1, "capacity");
    Neighbours found;
    size_t next = 0;
    {
        nb::gil_scoped_release unlocked;
        found = probe(all, band_distances, queries.hashes, queries.begin, queries.end, within, most,
                      next);
    }
    return {columns(std::move(found)), next};
}

std::pair<Columns, size_t> scan_all(const AnyArray& array, const AnyArray& query_array,
                                    int64_t max_distance, const Bounds& rows, int64_t capacity) {
    const WordHashes hashes = words_of(array, "hashes");
    const Queries queries(query_array, rows, hashes.words);
    const size_t within = whole(max_distance, 0, "max_distance"),
                 most = whole(capacity, 1, "capacity");
    Neighbours found;
    size_t next = 0;
    {
        nb::gil_scoped_release unlocked;
        found = scan_near(hashes, queries.hashes, queries.begin, queries.end, within, most, next);
    }
    return {columns(std::move(found)), next};
}

Columns nearest_of_bands(const Bands& bands, const AnyArray& schedule_array, const AnyArray& array,
                         const Bounds& rows, int64_t k) {
    const std::vector<Band> all = views(bands);
    const uint32_t* schedule =
        packed<uint32_t>(schedule_array, "schedule", 1, "(bits + 1,) of uint32");
    const std::vector<uint32_t> steps(schedule, schedule + schedule_array.shape(0));
    for (uint32_t at : steps)
        if (at >= all.size())
            refuse("schedule must hold numbers of bands, below ", std::to_string(all.size()),
                   ", not ", std::to_string(at));
    const Queries queries(array, rows, bands[0]->words());
    const size_t wanted = whole(k, 1, "k");
    Neighbours found;
    {
        nb::gil_scoped_release unlocked;
        found = probe_nearest(all, steps, queries.hashes, queries.begin, queries.end, wanted);
    }
    return columns(std::move(found));
}

Columns nearest_of_all(const AnyArray& array, const AnyArray& query_array, const Bounds& rows,
                       int64_t k) {
    const WordHashes hashes = words_of(array, "hashes");
    const Queries queries(query_array, rows, hashes.words);
    const size_t wanted = whole(k, 1, "k");
    Neighbours found;
    {
        nb::gil_scoped_release unlocked;
        found = scan_nearest(hashes, queries.hashes, queries.begin, queries.end, wanted);
    }
    return columns(std::move(found));
}

}  // namespace

void bind_index(nb::module_& module) {
    using nb::arg;
    nb::set_leak_warnings(false);  // bands may live until the interpreter ends
    nb::exception<Damaged>(module, "DamagedError", PyExc_ValueError);
    nb::class_<OwnedBand>(module, "Band")
        .def(nb::init<AnyArray, AnyArray, AnyArray, AnyArray, std::optional<AnyArray>>(),
             arg("hashes"), arg("positions"), arg("offsets"), arg("order"), arg("sorted").none());
    module.def("sort_band", &sort_band, arg("hashes"), arg("positions"), arg("copy"));
    module.def("distinct", &number_distinct, arg("hashes"));
    module.def("band_distances", &count_band_distances, arg("hashes"), arg("positions"));
    module.def("join_pairs", &pairs_of_bands, arg("rows"), arg("columns"), arg("band_distance"),
               arg("max_distance"), arg("seen"), arg("begin"), arg("end"), arg("capacity"),
               arg("work"));
    module.def("join_groups", &groups_of_band, arg("band"), arg("band_distance"),
               arg("max_distance"), arg("begin"), arg("end"), arg("work"), arg("parent"),
               arg("labels"));
    module.def("probe", &probe_bands, arg("bands"), arg("band_distances"), arg("queries"),
               arg("max_distance"), arg("rows"), arg("capacity"));
    module.def("scan_near", &scan_all, arg("hashes"), arg("queries"), arg("max_distance"),
               arg("rows"), arg("capacity"));
    module.def("probe_nearest", &nearest_of_bands, arg("bands"), arg("schedule"), arg("queries"),
               arg("rows"), arg("k"));
    module.def("scan_nearest", &nearest_of_all, arg("hashes"), arg("queries"), arg("rows"),
               arg("k"));
}

}  // namespace lookalike
