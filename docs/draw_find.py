"""Draw docs/find.svg: the output of `lookalike find` for the demo pictures. `make docs` runs
this.
"""

import contextlib
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from lookalike import find_duplicates
from lookalike.report.words import text_of

HERE = Path(__file__).parent
DRAW = HERE.parent / "examples" / "draw_pictures.py"
WIDTH = 120
GROUPS = 4
"""How many groups are shown. The rest is left out to keep the picture readable."""


def draw() -> None:
    """Run the search on freshly drawn pictures and keep its colours."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        subprocess.run([sys.executable, DRAW, "photos"], check=True, stdout=subprocess.DEVNULL)
        result = find_duplicates("photos")
    head = text_of(result, summary=False, colour=True, groups=result.groups[:GROUPS])
    tail = text_of(result, summary=True, groups=result.groups[:0])
    page = Console(width=WIDTH, record=True, file=io.StringIO())
    page.print(Text.from_ansi(f"$ lookalike find photos\n{head}...\n"))
    page.print(Text.from_ansi(tail))
    svg = page.export_svg(title="lookalike", unique_id="find")
    # The page loads no font from another server.
    (HERE / "find.svg").write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL))


if __name__ == "__main__":
    draw()
