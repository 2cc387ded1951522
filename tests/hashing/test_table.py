"""`HashTable`: built once, never changed, and the same after conversion to columns or Arrow."""

from __future__ import annotations

from pathlib import Path
from string import ascii_letters
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike import HashTable, Status, hash_images
from lookalike.errors import PreparationWarning
from lookalike.hashing import exchange
from lookalike.hashing.builder import TableBuilder
from lookalike.hashing.columns import Codes
from lookalike.hashing.frames.moments import Samples
from lookalike.hashing.row import Failure, Row
from lookalike.hashing.schema import COLUMNS
from lookalike.images import Mark
from lookalike.sources.location import Kind, Location, Stamp
from trying import cases

ALGORITHMS = ("phash", "dhash:16")
WIDTHS = (8, 32)

odd_names = st.text(
    st.one_of(
        st.sampled_from("!/\\\0\n\udc80\ud800\U0001f600"), st.characters(exclude_categories=[])
    ),
    max_size=8,
)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
whole_kinds = [one for one in Kind if one not in (Kind.MEMBER, Kind.ROW)]
sixteen = st.binary(min_size=16, max_size=16)
natural = st.integers(0, (1 << 32) - 1)
whole = st.integers(0, (1 << 63) - 1)
hashes = st.tuples(*(st.binary(min_size=width, max_size=width) for width in WIDTHS))
marks = st.sets(st.sampled_from(list(Mark))).map(lambda some: Mark(sum(one.value for one in some)))


@st.composite
def samples(draw: st.DrawFn) -> Samples:
    flat = tuple(draw(st.lists(st.booleans(), min_size=1, max_size=8)))
    seen = [draw(st.binary(min_size=w * len(flat), max_size=w * len(flat))) for w in WIDTHS]
    return Samples(flat, tuple(seen))


rows = st.builds(
    Row,
    location=st.builds(Location, st.sampled_from(whole_kinds), odd_names, st.just(""))
    | st.builds(Location, st.sampled_from([Kind.MEMBER, Kind.ROW]), odd_names, odd_names),
    stamp=st.builds(Stamp, whole, st.none() | whole, st.none() | st.integers(1, (1 << 128) - 1)),
    byte_count=whole,
    width=natural,
    height=natural,
    format=st.sampled_from(["", "JPEG", "NEF"]) | words,
    frames=natural,
    digest=sixteen,
    is_beginning=st.booleans(),
    flat_digest=st.just(b"") | sixteen,
    hashes=hashes,
    damage=st.just("") | words,
    marks=marks,
    samples=st.none() | samples(),
    end_unseen=st.booleans(),
)
failures = st.builds(
    Failure, odd_names, st.sampled_from([one for one in Status if one != Status.OK]), words
)
skipped = st.dictionaries(words, st.integers(1, 99), max_size=3)


def table_of(outcomes: list[Row | Failure], skipped: dict[str, int] | None = None) -> HashTable:
    builder = TableBuilder(ALGORITHMS)
    for one in outcomes:
        builder.add(one)
    return builder.finish(skipped or {})


def outcomes_of(table: HashTable) -> list[Row | Failure]:
    """What the table was built from."""
    out: list[Row | Failure] = [table.row(at) for at in range(len(table))]
    for at, failure in zip(table.failed_at, table.failures, strict=True):
        out.insert(at, failure)
    return out


def row(name: str = "a.png", **changed: Any) -> Row:
    """A row of little interest."""
    made = Row(
        location=Location(Kind.FILE, name), stamp=Stamp(1), byte_count=1,
        width=1, height=1, format="PNG", frames=1, digest=bytes(16),
        is_beginning=False, flat_digest=b"", hashes=(bytes(8), bytes(32)),
    )  # fmt: skip
    return made._replace(**changed)


@pytest.mark.slow
@settings(max_examples=cases(100), deadline=None)
@given(st.lists(rows | failures, max_size=12), skipped)
def test_a_table_gives_back_all_that_was_added(
    outcomes: list[Row | Failure], skipped: dict[str, int]
) -> None:
    """Rows and failures are unchanged and in the same order, whatever their names."""
    table = table_of(outcomes, skipped)
    assert outcomes_of(table) == outcomes
    assert table.skipped == skipped
    images = [one for one in outcomes if isinstance(one, Row)]
    assert table.paths == [one.path for one in images]
    assert table.failures == [one for one in outcomes if isinstance(one, Failure)]
    assert table.beginnings == {at for at, one in enumerate(images) if one.is_beginning}
    assert table.ends_unseen == {at for at, one in enumerate(images) if one.end_unseen}
    assert table.marks == {at: one.marks for at, one in enumerate(images) if one.marks}
    assert table.damages == {at: one.damage for at, one in enumerate(images) if one.damage}
    assert table.samples == {at: one.samples for at, one in enumerate(images) if one.samples}
    sizes = [(one.byte_count, one.width, one.height) for one in images]
    assert [tuple(one) for one in table.sizes.tolist()] == sizes
    assert [*map(table.size, range(len(table)))] == sizes
    assert [table.formats[at] for at in range(len(table))] == [one.format for one in images]
    assert table.digests.tobytes() == b"".join(one.digest for one in images)
    backwards = np.arange(len(images))[::-1]
    for column in COLUMNS:
        if column.hold:
            values = table.values(column.name)
            assert table.take(column.name, backwards) == [values[at] for at in backwards]
    for number, name in enumerate(ALGORITHMS):
        assert list(map(bytes, table.hashes[name])) == [one.hashes[number] for one in images]


@pytest.mark.slow
@settings(max_examples=cases(100), deadline=None)
@given(st.lists(rows | failures, max_size=12), skipped)
def test_columns_and_arrow_carry_a_whole_table(
    outcomes: list[Row | Failure], skipped: dict[str, int]
) -> None:
    """A table is the same after conversion to plain columns, or to Arrow."""
    table = table_of(outcomes, skipped)
    plain = HashTable.from_columns(table.columns(), ALGORITHMS, skipped=table.skipped)
    arrow = table.to_arrow()
    assert arrow.num_rows == len(outcomes)
    arrow.validate(full=True)
    for again in (plain, HashTable.from_arrow(arrow)):
        assert outcomes_of(again) == outcomes
        assert (again.skipped, again.algorithms) == (skipped, ALGORITHMS)


def test_arrow_goes_through_a_parquet_file(tmp_path: Path) -> None:
    """Parquet keeps a whole table, including a name that is not valid text."""
    from pyarrow import parquet

    table = table_of([row("\udcff.png"), Failure("b", Status.EMPTY, "it has no bytes"), row("c")])
    parquet.write_table(table.to_arrow(), tmp_path / "table.parquet")
    again = HashTable.from_arrow(parquet.read_table(tmp_path / "table.parquet"))
    assert outcomes_of(again) == outcomes_of(table)


@settings(max_examples=cases(30), deadline=None)
@given(st.lists(rows | failures, max_size=6), rows | failures)
def test_nothing_can_be_added_to_a_table(
    outcomes: list[Row | Failure], later: Row | Failure
) -> None:
    """After a table is finished, its builder accepts nothing more, and the table is unchanged."""
    builder = TableBuilder(ALGORITHMS)
    for one in outcomes:
        builder.add(one)
    table = builder.finish()
    bits = table.hashes["phash"].data.copy()
    with pytest.raises(RuntimeError, match="finish"):
        builder.add(later)
    with pytest.raises(RuntimeError, match="finish"):
        builder.finish()
    assert outcomes_of(table) == outcomes
    assert np.array_equal(table.hashes["phash"].data, bits)


def test_what_a_table_gives_cannot_change_it() -> None:
    """A caller who changes returned data changes a copy, or is refused."""
    table = table_of([row(flat_digest=bytes(16), marks=Mark.FLAT), Failure("b", Status.EMPTY, "x")])
    before = outcomes_of(table)
    table.failures.clear()
    table.failed_at.append(7)
    table.skipped["text"] = 1
    for mapping in (table.flat_digests, table.marks, table.damages, table.samples):
        with pytest.raises(TypeError):
            mapping[0] = None  # type: ignore[index]
    for array in (table.digests, table.hashes["phash"].data):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1
    for name in ("paths", "failures", "flat_digests"):
        with pytest.raises(AttributeError):
            setattr(table, name, [])
    assert outcomes_of(table) == before
    assert table.skipped == {}


@settings(max_examples=cases(50), deadline=None)
@given(st.lists(rows, min_size=1, max_size=8), st.data())
def test_damages_that_are_found_later_make_another_table(
    rows: list[Row], data: st.DataObject
) -> None:
    """`with_damages` gives a table that differs in the damages, and leaves the first unchanged."""
    positions = st.integers(0, len(rows) - 1)
    damages = data.draw(st.dictionaries(positions, words, max_size=4))
    seen = data.draw(st.sets(positions))
    table = table_of([*rows])
    changed = table.with_damages(damages, seen)
    assert outcomes_of(table) == rows
    assert outcomes_of(changed) == [
        one._replace(
            damage=damages.get(at, one.damage), end_unseen=one.end_unseen and at not in seen
        )
        for at, one in enumerate(rows)
    ]
    assert list(changed.damages) == sorted(changed.damages)
    assert np.shares_memory(table.digests, changed.digests)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hashes": (bytes(8),)},
        {"hashes": (bytes(32), bytes(8))},
        {"hashes": (bytes(8), bytes(32), b"")},
        {"digest": b"short"},
    ],
)
def test_a_row_of_another_kind_is_refused(wrong: dict[str, Any]) -> None:
    """A row without the hashes of the table is not added, and others still can be."""
    builder = TableBuilder(ALGORITHMS)
    with pytest.raises(ValueError, match=r"'odd' has a digest of \d+ bytes and hashes of"):
        builder.add(row("odd", **wrong))
    builder.add(row("a"))
    assert outcomes_of(builder.finish()) == [row("a")]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("width", -1, "cannot be held"),
        ("width", None, "cannot be held"),
        ("kind", "cellar", "cellar"),
        ("marks", "purple", "purple"),
        ("inner_at", 2, "nothing begins there"),
        ("inner_at", 99, "nothing begins there"),
        ("digest", b"short", "digest of 5 bytes"),
        ("phash", b"short", "hashes of"),
        ("path", ["a", "b"], "one length"),
        ("format", ..., "no column format"),
    ],
)
def test_columns_that_hold_no_table_are_refused(name: str, value: Any, words: str) -> None:
    """The error names what is wrong. Without the fault, the same columns are a table."""
    columns = table_of([row("a.zip!/b")]).columns()
    assert len(HashTable.from_columns(columns, ALGORITHMS)) == 1
    columns[name] = value if isinstance(value, list) else [value]
    if value is ...:
        del columns[name]
    with pytest.raises(ValueError, match=words):
        HashTable.from_columns(columns, ALGORITHMS)


def test_another_arrow_table_is_refused() -> None:
    """A table not made by `to_arrow` raises ValueError, for a wrong column or a wrong name."""
    arrow = table_of([row()]).to_arrow()
    others = [
        pa.table({"x": [1]}),
        arrow.replace_schema_metadata(None),
        arrow.replace_schema_metadata({"lookalike": "{}"}),
        arrow.replace_schema_metadata({"lookalike": "no JSON"}),
        arrow.drop_columns(["digest"]),
        arrow.set_column(arrow.schema.get_field_index("width"), "width", pa.array(["wide"])),
    ]
    for other in others:
        with pytest.raises(ValueError, match="not a table that HashTable.to_arrow made"):
            HashTable.from_arrow(other)


def test_an_older_preparation_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow records how the pictures were prepared, as stored indexes do."""
    table = table_of([row()])
    with monkeypatch.context() as patch:
        patch.setattr(exchange, "PREPARATION", 1)
        older = table.to_arrow()
    with pytest.warns(PreparationWarning, match="preparation 1"):
        HashTable.from_arrow(older)


def test_a_location_keeps_its_parts() -> None:
    """The archive and the member are separated again, even if both contain the separator."""
    parts = [("a.zip", "b/c.png"), ("a!/b.zip", "c!/d.png"), ("a!/b.png", ""), ("t.parquet", "3")]
    table = table_of(
        [row(location=Location(Kind.MEMBER if one[1] else Kind.FILE, *one)) for one in parts]
    )
    assert [(one.location.path, one.location.inner) for one in table.images] == parts
    assert [one.path for one in table.images] == [
        "a.zip!/b/c.png", "a!/b.zip!/c!/d.png", "a!/b.png", "t.parquet!/3",
    ]  # fmt: skip


def test_a_table_says_what_it_holds() -> None:
    """Printed, it gives its counts and algorithms."""
    table = table_of([row("a.png"), row("b.png")])
    assert repr(table) == "<HashTable: 2 images by phash, dhash:16, 0 failures>"


def test_every_field_of_a_row_is_in_the_schema() -> None:
    """A field added to `Row` needs a column, or a table would lose it. It does not keep thumbs."""
    kept = {one.of.partition(".")[0] for one in COLUMNS}
    assert kept | {"hashes", "thumb"} >= set(Row._fields)


def test_the_docs_describe_every_column() -> None:
    """`docs/tables.md` names the columns of `to_arrow`, with their types, in order."""
    docs = Path(__file__).parents[2] / "docs" / "tables.md"
    lines = [line.split("|") for line in docs.read_text("utf-8").splitlines() if line[:3] == "| `"]
    described = [(line[1].strip(" `"), line[2].strip(" `")) for line in lines]
    schema = table_of([]).to_arrow().schema
    own = [(one.name, str(one.type)) for one in schema if one.name not in ALGORITHMS]
    assert described == own


@pytest.mark.slow
def test_a_scan_keeps_few_bytes_of_each_image() -> None:
    """An image takes only the bytes of its name and its columns, and no Python object."""
    import tracemalloc

    count = 20_000
    names = [f"{at:08}" for at in range(count)]
    builder = TableBuilder(["phash"])
    tracemalloc.start()
    try:
        for at, name in enumerate(names):
            builder.add(
                row(
                    name, stamp=Stamp(at, at << 40, at << 64 | at), hashes=(bytes(8),),
                    digest=at.to_bytes(16, "big"),
                )
            )  # fmt: skip
        table = builder.finish()
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(table) == count
    assert held / count < 135


def test_more_formats_than_have_a_code_are_refused() -> None:
    """A column of codes reports that no code is left, and goes on with those it has."""
    codes: Codes[int] = Codes()
    for at in range(Codes.MOST):
        codes.append(at)
    with pytest.raises(ValueError, match="more than 65,536 distinct values, the last 65536"):
        codes.append(Codes.MOST)
    codes.append(5)
    assert (codes[5], codes[Codes.MOST], len(codes)) == (5, 5, Codes.MOST + 1)


def test_a_scan_says_where_images_are(tmp_path: Path) -> None:
    """An image read from a folder has its file as location, and the file's size in its stamp."""
    from PIL import Image

    Image.linear_gradient("L").save(tmp_path / f"{ascii_letters}.png")
    (image,) = hash_images(tmp_path).images
    (named,) = tmp_path.iterdir()
    assert image.location == Location(Kind.FILE, str(named))
    assert image.stamp.size == image.bytes == named.stat().st_size
    assert len(image.digest) == 16
