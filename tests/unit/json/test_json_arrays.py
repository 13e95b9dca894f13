"""A file that is one array of JSON objects is read as it comes, item by item, and written again."""

from __future__ import annotations

import io
import json
from typing import Any, BinaryIO, cast

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.json.codec import JsonCodec
from adapters.json.pieces import items
from adapters.json.settings import JsonSettings
from hrbus.spi import Batch, BatchError, Field, Layout, Origin, Type

LAYOUT = Layout("l", (Field("a", "a", Type.INTEGER, digits=9), Field("b", "b", Type.TEXT)))
CODEC = JsonCodec(LAYOUT, JsonSettings(layout="l.yaml", form="array"))


class Dripping(io.RawIOBase):
    """Gives out one byte at a time."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = iter(content)

    def read(self, size: int = -1, /) -> bytes:
        return bytes([byte for _, byte in zip(range(1), self._content, strict=False)])


def read(content: bytes) -> Batch:
    [batch] = CODEC.decode(io.BytesIO(content), Origin("x"))
    return batch


def test_objects_of_an_array_are_records_however_they_are_laid_out() -> None:
    content = b'\xef\xbb\xbf\n [ {"a": 1,\n  "b": "x],}\\"{"} ,\n{"a":2,"b":"y", "c": [{"a": 3}, []]}]\n'
    frame = read(content).frame
    assert [(1, 7, 1, 'x],}"{'), (2, content.index(b'{"a":2'), 2, "y")] == frame.rows()


def test_an_object_that_stands_alone_is_one_record() -> None:
    assert [(1, 1, 7, None)] == read(b'\n{\n "a": 7\n}\n').frame.rows()


def test_an_item_that_is_none_is_one_reject() -> None:
    batch = read(b'[{"a":1}, 5, , {"a":}, [{"a":2}], {"a":3}]')
    assert [1, 3] == batch.frame["a"].to_list()
    assert [(2, 10, b"5"), (3, 13, b""), (4, 15, b'{"a":}'), (5, 23, b'[{"a":2}]')] == [
        (reject.record, reject.offset, reject.raw) for reject in batch.rejects
    ]


@pytest.mark.parametrize("content", [b"[]", b" [ \n] "])
def test_an_empty_array_holds_no_records(content: bytes) -> None:
    assert [] == list(CODEC.decode(io.BytesIO(content), Origin("x")))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "x: the JSON breaks off at byte 0"),
        (b'[{"a":1}', "x: the JSON breaks off at byte 8"),
        (b'[{"a":"1', "x: the JSON breaks off"),
        (b'{"a":1}\n{"a":2}', "x: goes on behind its end at byte 7; for an object a line, form: lines"),
        (b"[]]", "x: goes on behind its end at byte 2"),
        (b"[] x", "x: goes on behind its end at byte 2"),
        (b"no,name\n", "x: expected an array of objects at byte 0"),
        (b'[{"a":"' + b"x" * 17_000_000, "x: the item at byte 1 is longer than 16777216"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(BatchError, match=said):
        list(CODEC.decode(io.BytesIO(content), Origin("x")))


def test_batches_are_written_as_one_array() -> None:
    for frames, wanted in (([[1, 2], [3]], b'[\n{"a":1},\n{"a":2},\n{"a":3}\n]\n'), ([[]], b"[]\n"), ([], b"[]\n")):
        out = io.BytesIO()
        list(CODEC.encode([Batch(pl.DataFrame({"a": pl.Series(each, dtype=pl.Int64)})) for each in frames], out))
        assert wanted == out.getvalue()


VALUES = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.lists(VALUES, min_size=1), st.sampled_from([None, 1]), st.booleans())
def test_an_array_is_cut_where_its_items_end(values: list[Any], indent: int | None, ascii_only: bool) -> None:
    content = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "replace")
    for stream in (io.BytesIO(content), Dripping(content)):
        found = list(items(cast("BinaryIO", stream), "x"))
        assert json.loads(content) == [json.loads(piece) for _, piece in found]
        assert all(content[offset:].startswith(piece) for offset, piece in found)
