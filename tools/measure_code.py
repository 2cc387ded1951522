"""Measure the size of functions, files and folders, and name what is too large.

    python tools/measure_code.py    # exit status 1 if a limit is exceeded

Looks at the library. A function's length includes its signature and docstring. Also names every
place that could remove or replace a file, besides the two that may.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

LIBRARY = Path(__file__).parents[1] / "src" / "lookalike"
LONGEST, NINETIETH = 50, 20
"""The most lines of a function, and of nine functions in ten."""
FILE, FOLDER = 350, 14
"""The most lines of a file, and the most modules of a folder."""
MAY_REMOVE = {Path("files.py"), Path("actions/disk/fs.py"), Path("actions/disk/calls.py")}
"""The only files that may remove, rename or replace files. `FileSystem` has methods for others."""
REMOVES = {"unlink", "rename", "renames", "rmdir", "rmtree", "removedirs", "truncate", "ftruncate"}
"""Functions and methods that do, besides `os.remove`, `os.replace`, `shutil.move` and the like."""
OF_MODULES = {("os", "remove"), ("os", "replace"), ("shutil", "move"), ("shutil", "copy")}


def main() -> int:
    """Print the measures and everything above a limit. Returns the exit status."""
    files = sorted(LIBRARY.rglob("*.py"))
    lengths = {path.relative_to(LIBRARY): len(lines_of(path)) for path in files}
    functions = sorted((length, place) for path in files for length, place in functions_of(path))
    ninetieth = functions[len(functions) * 9 // 10][0]
    folders = Counter(path.parent for path in lengths if path.stem != "__init__")
    print(
        f"{len(functions):,} functions: nine of ten have at most {ninetieth} lines ({NINETIETH}), "
        f"the longest {functions[-1][0]} ({LONGEST})"
    )
    large = [f"{place}: {length} lines" for length, place in functions if length > LONGEST]
    large += [f"{path}: {length} lines" for path, length in lengths.items() if length > FILE]
    large += [f"{path}: {count} modules" for path, count in folders.items() if count > FOLDER]
    large += [
        f"{path.relative_to(LIBRARY)}:{line}: only FileSystem may {name}"
        for path in files
        if path.relative_to(LIBRARY) not in MAY_REMOVE
        for line, name in removals_of(path)
    ]
    for line in large:
        print(line)
    return int(bool(large) or ninetieth > NINETIETH)


def lines_of(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text(encoding="utf-8").splitlines()


def functions_of(path: Path) -> list[tuple[int, str]]:
    """The length of each function or method of a file, without decorators, and its place."""
    return [
        ((node.end_lineno or 0) - node.lineno + 1, f"{path.relative_to(LIBRARY)}: {node.name}")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def removals_of(path: Path) -> list[tuple[int, str]]:
    """Where a file may remove or replace another one, and by which function."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner, name = ast.unparse(node.func.value), node.func.attr
        if owner.endswith("fs"):  # a `FileSystem`, which replaces nothing
            continue
        # A method `replace` with one argument is that of paths. Texts need two.
        replaces = name == "replace" and len(node.args) == 1 and not node.keywords
        if name in REMOVES or (owner, name) in OF_MODULES or replaces:
            found.append((node.lineno, name))
    return found


if __name__ == "__main__":
    sys.exit(main())
