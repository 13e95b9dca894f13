"""What must hold for every text and every byte in every code page: kernels and plain Python say the same."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from adapters.pages import Form, Page, find
from adapters.pages.catalogue import DOUBLE
from hrbus.spi import Batch, Origin
from tests.fuzz.test_cobol_properties import SLOW

SEVERAL = (*DOUBLE, "gbk", "gb18030", "big5", "big5hkscs", "cp932", "shift_jis_2004", "euc_kr", "utf-8")
PAGES = st.sampled_from([*SEVERAL, "cp037", "cp1047", "cp870", "latin-1"])


@cache
def characters(name: str) -> list[str]:
    """Return what a page holds: its characters, and those of two code points."""
    page = find(name)
    if page.form is Form.UTF8:
        return [chr(point) for point in (*range(0xD800), *range(0xE000, 0x30000))]
    held = [chr(point) for point in np.flatnonzero(page.codes >= 0).tolist() if not 0xD800 <= point < 0xE000]
    return [*held, *(chr(first) + chr(second) for first, second, _ in page.couples.tolist())]


@cache
def codec(name: str, width: int, clause: str = "PIC X({})") -> CobolCodec:
    text = f"01 R. 05 F {clause.format(width)}."
    return CobolCodec(CobolSettings(copybook="a.cpy", encoding=name, trim=False), parse(text, "a.cpy").record())


def written(form: CobolCodec, text: str) -> bytes:
    out = io.BytesIO()
    (batch,) = form.encode([Batch(pl.DataFrame({"F": [text]}))], out)
    assert () == batch.rejects
    return out.getvalue()


def read(form: CobolCodec, data: bytes) -> str | None:
    """Return the text that the kernel reads, or None where the record is rejected."""
    (batch,) = form.decode(io.BytesIO(data), Origin("a.dat"))
    assert 1 == len(batch) + len(batch.rejects)
    return batch.frame["F"][0] if len(batch) else None


@SLOW
@given(name=PAGES, chance=st.randoms(use_true_random=False), length=st.integers(1, 24))
def test_every_text_of_a_page_is_read_as_it_was_written(name: str, chance: object, length: int) -> None:
    text = "".join(chance.choices(characters(name), k=length))  # type: ignore[attr-defined]
    data = find(name).encode(text)
    form = codec(name, len(data))
    assert data == written(form, text)
    assert text == read(form, data) == find(name).decode(data)


@SLOW
@given(name=PAGES, text=st.text(max_size=12), spare=st.integers(0, 5))
def test_a_text_is_written_as_a_whole_or_refused(name: str, text: str, spare: int) -> None:
    page = find(name)
    need = len(page.encode(text)) if page.holds(text) else 8
    width = max(1, need + spare - 3)
    out = io.BytesIO()
    (batch,) = codec(name, width).encode([Batch(pl.DataFrame({"F": [text]}))], out)
    fits = page.holds(text) and len(page.encode(text.rstrip(" "))) <= width
    assert ([] if fits else ["F"]) == [reject.field for reject in batch.rejects]
    if fits:
        kept = text if len(page.encode(text)) <= width else text.rstrip(" ")
        assert page.decode(out.getvalue()).rstrip(" ") == kept.rstrip(" ")


def plain(page: Page, data: bytes) -> str | None:
    try:
        return page.decode(data)
    except UnicodeDecodeError:
        return None


NOISE = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=2),
        st.sampled_from([b"\x0e", b"\x0f", b"\x40", b"\x40\x40", b"\x81\x30", b"\x90\x30\x81\x30", b"\xe7\x8e\x8b"]),
    ),
    min_size=1,
    max_size=12,
).map(b"".join)


@SLOW
@given(name=PAGES, data=NOISE)
def test_kernels_read_random_bytes_as_plain_python_does_or_reject_them(name: str, data: bytes) -> None:
    assert plain(find(name), data) == read(codec(name, len(data)), data)


@SLOW
@given(name=st.sampled_from(["935", "1390", "gbk", "big5hkscs"]), data=NOISE)
def test_pairs_are_read_as_plain_python_does_or_rejected(name: str, data: bytes) -> None:
    data += data[: len(data) % 2]
    pairs = find(name).pairs
    assert pairs is not None
    assert plain(pairs, data) == read(codec(name, len(data) // 2, "PIC G({})"), data)


@SLOW
@given(data=st.binary(min_size=2, max_size=16))
def test_utf_16_is_read_as_python_does_or_rejected(data: bytes) -> None:
    data += data[: len(data) % 2]
    try:
        expected = data.decode("utf-16-be")
    except UnicodeDecodeError:
        expected = None
    assert expected == read(codec("cp037", len(data) // 2, "PIC N({})"), data)
