"""A result under the cell of a notebook."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import Browser

from browsing import open_page
from files import save
from pictures import photo


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Jupyter's own
def test_a_notebook_shows_the_first_groups(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A real kernel gives HTML with pictures beside the text, and a browser shows it."""
    folder = tmp_path_factory.mktemp("notebook")
    for seed in range(8):
        for side in (160, 120):
            save(folder / f"{seed}-{side}.png", photo(side, 90, seed))
    cell = nbformat.v4.new_code_cell(  # type: ignore[no-untyped-call]
        f"import lookalike\nlookalike.find_duplicates({str(folder)!r})"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (data,) = [
        output.data
        for output in notebook.cells[0].outputs
        if output.output_type == "execute_result"
    ]
    assert data["text/plain"] == "<Result: 16 images, 8 groups, 0 failures>"
    with open_page(browser) as page:
        page.set_content(data["text/html"])
        assert (
            page.locator("img").evaluate_all("images => images.map(one => one.naturalWidth)")
            == [144, 120] * 6
        )
        assert page.get_by_text("keep: most pixels: 0.014 MP against 0.011 MP").count() == 6
        assert page.get_by_text("and 2 more").count() == 1
        assert page.get_by_text("Group 1: 2 images").is_visible()
