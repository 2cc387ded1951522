#include <nanobind/stl/optional.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include "arrays.h"
#include "bind.h"
#include "sight/candidates.h"
#include "sight/geometry.h"
#include "sight/pixel_check.h"
#include "sight/postings.h"
#include "sight/verdict.h"
#include "sight/weakest.h"

namespace lookalike {
namespace {

constexpr size_t kDescriptorBytes = 8 * kDescriptorWords;
constexpr size_t kLongestSide = 512;

void require_shape(const AnyArray& array, const char* name, std::vector<size_t> shape) {
    for (size_t k = 0; k < shape.size(); ++k)
        if (array.shape(k) != shape[k])
            refuse(name, " must have ", std::to_string(shape[k]), " along axis ", std::to_string(k),
                   ", not be ", describe(array));
}

// A Gallery and what keeps its arrays alive.
class OwnedGallery {
 public:
    OwnedGallery(AnyArray counts, AnyArray points, AnyArray descriptors, AnyArray thumbs,
                 AnyArray sizes)
        : counts_(counts),
          points_(points),
          descriptors_(descriptors),
          thumbs_(thumbs),
          sizes_(sizes),
          view_{counts.shape(0),
                packed<uint8_t>(counts, "counts", 1, "(n,) of uint8"),
                packed<uint32_t>(points, "points", 2, "(n, 100) of uint32"),
                reinterpret_cast<const uint64_t*>(
                    packed<uint8_t>(descriptors, "descriptors", 3, "(n, 100, 32) of uint8")),
                packed<uint8_t>(thumbs, "thumbs", 2, "(n, 1024) of uint8"),
                packed<uint16_t>(sizes, "sizes", 2, "(n, 2) of uint16")} {
        require_shape(points, "points", {view_.count, kStoredPoints});
        require_shape(descriptors, "descriptors", {view_.count, kStoredPoints, kDescriptorBytes});
        require_shape(thumbs, "thumbs", {view_.count, kThumbSize});
        require_shape(sizes, "sizes", {view_.count, 2});
        if (reinterpret_cast<uintptr_t>(view_.descriptors) % alignof(uint64_t))
            refuse("descriptors must be aligned in memory");
        if (view_.count > std::numeric_limits<uint32_t>::max() / kStoredPoints)
            refuse("a gallery has fewer than 2^32 points, not ", describe(points));
    }

    const Gallery& view() const { return view_; }

 private:
    AnyArray counts_, points_, descriptors_, thumbs_, sizes_;
    Gallery view_;
};

// A SightQuery, its grey, and what keeps its arrays alive.
class OwnedQuery {
 public:
    OwnedQuery(const AnyArray& points, AnyArray descriptors, AnyArray weakest, double width,
               double height, const AnyArray& grey)
        : descriptors_(descriptors), weakest_(weakest), width_(width), height_(height) {
        const auto* numbers = packed<uint32_t>(points, "points", 1, "(n,) of uint32");
        if (points.shape(0) > kMostQueryPoints)
            refuse("a query has at most ", std::to_string(kMostQueryPoints), " points, not ",
                   describe(points));
        for (size_t k = 0; k < points.shape(0); ++k) view_.points.push_back(unpacked(numbers[k]));
        view_.descriptors = reinterpret_cast<const uint64_t*>(
            packed<uint8_t>(descriptors, "descriptors", 2, "(2n, 32) of uint8"));
        view_.weakest = packed<uint16_t>(weakest, "weakest", 2, "(2n, 4) of uint16");
        require_shape(descriptors, "descriptors", {view_.rows(), kDescriptorBytes});
        require_shape(weakest, "weakest", {view_.rows(), kKeyTables});
        if (reinterpret_cast<uintptr_t>(view_.descriptors) % alignof(uint64_t))
            refuse("descriptors must be aligned in memory");
        if (!(width >= 1 && width <= kLongestSide && height >= 1 && height <= kLongestSide))
            refuse("width and height must be from 1 to ", std::to_string(kLongestSide));
        take_grey(grey);
    }

    const SightQuery& view() const { return view_; }

    Look look(const Gallery& gallery, size_t picture, const Affine& map) const {
        const double across = sums_.width / width_, down = sums_.height / height_;
        const Affine scaled{map.xx * across, map.xy * across, map.yx * down,
                            map.yy * down,   map.x0 * across, map.y0 * down};
        const uint16_t* size = gallery.sizes + 2 * picture;
        if (size[0] < 1 || size[1] < 1 || size[0] > kLongestSide || size[1] > kLongestSide)
            throw DamagedGallery("a picture has an impossible size");
        return look_through(gallery.thumbs + picture * kThumbSize, size[0], size[1], sums_, scaled);
    }

 private:
    void take_grey(const AnyArray& grey) {
        const auto* pixels = packed<uint8_t>(grey, "grey", 2, "(height, width) of uint8");
        if (grey.shape(0) < 1 || grey.shape(1) < 1 || grey.shape(0) > kLongestSide ||
            grey.shape(1) > kLongestSide)
            refuse("grey must have sides from 1 to ", std::to_string(kLongestSide), ", not ",
                   describe(grey));
        sums_of_grey_.resize((grey.shape(0) + 1) * (grey.shape(1) + 1));
        sums_ = {sums_of_grey_.data(), static_cast<int>(grey.shape(1)),
                 static_cast<int>(grey.shape(0))};
        nb::gil_scoped_release unlocked;
        sum_grey(pixels, sums_.width, sums_.height, sums_of_grey_.data());
    }

    AnyArray descriptors_, weakest_;
    double width_, height_;
    SightQuery view_{};
    std::vector<int32_t> sums_of_grey_;
    GreySums sums_{};
};

// Matches go to Python and back as one number each.
static_assert(sizeof(PointMatch) == sizeof(uint64_t));

NewArray<uint64_t> as_array(const std::vector<PointMatch>& matches) {
    auto numbers = allocate<uint64_t>(matches.size());
    if (!matches.empty())
        std::memcpy(numbers.get(), matches.data(), matches.size() * sizeof(uint64_t));
    return new_array(std::move(numbers), {matches.size()});
}

std::vector<PointMatch> matches_of(const AnyArray& array, const Gallery& gallery,
                                   const SightQuery& query) {
    const auto* numbers = packed<uint64_t>(array, "matches", 1, "(m,) of uint64");
    std::vector<PointMatch> matches(array.shape(0));
    if (!matches.empty()) std::memcpy(matches.data(), numbers, matches.size() * sizeof(uint64_t));
    for (const PointMatch& match : matches)
        if (match.entry >= gallery.count * kStoredPoints || match.query >= query.rows())
            refuse("matches must be of points of the gallery and the query");
    return matches;
}

NewArray<uint16_t> weakest_of(const AnyArray& margins) {
    const auto* values = packed<uint8_t>(margins, "margins", 2, "(n, 256) of uint8");
    const size_t count = margins.shape(0);
    require_shape(margins, "margins", {count, 64 * kDescriptorWords});
    auto found = allocate<uint16_t>(count * kKeyTables);
    {
        nb::gil_scoped_release unlocked;
        weakest_bits(values, count, found.get());
    }
    return new_array(std::move(found), {count, kKeyTables});
}

NewArray<uint64_t> find_near(const std::vector<const PostingTable*>& tables,
                             const OwnedGallery& gallery, const OwnedQuery& query,
                             uint32_t max_distance) {
    for (const PostingTable* table : tables)
        if (!table) refuse("tables must not hold None");
    if (tables.size() != kKeyTables)
        refuse("there must be ", std::to_string(kKeyTables), " tables");
    std::vector<PointMatch> found;
    {
        nb::gil_scoped_release unlocked;
        found = near_points(tables, gallery.view(), query.view(), max_distance);
    }
    return as_array(found);
}

using CandidateColumns =
    std::tuple<NewArray<uint32_t>, NewArray<float>, NewArray<uint64_t>, NewArray<uint64_t>>;

CandidateColumns find_candidates(const OwnedGallery& gallery, const OwnedQuery& query,
                                 const AnyArray& array, const AnyArray& weight_array,
                                 const std::optional<AnyArray>& gone, size_t least, size_t most) {
    const std::vector<PointMatch> matches = matches_of(array, gallery.view(), query.view());
    const auto* weights = packed<float>(weight_array, "weights", 1, "(rows,) of float32");
    require_shape(weight_array, "weights", {query.view().rows()});
    const uint8_t* skipped = nullptr;
    if (gone) {
        skipped = packed<uint8_t>(*gone, "gone", 1, "(n,) of uint8");
        require_shape(*gone, "gone", {gallery.view().count});
    }
    std::vector<uint32_t> pictures;
    std::vector<float> scores;
    std::vector<uint64_t> bounds{0};
    std::vector<PointMatch> theirs;
    {
        nb::gil_scoped_release unlocked;
        const Candidates found =
            candidates(gallery.view(), query.view(), matches, weights, skipped, least, most);
        for (const Candidate& one : found.best) {
            pictures.push_back(one.picture);
            scores.push_back(one.score);
            theirs.insert(theirs.end(), found.matches.begin() + static_cast<ptrdiff_t>(one.begin),
                          found.matches.begin() + static_cast<ptrdiff_t>(one.end));
            bounds.push_back(theirs.size());
        }
    }
    return {new_array(std::move(pictures)), new_array(std::move(scores)),
            new_array(std::move(bounds)), as_array(theirs)};
}

constexpr size_t kNumbers = 12;

struct Verified {
    Verdict verdict = Verdict::different;
    Placement placed;
    Look look{};
    float paper = 0;
};

Verified verified(const Gallery& gallery, const OwnedQuery& query, size_t picture,
                  const std::vector<PointMatch>& matches) {
    Verified one;
    one.placed = place(gallery, picture, query.view(), matches);
    if (one.placed.inliers < kLeastInliers) return one;
    one.look = query.look(gallery, picture, one.placed.map);
    one.paper = paper_share(gallery.thumbs + picture * kThumbSize, kThumbSize);
    one.verdict = judge(one.placed, one.look, one.paper);
    return one;
}

void write(const Verified& one, double* map, float* numbers) {
    const Affine& placed = one.placed.map;
    const double maps[] = {placed.xx, placed.xy, placed.x0, placed.yx, placed.yy, placed.y0};
    const Look& look = one.look;
    const float all[kNumbers] = {static_cast<float>(one.placed.inliers),
                                 one.placed.evidence,
                                 one.placed.mirrored ? 1.0F : 0.0F,
                                 look.r,
                                 look.good,
                                 look.blocks,
                                 look.seen,
                                 look.covered,
                                 look.bad,
                                 look.coherence,
                                 look.ncc,
                                 one.paper};
    std::copy(std::begin(maps), std::end(maps), map);
    std::copy(std::begin(all), std::end(all), numbers);
}

std::tuple<NewArray<uint8_t>, NewArray<double>, NewArray<float>> verify(
    const OwnedGallery& gallery, const OwnedQuery& query, const AnyArray& picture_array,
    const AnyArray& bound_array, const AnyArray& match_array) {
    const auto* pictures = packed<uint32_t>(picture_array, "pictures", 1, "(c,) of uint32");
    const auto* bounds = packed<uint64_t>(bound_array, "bounds", 1, "(c + 1,) of uint64");
    const std::vector<PointMatch> all = matches_of(match_array, gallery.view(), query.view());
    const size_t count = picture_array.shape(0);
    require_shape(bound_array, "bounds", {count + 1});
    for (size_t k = 0; k < count; ++k)
        if (pictures[k] >= gallery.view().count || bounds[k] > bounds[k + 1] ||
            bounds[k + 1] > all.size())
            refuse("pictures and bounds must lie within the gallery and the matches");
    auto verdicts = allocate<uint8_t>(count);
    auto maps = allocate<double>(count * 6);
    auto numbers = allocate<float>(count * kNumbers);
    {
        nb::gil_scoped_release unlocked;
        for (size_t k = 0; k < count; ++k) {
            const std::vector<PointMatch> matches(
                all.begin() + static_cast<ptrdiff_t>(bounds[k]),
                all.begin() + static_cast<ptrdiff_t>(bounds[k + 1]));
            const Verified one = verified(gallery.view(), query, pictures[k], matches);
            verdicts[k] = static_cast<uint8_t>(one.verdict);
            write(one, maps.get() + k * 6, numbers.get() + k * kNumbers);
        }
    }
    return {new_array(std::move(verdicts), {count}), new_array(std::move(maps), {count, 6}),
            new_array(std::move(numbers), {count, kNumbers})};
}

}  // namespace

void bind_sight(nb::module_& module) {
    using nb::arg;
    nb::exception<DamagedGallery>(module, "DamagedGalleryError", module.attr("DamagedError").ptr());
    nb::class_<OwnedGallery>(module, "SightGallery")
        .def(nb::init<AnyArray, AnyArray, AnyArray, AnyArray, AnyArray>(), arg("counts"),
             arg("points"), arg("descriptors"), arg("thumbs"), arg("sizes"));
    nb::class_<OwnedQuery>(module, "SightQuery")
        .def(nb::init<AnyArray, AnyArray, AnyArray, double, double, AnyArray>(), arg("points"),
             arg("descriptors"), arg("weakest"), arg("width"), arg("height"), arg("grey"));
    nb::class_<PostingTable>(module, "PostingTable")
        .def(
            "__init__",
            [](PostingTable* table, const OwnedGallery& gallery, size_t number) {
                if (number >= kKeyTables)
                    refuse("number must be below ", std::to_string(kKeyTables), ", not ",
                           std::to_string(number));
                nb::gil_scoped_release unlocked;
                new (table) PostingTable(gallery.view(), number);
            },
            arg("gallery"), arg("number"))
        .def_prop_ro("nbytes", &PostingTable::bytes);
    module.def("weakest_bits", &weakest_of, arg("margins"));
    module.def("near_points", &find_near, arg("tables"), arg("gallery"), arg("query"),
               arg("max_distance"));
    module.def("sight_candidates", &find_candidates, arg("gallery"), arg("query"), arg("matches"),
               arg("weights"), arg("gone").none(), arg("least"), arg("most"));
    module.def("sight_verify", &verify, arg("gallery"), arg("query"), arg("pictures"),
               arg("bounds"), arg("matches"));
}

}  // namespace lookalike
