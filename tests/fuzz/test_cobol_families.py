"""Parents and children in any order: read as a plain program reads them, and written as they were read."""

from __future__ import annotations

import io
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from adapters.cobol.areas import area
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Origin, Reject

COPYBOOK = """
       01  R.
           05  T           PIC X.
           05  NO          PIC 9(3).
           05  A.
               10  A1      PIC X(3).
           05  B REDEFINES A.
               10  N       PIC 9.
               10  B1      OCCURS 0 TO 2 DEPENDING ON N PIC X.
           05  C REDEFINES A.
               10  C1      PIC 9(2).
           05  D REDEFINES A.
               10  D1      PIC X.
           05  E REDEFINES A.
               10  E1      PIC X.
"""
SEGMENTS: dict[str, Any] = {
    "A": "A",
    "B": {"is": "B", "below": "A"},
    "C": {"is": "C", "below": "B"},
    "D": {"is": ["D", "d"], "below": "A"},
    "E": "E",
}
ABOVE = {"A": "", "B": "A", "C": "B", "D": "A", "E": ""}
BODIES = {"A": b"xyz", "B": b"2pq", "C": b"42", "D": b"!", "E": b"?"}


def a_codec(**settings: Any) -> CobolCodec:
    made = CobolSettings(copybook="r.cpy", encoding="ascii", frame="rdw", segment="T", segments=SEGMENTS, **settings)
    return CobolCodec(made, area([parse(COPYBOOK, "r.cpy")], "", made.segment, made.segments))


def a_file(types: list[str]) -> bytes:
    """Return a file with a record of each type, numbered from 1."""
    records = [
        f"{one}{number % 1000:03d}".encode() + BODIES.get(one.upper(), b"") for number, one in enumerate(types, 1)
    ]
    return b"".join((len(record) + 4).to_bytes(2, "big") + b"\0\0" + record for record in records)


def decoded(codec: CobolCodec, data: bytes) -> tuple[pl.DataFrame, list[Reject], list[Batch]]:
    batches = list(codec.decode(io.BytesIO(data), Origin("f")))
    rejects = [reject for batch in batches for reject in batch.rejects]
    frames = [batch.frame for batch in batches if len(batch)]
    return pl.concat(frames) if frames else pl.DataFrame(), rejects, batches


def numbers(row: dict[str, Any], type_: str) -> Any:
    """Return the numbers of a record and all below it: (type, number, what stands below)."""
    below = [
        one
        for child, above in ABOVE.items()
        if above == type_
        for one in (numbers(each, child) for each in row.get(child) or [])
    ]
    return (type_, row["_record"], sorted(below, key=lambda one: one[1]))


def plainly(types: list[str], most: int) -> tuple[list[Any], list[int]]:
    """Return the families that stand in a file, and the numbers of the records whose family (or self) is rejected."""
    roots: list[Any] = []
    bad: set[int] = set()
    open_: dict[str, Any] = {}
    sizes: dict[int, int] = {}
    for number, one in enumerate(types, 1):
        kind = one.upper()
        root = roots[-1] if roots and roots[-1][0] == "A" else None
        if kind not in ABOVE:
            if root is not None:
                sizes[root[1]] += 1
            bad.add(root[1] if root is not None else number)
            continue
        node: Any = (kind, number, [])
        if not ABOVE[kind]:
            roots.append(node)
            open_ = {kind: node}
            sizes[number] = 0
            continue
        if root is not None:
            sizes[root[1]] += 1
        parent = open_.get(ABOVE[kind])
        if parent is None:
            bad.add(root[1] if root is not None else number)
            continue
        parent[2].append(node)
        for other in [name for name in open_ if name != "A" and _under(name, kind)]:
            del open_[other]
        open_[kind] = node
    bad |= {number for number, size in sizes.items() if size > most}
    return [root for root in roots if root[1] not in bad], sorted(bad)


def _under(name: str, kind: str) -> bool:
    while name:
        name = ABOVE[name]
        if name == kind:
            return True
    return False


@given(st.lists(st.sampled_from("AABBCCDdEX"), max_size=40), st.integers(1, 12), st.integers(1, 9), st.integers(1, 3))
def test_families_are_what_a_plain_program_finds(types: list[str], size: int, most: int, threads: int) -> None:
    codec = a_codec(batch_records=size, most_children=most, threads=threads)
    frame, rejects, _ = decoded(codec, a_file(types))
    expected, bad = plainly(types, most)
    found = [numbers(row, row["_segment"]) for row in frame.to_dicts()]
    assert expected == found
    assert bad == sorted(reject.record for reject in rejects)


@st.composite
def families(draw: st.DrawFn) -> list[str]:
    """Return the types of the records of whole families, children of different types mixed."""
    made: list[str] = []
    for _ in range(draw(st.integers(0, 6))):
        made.append(draw(st.sampled_from("AE")))
        if made[-1] == "A":
            for _ in range(draw(st.integers(0, 4))):
                made.append(draw(st.sampled_from("BDd")))
                if made[-1] == "B":
                    made += draw(st.lists(st.sampled_from("CCD"), max_size=3))
    return made


@given(families(), st.integers(1, 12), st.booleans())
def test_what_is_read_is_written_again(types: list[str], size: int, keep: bool) -> None:
    codec = a_codec(batch_records=size, keep_raw=keep)
    data = a_file(types)
    frame, rejects, batches = decoded(codec, data)
    assert ([], len([one for one in types if one in "AE"])) == (rejects, frame.height)
    out = io.BytesIO()
    list(codec.encode(batches, out))
    assert data == out.getvalue()


@given(families(), st.integers(1, 12))
def test_without_numbers_every_record_stands_before_what_is_below_it(types: list[str], size: int) -> None:
    """Written in the order of the declaration, the families are the same ones."""
    codec = a_codec(batch_records=size)
    frame, _, _ = decoded(codec, a_file(types))
    out = io.BytesIO()
    list(codec.encode([Batch(frame.drop("_record", "_offset", strict=False))], out))
    again, rejects, _ = decoded(codec, out.getvalue())
    assert [] == rejects
    assert plain(frame.to_dicts()) == plain(again.to_dicts())


def plain(value: Any) -> Any:
    """Return rows without hrbus's own columns."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if not name.startswith("_")}
    return [plain(one) for one in value] if isinstance(value, list) else value


@given(st.binary(max_size=200), st.integers(1, 5))
def test_random_bytes_are_read_or_refused(data: bytes, size: int) -> None:
    """Every record of a frame that holds is in a row, in a reject, or below one of these."""
    codec = a_codec(batch_records=size)
    words = b"".join((len(part) + 4).to_bytes(2, "big") + b"\0\0" + part for part in data.split(b"\n"))
    frame, rejects, _ = decoded(codec, words)
    assert len({reject.record for reject in rejects}) == len(rejects)
    if frame.height:
        assert not set(frame["_record"]) & {reject.record for reject in rejects}
