"""A result as a cell of a notebook: its first groups, with small pictures."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from lookalike.report.html.look import name_of, text
from lookalike.report.pictures import PictureReader
from lookalike.report.why import keeper_words, match_words
from lookalike.text import plural, size

if TYPE_CHECKING:
    from lookalike.report.group import Group
    from lookalike.report.pictures import Shown
    from lookalike.report.result import Result

MOST_GROUPS, MOST_MEMBERS = 6, 6
SIDE = 144
"""Of the square that a picture fits into, in pixels."""

# A notebook has a style of its own, light or dark. So its colours are inherited, and the style
# stands at the elements, because a style sheet would apply to other cells, too.
ROW = "display:flex;flex-wrap:wrap;gap:8px;margin:4px 0 12px"
CELL = "width:144px;font-size:12px;line-height:1.3;overflow-wrap:anywhere;text-align:left"
PICTURE = "display:block;max-width:144px;height:108px;object-fit:contain;margin:0"
EMPTY = "height:108px;border:1px dashed;opacity:.7;padding:4px;box-sizing:border-box"


def cell_html(result: Result) -> str:
    """The first groups of a result as a piece of HTML."""
    groups = list(result.groups[:MOST_GROUPS])
    shown = [one for group in groups for one in group.first_members(MOST_MEMBERS)]
    with PictureReader() as reader:
        pictures = reader.pictures(shown, SIDE)
    found = plural(len(result.groups), "group")
    title = (
        f"{plural(result.image_count, 'image')}, {found} with "
        f"{plural(result.duplicate_count, 'duplicate')}, {size(result.bytes_to_save)} to save"
    )
    parts = [f"<p><b>{title}</b></p>\n"]
    parts += [_group(number, group, pictures) for number, group in enumerate(groups, start=1)]
    if len(result.groups) > len(groups):
        parts.append(f"<p>and {len(result.groups) - len(groups):,} more</p>\n")
    return f"<div>\n{''.join(parts)}</div>"


def _group(number: int, group: Group, pictures: dict[str, Shown]) -> str:
    images = group.first_members(MOST_MEMBERS)
    matches = group.first_duplicates(len(images) - 1)
    words = [f"keep: {keeper_words(group)}", *(", ".join(match_words(one)) for one in matches)]
    cells = [
        f'<div style="{CELL}">{_picture(pictures[image.path])}'
        f'<div title="{text(image.path)}"><b>{text(name_of(image.path))}</b></div>'
        f"<div>{image.width:,} x {image.height:,}, {size(image.bytes)}</div>"
        f"<div>{text(said)}</div></div>\n"
        for image, said in zip(images, words, strict=True)
    ]
    if len(group) > len(images):
        cells.append(f"<div>and {len(group) - len(images):,} more</div>\n")
    heading = f"Group {number}: {plural(len(group), 'image')}, {size(group.bytes_to_save)} to save"
    return f'<p>{heading}</p>\n<div style="{ROW}">\n{"".join(cells)}</div>\n'


def _picture(shown: Shown) -> str:
    if not shown.jpeg:
        return f'<div style="{EMPTY}">No picture: {text(shown.reason)}</div>'
    data = b64encode(shown.jpeg).decode()
    return f'<img alt="" style="{PICTURE}" src="data:image/jpeg;base64,{data}">'
