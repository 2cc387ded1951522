// The Python module. Each function's documentation is in kernel.pyi.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bind.h"
#include "isa.h"

NB_MODULE(kernel, module) {
    using namespace lookalike;
    module.def("isa", [] { return std::string(name(active_isa())); });
    module.def("isas", [] {
        std::vector<std::string> names;
        for (Isa isa : available_isas()) names.emplace_back(name(isa));
        return names;
    });
    module.def("force_isa", &force_isa, nanobind::arg("name"));
    bind_features(module);
    bind_hamming(module);
    bind_hashes(module);
    bind_index(module);
    bind_jpeg(module);
    bind_look(module);
    bind_paper(module);
    bind_pixels(module);
    bind_sight(module);
    bind_texts(module);
}
