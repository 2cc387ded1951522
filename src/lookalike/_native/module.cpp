// The Python module. Each function's documentation is in kernel.pyi.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bind.h"
#include "path.h"

NB_MODULE(kernel, module) {
    using namespace lookalike;
    module.def("path", [] { return std::string(name(active_path())); });
    module.def("paths", [] {
        std::vector<std::string> names;
        for (Path path : available_paths()) names.emplace_back(name(path));
        return names;
    });
    module.def("force_path", &force_path, nanobind::arg("name"));
    bind_hamming(module);
    bind_index(module);
    bind_pixels(module);
    bind_texts(module);
}
