# `make demo` and `make test` set up what they need in .venv. They only require Python and a C++17
# compiler.
PYTHON ?= python3
bin := .venv/bin
native := $(shell find src/lookalike/_native -name '*.cpp' -o -name '*.h')

# Tests start many processes. Without compiled files, each would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo demo-review quick test slow coverage test-spark lint sanitize docs clean

demo: .venv/installed
	$(bin)/python examples/draw_pictures.py demo-pictures --force
	$(bin)/lookalike find demo-pictures
	@echo "This finds copies that were cropped, framed or mirrored as well:"
	@echo "  $(bin)/lookalike find demo-pictures --thorough"

demo-review: .venv/installed-dev
	$(bin)/python examples/draw_pictures.py demo-pictures --force
	$(bin)/lookalike review demo-pictures --thorough --decisions demo-pictures/decisions.jsonl

# More options of pytest, as in `make test TEST_OPTIONS=--hypothesis-seed=0`.
TEST_OPTIONS ?=

# The tests run in as many processes as there are processors.
quick: .venv/installed-dev
	$(bin)/python -m pytest -q -n auto --quick -m "not slow"

test: .venv/installed-dev lint
	$(bin)/python -m pytest -n auto -m "not slow" $(TEST_OPTIONS)

slow: .venv/installed-dev
	$(bin)/python -m pytest -n auto -m slow

# All of these tests with more random cases, and which lines they reach.
coverage: .venv/installed-dev
	$(bin)/python -m pytest -n auto --hypothesis-profile=many --cov --cov-report=term \
	  $(TEST_OPTIONS)

# The job on Spark needs an older pandas than the other tests, so it has an environment of its own.
# It also needs Java. One cluster of real processes serves all of these tests.
# On two busy processors they took 23 minutes, half of it for killing the driver at random moments.
SPARK_TESTS ?= tests/spark
test-spark: .venv-spark/installed
	.venv-spark/bin/python -m pytest $(SPARK_TESTS)

# The files that bind the kernel to Python need nanobind's headers, which .venv does not have.
computing := $(filter-out %/module.cpp,$(filter %.cpp,$(filter-out $(wildcard src/lookalike/_native/bind_*),$(native))))

lint: .venv/installed-dev build/tidy
	$(bin)/clang-format --dry-run --Werror $(native)
	$(bin)/python tools/measure_english.py
	$(bin)/python tools/measure_code.py
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports

build/tidy: .venv/installed-dev .clang-tidy $(native)
	$(bin)/clang-tidy --quiet $(computing) -- -std=c++17 -Isrc/lookalike/_native
	mkdir -p build && touch $@

# The kernel's tests under AddressSanitizer and UndefinedBehaviorSanitizer (of GCC or Clang), in a
# separate environment. The first error ends the run. The last stack printed is Python's, and shows
# which test failed.
SANITIZE_TESTS ?= tests/native tests/index/test_searchers.py
sanitized := build/sanitize
runtime = $(wildcard $(shell $(CXX) -print-file-name=$(1)))
runtimes = $(if $(findstring clang,$(shell $(CXX) --version)),\
  $(call runtime,libclang_rt.asan.so) $(call runtime,libclang_rt.asan-$(shell uname -m).so) $(call runtime,libstdc++.so),\
  $(call runtime,libasan.so) $(call runtime,libubsan.so))

# Refuses to run on any other kernel, or without the sanitizers' runtimes.
define run_sanitized
import ctypes, pathlib, sys, pytest
from lookalike._native import kernel
file = pathlib.Path(kernel.__file__).resolve()
if not file.is_relative_to(pathlib.Path("$(sanitized)").resolve()):
    sys.exit(f"{file} is not the kernel to be tested")
for symbol in "__asan_init", "__ubsan_handle_type_mismatch_v1_abort":
    if symbol.encode() not in file.read_bytes():
        sys.exit(f"{file} was built without sanitizers: no {symbol}")
    if not hasattr(ctypes.CDLL(None), symbol):
        sys.exit(f"a sanitizer's runtime is not loaded: no {symbol}")
sys.exit(pytest.main(sys.argv[1:]))
endef
export run_sanitized

# Python's memory comes from malloc, so overruns of it are detected too. Leaks are not reported,
# because Python never frees all of its memory.
sanitize: $(sanitized)/installed
	LD_PRELOAD="$(strip $(runtimes))" PYTHONMALLOC=malloc \
	  ASAN_OPTIONS=detect_leaks=0:halt_on_error=1:abort_on_error=1 \
	  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:abort_on_error=1 \
	  $(sanitized)/bin/python -c "$$run_sanitized" \
	  --capture=sys -p no:cacheprovider --hypothesis-profile=ci $(SANITIZE_TESTS)

# The parts of docs/ that are generated from the code.
docs: .venv/installed
	$(bin)/python docs/write_help.py
	$(bin)/python docs/write_distances.py
	$(bin)/python docs/draw_find.py
	$(bin)/python docs/draw_matching.py

.venv/bin/python .venv-spark/bin/python $(sanitized)/bin/python: %/bin/python:
	$(PYTHON) -m venv $*
	$@ -m pip install --quiet --disable-pip-version-check 'pip>=25.1'

# Editable, so Python sources are used as they are. The kernel is rebuilt when its sources change.
.venv/installed: .venv/bin/python pyproject.toml CMakeLists.txt $(native)
	$(bin)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(bin)/pip install --quiet --disable-pip-version-check --group dev
	touch $@

.venv-spark/installed: .venv-spark/bin/python pyproject.toml CMakeLists.txt $(native)
	.venv-spark/bin/pip install --quiet --disable-pip-version-check --editable '.[spark]' --group spark
	touch $@

# A debug build keeps its symbols and assertions.
$(sanitized)/installed: $(sanitized)/bin/python pyproject.toml CMakeLists.txt $(native)
	CXX="$(CXX)" $(sanitized)/bin/pip install --quiet --disable-pip-version-check --editable . pytest hypothesis \
	  -Ccmake.define.LOOKALIKE_SANITIZE=ON -Ccmake.build-type=Debug -Cbuild-dir=$(sanitized)/kernel
	touch $@

clean:
	rm -rf .venv .venv-spark build demo-pictures
