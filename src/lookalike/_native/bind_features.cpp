#include <nanobind/stl/tuple.h>

#include <tuple>

#include "arrays.h"
#include "bind.h"
#include "pixels/area_mean.h"
#include "sight/descriptor.h"
#include "sight/features.h"
#include "sight/pyramid.h"

namespace lookalike {
namespace {

constexpr int64_t kMostPoints = 10'000;

NewArray<uint8_t> rows_of_bytes(const std::vector<uint8_t>& values, size_t rows, size_t columns) {
    auto out = allocate<uint8_t>(rows * columns);
    std::copy(values.begin(), values.end(), out.get());
    return new_array(std::move(out), {rows, columns});
}

Features features_of(const AnyArray& grey, int64_t most, bool with_margins) {
    const uint8_t* data = packed<uint8_t>(grey, "grey", 2, "(height, width) of uint8");
    const size_t rows = grey.shape(0), columns = grey.shape(1);
    if (rows < 1 || rows > kLargestGrey || columns < 1 || columns > kLargestGrey)
        refuse("grey must have sides of 1 to ", std::to_string(kLargestGrey), ", not ",
               describe(grey));
    if (most < 0 || most > kMostPoints)
        refuse("most must be 0 to ", std::to_string(kMostPoints), ", not ", std::to_string(most));
    nb::gil_scoped_release unlocked;
    return extract(data, columns, rows, static_cast<size_t>(most), with_margins);
}

using Bytes = NewArray<uint8_t>;

std::tuple<NewArray<uint32_t>, Bytes> features(const AnyArray& grey, int64_t most) {
    Features found = features_of(grey, most, false);
    const size_t count = found.points.size();
    return {new_array(std::move(found.points)),
            rows_of_bytes(found.descriptors, count, kDescriptorBytes)};
}

std::tuple<NewArray<uint32_t>, Bytes, Bytes> query_features(const AnyArray& grey, int64_t most) {
    Features found = features_of(grey, most, true);
    const size_t count = found.points.size();
    return {new_array(std::move(found.points)),
            rows_of_bytes(found.descriptors, count, kDescriptorBytes),
            rows_of_bytes(found.margins, count, kTests)};
}

std::tuple<Bytes, Bytes> mirrored(const AnyArray& descriptors, const AnyArray& margins) {
    const uint8_t* bits = packed<uint8_t>(descriptors, "descriptors", 2, "(n, 32) of uint8");
    const uint8_t* numbers = packed<uint8_t>(margins, "margins", 2, "(n, 256) of uint8");
    const size_t count = descriptors.shape(0);
    if (descriptors.shape(1) != kDescriptorBytes)
        refuse("descriptors must be (n, 32) of uint8, not ", describe(descriptors));
    if (margins.shape(0) != count || margins.shape(1) != kTests)
        refuse("margins must be (n, 256) of uint8 with as many rows as descriptors, not ",
               describe(margins));
    auto new_bits = allocate<uint8_t>(count * kDescriptorBytes);
    auto new_margins = allocate<uint8_t>(count * kTests);
    {
        nb::gil_scoped_release unlocked;
        for (size_t k = 0; k < count; ++k) {
            mirror_descriptor(bits + k * kDescriptorBytes, new_bits.get() + k * kDescriptorBytes);
            mirror_margins(numbers + k * kTests, new_margins.get() + k * kTests);
        }
    }
    return {new_array(std::move(new_bits), {count, kDescriptorBytes}),
            new_array(std::move(new_margins), {count, kTests})};
}

constexpr int64_t kLargestSide = 65536, kEighths = 8;

using Edges = std::tuple<int64_t, int64_t, int64_t, int64_t>;

Bytes mean_of_areas(const AnyArray& samples, int64_t width, int64_t height, const Edges& edges) {
    const uint8_t* data = packed<uint8_t>(samples, "samples", 2, "(height, width) of uint8");
    const size_t rows = samples.shape(0), columns = samples.shape(1);
    const auto [left, top, right, bottom] = edges;
    if (rows > kLargestSide || columns > kLargestSide || 0 > left || left >= right ||
        right > kEighths * static_cast<int64_t>(columns) || 0 > top || top >= bottom ||
        bottom > kEighths * static_cast<int64_t>(rows))
        refuse("box must be (left, top, right, bottom) in eighths of pixels, within samples, ",
               describe(samples));
    if (width < 1 || width > kLargestSide || height < 1 || height > kLargestSide)
        refuse("width and height must be 1 to ", std::to_string(kLargestSide), ", not ",
               std::to_string(width), " and ", std::to_string(height));
    const auto out_columns = static_cast<size_t>(width), out_rows = static_cast<size_t>(height);
    std::unique_ptr<uint8_t[]> out;
    {
        nb::gil_scoped_release unlocked;
        out = allocate<uint8_t>(out_columns * out_rows);
        const Section across{static_cast<size_t>(left), static_cast<size_t>(right), out_columns},
            down{static_cast<size_t>(top), static_cast<size_t>(bottom), out_rows};
        area_mean(data, columns, across, down, out.get());
    }
    return new_array(std::move(out), {out_rows, out_columns});
}

}  // namespace

void bind_features(nb::module_& module) {
    using nb::arg;
    module.def("features", &features, arg("grey"), arg("most"));
    module.def("query_features", &query_features, arg("grey"), arg("most"));
    module.def("mirrored", &mirrored, arg("descriptors"), arg("margins"));
    module.def("area_mean", &mean_of_areas, arg("samples"), arg("width"), arg("height"),
               arg("box"));
}

}  // namespace lookalike
