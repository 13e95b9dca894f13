"""What the layout of a flat codec says of its text is what the codec does when it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from adapters.dbf import DBF
from adapters.delimited import DELIMITED
from adapters.fixed import FIXED
from hrbus.spi import Batch, Codec, CodecKind

Make = Callable[..., Codec]
Encode = Callable[[Codec, list[Batch]], tuple[list[Batch], bytes]]
TEXTS = ("ADA", "王伟", "王伟王", "é", "a\nb", "a;b", "12345678", "€", "A" * 9)


@pytest.mark.parametrize(
    ("kind", "layout", "settings"),
    [
        (FIXED, "  name: text width 8\n", {}),
        (FIXED, "  name: text width 8\n", {"encoding": "gbk"}),
        (FIXED, "  name: text width 3\n", {"unit": "characters"}),
        (FIXED, "  name: text width 8\n", {"encoding": "cp935", "frame": "fixed"}),
        (FIXED, "  name: text width 8\n", {"encoding": "latin-1", "frame": "fixed"}),
        (DELIMITED, "  name: text(8)\n", {"encoding": "latin-1", "delimiter": ";"}),
        (DELIMITED, "  name: text\n", {"quote": "", "delimiter": ";"}),
        (DELIMITED, "  name: text\n", {"quote": "", "escape": "^", "delimiter": ";"}),
        (DBF, "  name: text(8)\n", {"encoding": "gbk"}),
    ],
)
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_written_where_the_layout_says_that_it_fits(
    make: Make, encode: Encode, kind: CodecKind, layout: str, settings: dict[str, Any], text: str
) -> None:
    codec = make(kind, layout, **settings)
    field = codec.layout.columns()["name"]
    assert field.script
    has = field.script.writes
    fits = (has is None or has.issuperset(text)) and (field.size is None or field.script.room(text) <= field.size)
    (batch,), _ = encode(codec, [Batch(pl.DataFrame({"name": [text]}))])
    assert fits is (not batch.rejects)


def test_the_width_of_a_number_counts_its_sign_and_its_point(make: Make) -> None:
    layout = "  pay: decimal(7.2) width 8\n"
    sizes = [make(FIXED, layout, decimal=point).layout.columns()["pay"].size for point in ("point", "implied")]
    assert [8, 9] == sizes
