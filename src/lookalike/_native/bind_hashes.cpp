#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "arrays.h"
#include "bind.h"
#include "hashes/of_jpeg.h"

namespace lookalike {
namespace {

constexpr size_t kLeastSize = 2, kMostSize = 128;

using Described = std::tuple<std::string, size_t, int, double, double>;

Kind kind_of(const Described& described) {
    const auto& [name, size, least_side, within, most] = described;
    const std::optional<Family> family = family_of(name);
    if (!family) refuse("no hash of this kind is made here: ", name);
    if (size < kLeastSize || size > kMostSize)
        refuse("size must be ", std::to_string(kLeastSize), " to ", std::to_string(kMostSize),
               ", not ", std::to_string(size));
    if (*family == Family::whash && (size & (size - 1)))
        refuse("the size of a whash must be a power of two, not ", std::to_string(size));
    return {*family, size, least_side, {within, most}};
}

// Hashes of one recipe.
class JpegHashes {
 public:
    JpegHashes(const std::vector<Described>& kinds, int thumb_least_side, uint64_t max_pixels)
        : wanted_{{}, thumb_least_side, max_pixels} {
        for (const Described& one : kinds) wanted_.kinds.push_back(kind_of(one));
        if (kinds.empty()) refuse("kinds must not be empty");
    }

    nb::object of(const AnyArray& data, uint64_t file_size) const {
        const uint8_t* bytes = packed<uint8_t>(data, "data", 1, "(size,) of uint8");
        Hashed hashed;
        bool made = false;
        {
            nb::gil_scoped_release unlocked;
            made = hash_jpeg(bytes, data.size(), file_size, wanted_, hashed);
        }
        return made ? found_of(hashed) : nb::none();
    }

 private:
    Wanted wanted_;

    static nb::object found_of(const Hashed& hashed) {
        const jpeg::Facts& facts = hashed.facts;
        nb::list hashes;
        for (const std::string& one : hashed.hashes) hashes.append(bytes_of(one));
        const bool on_its_side = is_on_its_side(facts.orientation);
        return nb::make_tuple(nb::tuple(hashes), bytes_of(hashed.thumb),
                              on_its_side ? facts.height : facts.width,
                              on_its_side ? facts.width : facts.height, facts.images, hashed.whole,
                              hashed.first_scan);
    }

    static nb::bytes bytes_of(const std::string& text) {
        return nb::bytes(text.data(), text.size());
    }
};

}  // namespace

void bind_hashes(nb::module_& module) {
    using nb::arg;
    nb::class_<JpegHashes>(module, "JpegHashes")
        .def(nb::init<const std::vector<Described>&, int, uint64_t>(), arg("kinds"),
             arg("thumb_least_side"), arg("max_pixels"))
        .def("of", &JpegHashes::of, arg("data"), arg("file_size"));
}

}  // namespace lookalike
