# `make demo` and `make test` set up what they need, in .venv, and need nothing but Python and a C++17 compiler.
PYTHON ?= python3
bin := .venv/bin
native := $(wildcard src/lookalike/_native/*.cpp src/lookalike/_native/*.h)

.PHONY: demo test lint docs clean

demo: .venv/installed
	$(bin)/python examples/draw_pictures.py demo-pictures --force
	$(bin)/lookalike find demo-pictures

test: .venv/installed-dev lint
	$(bin)/python -m pytest

lint: .venv/installed-dev
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports

# The parts of docs/ that are made from the code.
docs: .venv/installed
	$(bin)/python docs/write_help.py
	$(bin)/python docs/draw_find.py

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(bin)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'

# Editable, so that Python sources are used as they are; the kernel is built anew when its sources change.
.venv/installed: .venv/bin/python pyproject.toml CMakeLists.txt $(native)
	$(bin)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(bin)/pip install --quiet --disable-pip-version-check --group dev
	touch $@

clean:
	rm -rf .venv build demo-pictures
