"""The formats beside COBOL: what is written reads as it was, and no bytes at all raise anything but our errors."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.dbf import DBF
from adapters.delimited import DELIMITED
from adapters.fixed import FIXED
from adapters.xlsx import XLSX
from adapters.xml import XML
from adapters.xml.spans import Spans
from hrbus.spi import Batch, Codec, CodecKind, HrbusError, Origin
from hrbus.testing import a_context

Make = Callable[..., Codec]

LAYOUT = """\
layout: sample
fields:
  no: integer(9) width 10
  long: integer(30) width 31
  name: text(12) width 48
  pay: decimal(9.2) width 11
  ok: boolean width 5
"""
SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "no": pl.Int64,
    "long": pl.Decimal(38, 0),
    "name": pl.String,
    "pay": pl.Decimal(9, 2),
    "ok": pl.Boolean,
}


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "mappings").mkdir()
    (folder / "mappings" / "l.yaml").write_text(LAYOUT)

    def made(kind: CodecKind, **given: Any) -> Codec:
        return kind.make(kind.settings.model_validate({"layout": "l.yaml", **given}), a_context(folder))

    return made


def rows(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries(
        {
            "no": st.none() | st.integers(-(10**9) + 1, 10**9 - 1),
            "long": st.none() | st.integers(-(10**30) + 1, 10**30 - 1).map(Decimal),
            "name": st.none() | text,
            "pay": st.none() | st.decimals(-9999999, 9999999, places=2),
            "ok": st.none() | st.booleans(),
        }
    )
    return st.lists(row, min_size=1, max_size=6)


def there_and_back(codec: Codec, given_rows: list[dict[str, Any]]) -> pl.DataFrame:
    frame = pl.DataFrame(given_rows, schema=SCHEMA, orient="row")
    stream = io.BytesIO()
    [written] = codec.encode([Batch(frame)], stream)
    assert () == written.rejects
    [batch] = codec.decode(io.BytesIO(stream.getvalue()), Origin("x"))
    assert () == batch.rejects
    assert frame.rows() == batch.frame.select(frame.columns).rows()
    return frame


def survives(codec: Codec, content: bytes) -> None:
    try:
        for batch in codec.decode(io.BytesIO(content), Origin("x")):
            assert all(reject.reason for reject in batch.rejects)
    except HrbusError:
        pass


_any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_marked_text = st.text("a;,\"'\\\t\r\n 中", min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(
    given_rows=rows(_any_text | _marked_text),
    delimiter=st.sampled_from([",", ";", "tab", "|"]),
    escape=st.sampled_from(["", "\\"]),
    quoting=st.sampled_from(["needed", "all"]),
    header=st.sampled_from(["names", "skip", "none"]),
    decimal=st.sampled_from(["point", "comma", "implied"]),
    sign=st.sampled_from(["leading", "trailing"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"]),
)
def test_delimited_text_reads_as_it_was_written(make: Make, given_rows: list[dict[str, Any]], **given: Any) -> None:
    there_and_back(make(DELIMITED, **given), given_rows)


@settings(max_examples=40, deadline=None)
@given(given_rows=rows(st.text("a;\"' \\中", min_size=1, max_size=12)))
def test_delimited_text_without_quotes_reads_as_it_was_written(make: Make, given_rows: list[dict[str, Any]]) -> None:
    there_and_back(make(DELIMITED, quote="", escape="\\"), given_rows)


_delimited_noise = st.binary(max_size=200) | st.text("no,long,name,pay,ok\"'\r\n12.-", max_size=200).map(str.encode)


@settings(max_examples=80, deadline=None)
@given(content=_delimited_noise, encoding=st.sampled_from(["utf-8", "utf-16", "gb18030"]), header=st.booleans())
def test_no_bytes_break_the_delimited_codec(make: Make, content: bytes, encoding: str, header: bool) -> None:
    head = "no,long,name,pay,ok\n".encode(encoding) if header else b""
    survives(make(DELIMITED, encoding=encoding, header="names" if header else "none", longest=64), head + content)


_field_text = st.text("a\u00e9 中镕\u0a0a\u0410", max_size=12).map(str.rstrip)


def with_text(given_rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with empty text where there was none: blanks are empty text in a file of fixed width."""
    return [row | {"name": row["name"] or ""} for row in given_rows]


@settings(max_examples=40, deadline=None)
@given(
    given_rows=rows(_field_text).map(with_text),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
    form=st.sampled_from([{}, {"unit": "characters"}, {"frame": "fixed"}, {"line_end": "crlf"}]),
    numbers=st.sampled_from(["zeros", "blanks"]),
    decimal=st.sampled_from(["point", "comma", "implied"]),
    sign=st.sampled_from(["leading", "trailing"]),
    align=st.sampled_from([{}, {"ok": "right"}]),
)
def test_fixed_width_reads_as_it_was_written(
    make: Make, given_rows: list[dict[str, Any]], form: dict[str, str], **given: Any
) -> None:
    there_and_back(make(FIXED, **given, **form), given_rows)


@settings(max_examples=80, deadline=None)
@given(
    content=st.binary(max_size=400) | st.text("0 .-+tTx\n\r中", max_size=400).map(str.encode),
    form=st.sampled_from([
        {}, {"unit": "characters"}, {"encoding": "gb18030"}, {"frame": "fixed", "encoding": "cp037"},
        {"trailer": {"layout": "l.yaml", "set": {"ok": "true"}, "count": "no"}},
    ]),
)  # fmt: skip
def test_no_bytes_break_the_fixed_codec(make: Make, content: bytes, form: dict[str, Any]) -> None:
    survives(make(FIXED, **form), content)


@settings(max_examples=40, deadline=None)
@given(given_rows=rows(_field_text).map(with_text), encoding=st.sampled_from(["utf-8", "gb18030"]))
def test_a_dbf_table_reads_as_it_was_written(make: Make, given_rows: list[dict[str, Any]], encoding: str) -> None:
    there_and_back(make(DBF, encoding=encoding), given_rows)


@settings(max_examples=80, deadline=None)
@given(at=st.integers(0, 400), new=st.binary(min_size=1, max_size=4), rest=st.binary(max_size=80))
def test_no_bytes_break_the_dbf_codec(make: Make, at: int, new: bytes, rest: bytes) -> None:
    codec = make(DBF, encoding="gb18030")
    stream = io.BytesIO()
    list(codec.encode([Batch(pl.DataFrame({"no": [1, 2], "name": ["李", "x"]}))], stream))
    whole = stream.getvalue()
    survives(codec, whole[:at] + new + whole[at + len(new) :])
    survives(codec, whole[:at] + rest)


_xml_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12).filter(
    lambda text: all(ch in "\t\n\r" or ord(ch) > 31 for ch in text)
)


@settings(max_examples=40, deadline=None)
@given(
    given_rows=rows(_xml_text | st.text("<>&\"'\r\n\t ]", max_size=12)),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "ascii"]),
    namespaces=st.sampled_from([{}, {"": "urn:a&b"}]),
)
def test_xml_reads_as_it_was_written(make: Make, given_rows: list[dict[str, Any]], **given: Any) -> None:
    there_and_back(make(XML, record="Export/Staff/Employee", **given), given_rows)


_tags = ["<E>", "<R>", "</R>", "</E>", "<no>", "</no>", "<R/>", "<!--", "-->", "<![CDATA[", "]]>", "<?x", "?>", "1",
         "<R a='>'>", "<!DOCTYPE E>", "&x;", "&#1;", " ", "<name>", "</name>", "<R", "<", ">", "中"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(max_size=60) | st.lists(st.sampled_from(_tags), max_size=30).map(lambda x: "".join(x).encode())
)
def test_no_bytes_break_the_xml_codec(make: Make, content: bytes) -> None:
    codec = make(XML, record="E/R")
    survives(codec, content)
    survives(codec, b"<E>" + content + b"</E>")


@settings(max_examples=100, deadline=None)
@given(
    parts=st.lists(
        st.sampled_from(
            ["<R/>", "<R><R/></R>", "<!--<R>-->", "<![CDATA[<R>]]>", "<x><R/></x>", "<R a='/>'/>", "<?p <R?>", "\n"]
        ),
        max_size=12,
    ),
    size=st.integers(1, 9),
)
def test_records_are_found_at_their_bytes_however_the_stream_is_cut(parts: list[str], size: int) -> None:
    content = f"<E>{''.join(parts)}</E>".encode()
    spans = Spans("R", "utf-8", "x")
    for start in range(0, len(content), size):
        spans.feed(content[start : start + size])
    at = 3
    number = 0
    for part in parts:
        if "<R" in part and not part.startswith(("<!", "<?")):
            inner = part.index("<R")
            raw = b"<R/>" if part.startswith("<x>") else part.encode()
            assert (at + inner, raw) == spans.take(number)
            number += 2 if part == "<R><R/></R>" else 1
        at += len(part)


_cell_text = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)
_sheet_text = (_cell_text | st.text("<&\"'= \n\t_x0", min_size=1)).map(lambda text: text[:12])


@settings(max_examples=40, deadline=None)
@given(given_rows=rows(_sheet_text), header=st.sampled_from([0, 1, 3]))
def test_a_sheet_reads_as_it_was_written(make: Make, given_rows: list[dict[str, Any]], header: int) -> None:
    there_and_back(make(XLSX, header=header), [row | {"no": row["no"] or 7} for row in given_rows])


@settings(max_examples=80, deadline=None)
@given(at=st.integers(0, 6000), new=st.binary(min_size=1, max_size=4), cut=st.booleans())
def test_no_bytes_break_the_xlsx_codec(make: Make, at: int, new: bytes, cut: bool) -> None:
    codec = make(XLSX)
    stream = io.BytesIO()
    list(codec.encode([Batch(pl.DataFrame({"no": [1, 2], "name": ["李", "x"]}))], stream))
    whole = stream.getvalue()
    at %= len(whole)
    survives(codec, whole[:at] + new + (b"" if cut else whole[at + len(new) :]))


_parts = [
    "<worksheet>", "<sheetData>", '<row r="1">', '<c r="A1">', '<c r="B2" t="s">', '<c r="C1" t="e">', "<v>1</v>",
    "</c>", "<v>#N/A</v>", '<c r="D1" t="inlineStr"><is><t>no</t></is></c>', "</row>", "</sheetData>", "</worksheet>",
    '<c r="A0">', '<c r="AAA1048577">', "<c>", "&x;", "<!--", "-->", "<",
]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(parts=st.lists(st.sampled_from(_parts), max_size=14))
def test_no_sheet_breaks_the_xlsx_codec(make: Make, parts: list[str]) -> None:
    codec = make(XLSX, header=0)
    stream = io.BytesIO()
    list(codec.encode([], stream))
    changed = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, "".join(parts) if name.startswith("xl/worksheets/") else old.read(name))
    survives(codec, changed.getvalue())
