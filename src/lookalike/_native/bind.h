// The parts of the Python module, one per file.
#pragma once

#include <nanobind/nanobind.h>

namespace lookalike {

void bind_features(nanobind::module_& module);
void bind_hamming(nanobind::module_& module);
void bind_hashes(nanobind::module_& module);
void bind_index(nanobind::module_& module);
void bind_jpeg(nanobind::module_& module);
void bind_look(nanobind::module_& module);
void bind_paper(nanobind::module_& module);
void bind_pixels(nanobind::module_& module);
void bind_sight(nanobind::module_& module);
void bind_texts(nanobind::module_& module);

}  // namespace lookalike
