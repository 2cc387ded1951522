#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "arrays.h"
#include "bind.h"
#include "jpeg/facts.h"
#include "jpeg/reader.h"
#include "jpeg/workspace.h"

namespace lookalike {
namespace {

const char* name_of(jpeg::Verdict verdict) {
    switch (verdict) {
        case jpeg::Verdict::read: return "read";
        case jpeg::Verdict::premature: return "premature";
        case jpeg::Verdict::corrupt: return "corrupt";
        case jpeg::Verdict::too_large: return "too large";
        default: return "left";
    }
}

jpeg::Verdict read(const AnyArray& data, int64_t scale, bool first_scan, jpeg::Planes& planes) {
    const uint8_t* bytes = packed<uint8_t>(data, "data", 1, "(size,) of uint8");
    if (scale != 2 && scale != 4 && scale != 8)
        refuse("scale must be 2, 4 or 8, not ", std::to_string(scale));
    planes.scale = static_cast<int>(scale);
    nb::gil_scoped_release unlocked;
    return jpeg::read_luma(bytes, data.size(), first_scan, planes);
}

NewArray<uint8_t> array_of(jpeg::Pixels& pixels) {
    return new_array(std::move(pixels.values), {pixels.height, pixels.width});
}

std::tuple<std::string, std::optional<NewArray<uint8_t>>> luma_of(const AnyArray& data,
                                                                  int64_t scale, bool first_scan) {
    jpeg::Planes planes{8, false};
    const jpeg::Verdict verdict = read(data, scale, first_scan, planes);
    if (verdict != jpeg::Verdict::read) return {name_of(verdict), std::nullopt};
    return {name_of(verdict), array_of(planes.pixels[0])};
}

std::tuple<std::string, std::vector<NewArray<uint8_t>>> lumas_of(const AnyArray& data,
                                                                 int64_t scale) {
    jpeg::Planes planes{8, true};
    const jpeg::Verdict verdict = read(data, scale, false, planes);
    std::vector<NewArray<uint8_t>> found;
    if (verdict == jpeg::Verdict::read)
        for (size_t k = 0; k < planes.count(); ++k) found.push_back(array_of(planes.pixels[k]));
    return {name_of(verdict), std::move(found)};
}

nb::object header_of(const AnyArray& data) {
    const uint8_t* bytes = packed<uint8_t>(data, "data", 1, "(size,) of uint8");
    jpeg::Facts facts;
    switch (jpeg::read_facts(bytes, data.size(), facts)) {
        case jpeg::Beginning::other: return nb::none();
        case jpeg::Beginning::cut_off: return nb::cast("cut off");
        default: break;
    }
    return nb::make_tuple(facts.width, facts.height, facts.components, facts.progressive,
                          facts.orientation, facts.images, facts.scan, facts.whole_dc,
                          facts.one_scan, facts.error);
}

// As a segment of a JPEG has it: how many codes of each length, then their symbols.
jpeg::HuffmanCode code_of(const AnyArray& array, const char* name, int most) {
    const uint8_t* bytes = packed<uint8_t>(array, name, 1, "(16 + n,) of uint8");
    constexpr size_t kCounts = jpeg::kLongestCode, kMost = kCounts + 256;
    jpeg::HuffmanCode code;
    if (array.size() >= kCounts && array.size() <= kMost &&
        std::accumulate(bytes, bytes + kCounts, kCounts) == array.size()) {
        code.assign(bytes, bytes + kCounts, array.size() - kCounts);
        if (code.prepare(most)) return code;
    }
    refuse(name, " must be a Huffman code");
}

template <typename Entry>
NewArray<Entry> copy_of(const Entry* entries) {
    return new_array(std::vector<Entry>(entries, entries + jpeg::kEntries));
}

nb::tuple tables_of(const AnyArray& differences, const AnyArray& others) {
    const jpeg::HuffmanCode averages = code_of(differences, "differences", 15);
    const jpeg::HuffmanCode rest = code_of(others, "others", 255);
    const auto space = std::make_unique<jpeg::Workspace>();
    jpeg::Tables& tables = space->tables[0];
    tables.differences.make(averages);
    tables.symbols.make(rest);
    tables.skip.make(rest);
    tables.skip.make_after(averages, tables.after_difference);
    space->values.make(rest, space->seconds);
    return nb::make_tuple(copy_of(tables.differences.entries), copy_of(tables.symbols.entries),
                          copy_of(tables.skip.entries()), copy_of(tables.after_difference),
                          copy_of(space->values.entries));
}

}  // namespace

void bind_jpeg(nb::module_& module) {
    using nb::arg;
    module.def("jpeg_header", &header_of, arg("data"));
    module.def("jpeg_luma", &luma_of, arg("data"), arg("scale"), arg("first_scan") = false);
    module.def("jpeg_tables", &tables_of, arg("differences"), arg("others"));
    module.def("jpeg_lumas", &lumas_of, arg("data"), arg("scale"));
}

}  // namespace lookalike
