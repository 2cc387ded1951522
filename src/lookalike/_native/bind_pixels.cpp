#include <nanobind/stl/optional.h>
#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "arrays.h"
#include "bind.h"
#include "hashes/glance.h"
#include "pixels/areas.h"
#include "pixels/blur.h"
#include "pixels/colour.h"
#include "pixels/colour_bins.h"
#include "pixels/dct.h"
#include "pixels/haar.h"
#include "pixels/histogram.h"
#include "pixels/outline.h"
#include "pixels/resample.h"
#include "pixels/separable.h"
#include "pixels/spread.h"

namespace lookalike {
namespace {

constexpr int64_t kLargestSide = 65536;

View view_of(const AnyArray& pixels) {
    const bool grey = pixels.ndim() == 2;
    const bool colour = pixels.ndim() == 3 && pixels.shape(2) == 3;
    if (pixels.dtype() != nb::dtype<uint8_t>() || !(grey || colour) || pixels.shape(0) == 0 ||
        pixels.shape(1) == 0)
        refuse("pixels must be a non-empty uint8 array (height, width) or (height, width, 3), not ",
               describe(pixels));
    return {static_cast<const uint8_t*>(pixels.data()),
            pixels.shape(0),
            pixels.shape(1),
            grey ? size_t{1} : size_t{3},
            pixels.stride(0),
            pixels.stride(1),
            grey ? ptrdiff_t{1} : pixels.stride(2)};
}

using Edges = std::tuple<double, double, double, double>;

Box box_in(const View& image, const std::optional<Edges>& edges) {
    const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
    const auto [left, top, right, bottom] = edges.value_or(Edges{0.0, 0.0, width, height});
    if (!(0 <= left && left < right && right <= width && 0 <= top && top < bottom &&
          bottom <= height))
        refuse("box must be (left, top, right, bottom) within ", std::to_string(image.width), " x ",
               std::to_string(image.height), " pixels, not (", std::to_string(left), ", ",
               std::to_string(top), ", ", std::to_string(right), ", ", std::to_string(bottom), ")");
    return {left, top, right, bottom};
}

NewArray<uint8_t> resample_pixels(const AnyArray& pixels, int64_t width, int64_t height,
                                  const std::optional<Edges>& edges) {
    const View image = view_of(pixels);
    const Box box = box_in(image, edges);
    if (width < 1 || width > kLargestSide || height < 1 || height > kLargestSide)
        refuse("width and height must be 1 to ", std::to_string(kLargestSide), ", not ",
               std::to_string(width), " and ", std::to_string(height));
    const auto columns = static_cast<size_t>(width), rows = static_cast<size_t>(height);
    std::unique_ptr<uint8_t[]> out;
    {
        nb::gil_scoped_release unlocked;
        out = allocate<uint8_t>(columns * rows * image.channels);
        resample(image, box, columns, rows, out.get());
    }
    return image.channels == 1 ? new_array(std::move(out), {rows, columns})
                               : new_array(std::move(out), {rows, columns, image.channels});
}

nb::bytes glance_of(const AnyArray& grey, const std::optional<AnyArray>& colours) {
    const View pixels = view_of(grey);
    const std::optional<View> coloured = colours ? std::optional(view_of(*colours)) : std::nullopt;
    if (pixels.channels != 1) refuse("grey must have the shape (height, width)");
    std::string glance;
    {
        nb::gil_scoped_release unlocked;
        glance = make_glance(pixels, coloured ? &*coloured : nullptr);
    }
    return nb::bytes(glance.data(), glance.size());
}

const uint8_t* pixels_of(const AnyArray& pixels, size_t channels, const char* shape) {
    const uint8_t* data = packed<uint8_t>(pixels, "pixels", 3, shape);
    if (pixels.shape(2) != channels)
        refuse("pixels must be a contiguous array ", shape, ", not ", describe(pixels));
    return data;
}

NewArray<uint8_t> grey_pixels(const AnyArray& pixels) {
    const uint8_t* data = pixels_of(pixels, 3, "(height, width, 3) of uint8");
    const size_t rows = pixels.shape(0), columns = pixels.shape(1);
    std::unique_ptr<uint8_t[]> out;
    {
        nb::gil_scoped_release unlocked;
        out = allocate<uint8_t>(rows * columns);
        grey(data, rows * columns, out.get());
    }
    return new_array(std::move(out), {rows, columns});
}

NewArray<uint8_t> opaque_pixels(const AnyArray& pixels) {
    const uint8_t* data = pixels_of(pixels, 4, "(height, width, 4) of uint8");
    const size_t rows = pixels.shape(0), columns = pixels.shape(1);
    std::unique_ptr<uint8_t[]> out;
    {
        nb::gil_scoped_release unlocked;
        out = allocate<uint8_t>(rows * columns * 3);
        over_white(data, rows * columns, out.get());
    }
    return new_array(std::move(out), {rows, columns, size_t{3}});
}

NewArray<int64_t> count_colours(const AnyArray& pixels) {
    const uint8_t* data = pixels_of(pixels, 3, "(height, width, 3) of uint8");
    const size_t count = pixels.shape(0) * pixels.shape(1);
    auto out = allocate<int64_t>(kColourBins);
    {
        nb::gil_scoped_release unlocked;
        colour_bins(data, count, out.get());
    }
    return new_array(std::move(out), {kColourBins});
}

NewArray<uint8_t> blur_samples(const AnyArray& samples) {
    const uint8_t* data = packed<uint8_t>(samples, "samples", 2, "(height, width) of uint8");
    const size_t rows = samples.shape(0), columns = samples.shape(1);
    std::unique_ptr<uint8_t[]> out;
    {
        nb::gil_scoped_release unlocked;
        out = allocate<uint8_t>(rows * columns);
        blur(data, rows, columns, out.get());
    }
    return new_array(std::move(out), {rows, columns});
}

NewArray<int64_t> list_areas(const AnyArray& values) {
    const uint8_t* data = packed<uint8_t>(values, "values", 2, "(height, width) of uint8");
    const size_t rows = values.shape(0), columns = values.shape(1);
    std::unique_ptr<int64_t[]> out;
    size_t count = 0;
    {
        nb::gil_scoped_release unlocked;
        const std::vector<int64_t> found = areas(data, rows, columns);
        count = found.size() / kAreaFields;
        out = allocate<int64_t>(found.size());
        std::copy(found.begin(), found.end(), out.get());
    }
    return new_array(std::move(out), {count, kAreaFields});
}

NewArray<int64_t> dct_corner(const AnyArray& samples, int64_t low) {
    const uint8_t* data = packed<uint8_t>(samples, "samples", 2, "(side, side) of uint8");
    const size_t side = samples.shape(0);
    if (side != samples.shape(1) || side < 1 || side > kLargestDct)
        refuse("samples must be square with a side of 1 to ", std::to_string(kLargestDct), ", not ",
               describe(samples));
    if (low < 1 || low > static_cast<int64_t>(side))
        refuse("low must be 1 to the side of samples, ", std::to_string(side), ", not ",
               std::to_string(low));
    const auto corner = static_cast<size_t>(low);
    std::unique_ptr<int64_t[]> out;
    {
        nb::gil_scoped_release unlocked;
        out = allocate<int64_t>(corner * corner);
        dct_low(data, side, corner, out.get());
    }
    return new_array(std::move(out), {corner, corner});
}

// A working copy of a square whose side is a power of two.
std::unique_ptr<double[]> scratch_square(const AnyArray& values, size_t& side) {
    const double* data = packed<double>(values, "values", 2, "(side, side) of float64");
    side = values.shape(0);
    if (side != values.shape(1) || side == 0 || (side & (side - 1)) != 0)
        refuse("values must be square with a side that is a power of two, not ", describe(values));
    nb::gil_scoped_release unlocked;
    auto copy = allocate<double>(side * side);
    std::copy(data, data + side * side, copy.get());
    return copy;
}

NewArray<double> haar_corner(const AnyArray& values, int64_t levels) {
    size_t side = 0;
    auto scratch = scratch_square(values, side);
    if (levels < 0 || levels > 30 || (side >> levels) == 0)
        refuse("levels must be 0 to log2 of the side ", std::to_string(side), ", not ",
               std::to_string(levels));
    const size_t corner = side >> levels;
    auto out = allocate<double>(corner * corner);
    {
        nb::gil_scoped_release unlocked;
        haar_low(scratch.get(), side, static_cast<int>(levels), out.get());
    }
    return new_array(std::move(out), {corner, corner});
}

NewArray<double> haar_without_mean(const AnyArray& values) {
    size_t side = 0;
    auto scratch = scratch_square(values, side);
    {
        nb::gil_scoped_release unlocked;
        haar_remove_mean(scratch.get(), side);
    }
    return new_array(std::move(scratch), {side, side});
}

std::tuple<double, double> variation_of(const AnyArray& samples, int64_t block) {
    const uint8_t* data = packed<uint8_t>(samples, "samples", 2, "(height, width) of uint8");
    const size_t rows = samples.shape(0), columns = samples.shape(1);
    if (rows == 0 || columns == 0) refuse("samples must not be empty, but are ", describe(samples));
    const auto side = static_cast<size_t>(block);
    if (block < 1 || rows % side || columns % side)
        refuse("block must be a divisor of both sides of samples, not ", std::to_string(block));
    Variation found{};
    {
        nb::gil_scoped_release unlocked;
        found = separable(data, rows, columns, side);
    }
    return {found.total, found.rest};
}

NewArray<int64_t> count_levels(const AnyArray& samples) {
    const uint8_t* data = packed<uint8_t>(samples, "samples", 2, "(height, width) of uint8");
    std::vector<int64_t> counts;
    {
        nb::gil_scoped_release unlocked;
        const auto found = histogram(data, samples.size());
        counts.assign(found.begin(), found.end());
    }
    return new_array(std::move(counts));
}

int spread_of(const AnyArray& samples, int64_t specks) {
    const uint8_t* data = packed<uint8_t>(samples, "samples", 2, "(height, width) of uint8");
    const size_t count = samples.size();
    if (specks < 0 || specks >= static_cast<int64_t>(count))
        refuse("specks must be 0 or more, and fewer than the samples, not ", std::to_string(specks),
               " of ", std::to_string(count));
    nb::gil_scoped_release unlocked;
    return spread(data, count, static_cast<size_t>(specks));
}

template <typename Number>
double sureness_of(const AnyArray& margins, double limit, const char* shape) {
    const Number* numbers = packed<Number>(margins, "margins", 2, shape);
    nb::gil_scoped_release unlocked;
    return sureness(numbers, margins.size(), limit);
}

double mean_sureness(const AnyArray& margins, double limit) {
    if (!(limit > 0) || margins.size() == 0)
        refuse("limit must be more than 0 and margins not empty, not ", std::to_string(limit),
               " for ", describe(margins));
    const char* shape = "(rows, columns) of int64 or float64";
    return margins.dtype() == nb::dtype<int64_t>() ? sureness_of<int64_t>(margins, limit, shape)
                                                   : sureness_of<double>(margins, limit, shape);
}

NewArray<uint8_t> outline_of(const AnyArray& data, int64_t most_scans) {
    const uint8_t* bytes = packed<uint8_t>(data, "data", 1, "(size,) of uint8");
    if (most_scans < 1) refuse("most_scans must be 1 or more, not ", std::to_string(most_scans));
    std::vector<uint8_t> found;
    {
        nb::gil_scoped_release unlocked;
        found = jpeg_outline(bytes, data.size(), static_cast<size_t>(most_scans));
    }
    return new_array(std::move(found));
}

}  // namespace

void bind_pixels(nb::module_& module) {
    using nb::arg;
    module.def("resample", &resample_pixels, arg("pixels"), arg("width"), arg("height"),
               arg("box") = nb::none());
    module.def("grey", &grey_pixels, arg("pixels"));
    module.def("over_white", &opaque_pixels, arg("pixels"));
    module.def("colour_bins", &count_colours, arg("pixels"));
    module.def("blur", &blur_samples, arg("samples"));
    module.def("areas", &list_areas, arg("values"));
    module.def("dct_low", &dct_corner, arg("samples"), arg("low"));
    module.def("haar_low", &haar_corner, arg("values"), arg("levels"));
    module.def("haar_remove_mean", &haar_without_mean, arg("values"));
    module.def("separable", &variation_of, arg("samples"), arg("block") = 1);
    module.def("glance", &glance_of, arg("grey"), arg("colours").none());
    module.def("histogram", &count_levels, arg("samples"));
    module.def("spread", &spread_of, arg("samples"), arg("specks"));
    module.def("sureness", &mean_sureness, arg("margins"), arg("limit"));
    module.def("jpeg_outline", &outline_of, arg("data"), arg("most_scans"));
}

}  // namespace lookalike
