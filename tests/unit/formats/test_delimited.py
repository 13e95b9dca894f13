"""Delimited text is read cell by cell, exactly, and one broken record costs one record."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from adapters.delimited import DELIMITED
from hrbus.spi import ID, Batch, BatchError, Codec, ConfigError, Stage

Make = Callable[..., Codec]
Decode = Callable[[Codec, bytes], list[Batch]]
Encode = Callable[[Codec, list[Batch]], tuple[list[Batch], bytes]]

STAFF = "  no: integer(6) required\n  name: text(20)\n  pay: decimal(7.2)\n  active: boolean\n"


@pytest.fixture
def read(make: Make, decode: Decode) -> Callable[..., Batch]:
    def found(text: str | bytes, layout: str = STAFF, **settings: Any) -> Batch:
        content = text.encode() if isinstance(text, str) else text
        [batch] = decode(make(DELIMITED, layout, **settings), content)
        return batch

    return found


Read = Callable[..., Batch]


def values(batch: Batch) -> list[tuple[object, ...]]:
    return batch.frame.drop("_record", "_offset").rows()


def told(batch: Batch) -> list[tuple[int, str, str]]:
    return [(reject.record, reject.field, reject.reason) for reject in batch.rejects]


def test_cells_are_found_by_the_names_in_the_header_line_in_any_order(read: Read) -> None:
    batch = read("pay,extra,no, name \n12.5,x,1,Ada\n", "  no: integer(6)\n  name: text\n  pay: decimal(7.2)\n")
    assert [(1, "Ada", Decimal("12.50"))] == values(batch)


def test_a_column_may_be_called_otherwise_in_the_file(read: Read) -> None:
    batch = read("工号,姓名\r\n7,李喆\r\n".encode("gb18030"), "  no: integer(6)\n  name: text\n", encoding="gb18030",
                 titles={"no": "工号", "name": "姓名"})  # fmt: skip
    assert [(7, "李喆")] == values(batch)


def test_a_line_without_names_is_passed_over_or_is_a_record(read: Read) -> None:
    layout = "  a: text\n  b: text\n"
    assert [("1", "2")] == values(read("x,y\n1,2\n", layout, header="skip"))
    assert [("x", "y"), ("1", "2")] == values(read("x,y\n1,2\n", layout, header="none"))


def test_quoted_cells_hold_delimiters_quotes_and_line_ends(read: Read) -> None:
    batch = read('a,b\r\n"x, ""y""\r\nz",2\r\n3,4\r\n', "  a: text\n  b: text\n")
    assert [('x, "y"\r\nz', "2"), ("3", "4")] == values(batch)
    assert [(1, 5), (2, 22)] == batch.frame.select("_record", "_offset").rows()


def test_an_escape_takes_the_meaning_from_what_follows(read: Read) -> None:
    assert [('x"y', "a\\b")] == values(read('a,b\n"x\\"y","a\\\\b"\n', "  a: text\n  b: text\n", escape="\\"))


def test_a_tab_and_no_quote(read: Read) -> None:
    assert [('5" pipe', "2")] == values(
        read('a\tb\n5" pipe\t2\n', "  a: text\n  b: text\n", delimiter="tab", quote="")
    )


def test_a_decimal_comma_a_trailing_sign_and_words_for_yes_no_and_nothing(read: Read) -> None:
    batch = read(
        "no;name;pay;active\n1;NULL;1250,50-;Y\n2;Bob;,5;N\n3;;;\n",
        delimiter=";", decimal="comma", sign="trailing", true=["Y", "J"], false=["N"], null=["", "NULL"],
    )  # fmt: skip
    assert [
        (1, None, Decimal("-1250.50"), True),
        (2, "Bob", Decimal("0.50"), False),
        (3, None, None, None),
    ] == values(batch)


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        ("x,Ada,1,true", "no", "expected a whole number of at most 6 digits"),
        ("1234567,Ada,1,true", "no", "expected a whole number of at most 6 digits"),
        (",Ada,1,true", "no", "is required, and absent"),
        ("1," + "x" * 21 + ",1,true", "name", "is longer than 20 characters"),
        ("1,Ada,1.005,true", "pay", "expected a number of at most 7 digits, 2 behind the point"),
        ("1,Ada,1e3,true", "pay", "expected a number of at most 7 digits, 2 behind the point"),
        ('1,Ada,"1,5",true', "pay", "expected a number of at most 7 digits, 2 behind the point"),
        ("1,Ada,1,yes", "active", "expected true or false"),
        ("1,Ada,1", "", "expected 4 cells, found 3"),
        ("1,Ada,1,true,", "", "expected 4 cells, found 5"),
        ('1,"A"da,1,true', "", "text stands behind a closing quote; a quote inside of a cell is to be doubled"),
        ("1,A\rda,1,true", "", "a carriage return stands inside of an unquoted cell"),
        ("1," + "x" * 140_000 + ",1,true", "", "a cell is longer than 131072 characters"),
    ],
)
def test_a_broken_record_is_one_reject(read: Read, cells: str, field: str, reason: str) -> None:
    batch = read(f"no,name,pay,active\n1,Ada,1,true\n{cells}\n3,Cid,1,true\n")
    assert [1, 3] == batch.frame["no"].to_list()
    assert [(2, field, reason)] == told(batch)
    [reject] = batch.rejects
    assert (32, Stage.DECODE, f"{cells}\n".encode()) == (reject.offset, reject.stage, reject.raw)


def test_bytes_that_are_no_text_cost_their_record_only(read: Read) -> None:
    batch = read(b"a,b\n1,x\n2,\xff\n3,z\n", "  a: text\n  b: text\n")
    assert [("1", "x"), ("3", "z")] == values(batch)
    assert [(2, "", "holds bytes that the encoding does not have")] == told(batch)


def test_a_quote_that_is_never_closed_costs_its_line_only(read: Read) -> None:
    batch = read('a,b\n1,"x\n2,y\n3,z\n', "  a: text\n  b: text\n")
    assert [("2", "y"), ("3", "z")] == values(batch)
    assert [(1, "", "a quote is opened and not closed")] == told(batch)


def test_a_quote_that_runs_into_the_next_ones_costs_its_line_only(read: Read) -> None:
    batch = read('a,b\n1,"x\n2,"y"\n3,"z"\n', "  a: text\n  b: text\n")
    assert [("2", "y"), ("3", "z")] == values(batch)


def test_a_record_longer_than_a_record_may_be_costs_its_line_only(read: Read) -> None:
    batch = read('a,b\n1,"x\n2,y\n3,z\n4,w\n"5",6\n', "  a: text\n  b: text\n", longest=8)
    assert [("2", "y"), ("3", "z"), ("4", "w"), ("5", "6")] == values(batch)
    assert [1] == [reject.record for reject in batch.rejects]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_offsets_are_those_of_the_bytes_in_every_encoding(read: Read, encoding: str) -> None:
    text = "a,b\n1,x\u0a61\u0a0a𝄞\n2,\u0d0a\n"
    content = text.encode(encoding)
    batch = read(content, "  a: text\n  b: text\n", encoding=encoding)
    assert [("1", "x\u0a61\u0a0a𝄞"), ("2", "\u0d0a")] == values(batch)
    mark = len("".encode(encoding))
    plain = encoding.removesuffix("-sig") if mark != 2 else "utf-16-le"
    assert [mark + len("a,b\n".encode(plain)), content.index("2".encode(plain))] == batch.frame["_offset"].to_list()


def test_a_byte_order_mark_says_which_utf_16_it_is(read: Read) -> None:
    content = b"\xfe\xff" + "a\n中\n".encode("utf-16-be")
    assert [("中",)] == values(read(content, "  a: text\n", encoding="utf-16"))


def test_empty_lines_are_passed_over_and_the_last_line_needs_no_end(read: Read) -> None:
    assert [("1",), ("2",)] == values(read("a\n\n1\r\n\r\n2", "  a: text\n"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "x is empty: not even a header line is there"),
        ("a,c\n1,2\n", "x: the header line lacks b; look at delimiter and encoding"),
        ("a,b,b\n1,2,3\n", "x: the header line has twice b"),
        ('a,"b', "x: the header line is broken: a quote is opened"),
        ("a,b\n1,2\n3", "x: the last record, at byte 8, breaks off; fetch the file again"),
        ('a,b\n1,2\n3,"4', "x: the last record, at byte 8, breaks off; fetch the file again"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(read: Read, text: str, said: str) -> None:
    with pytest.raises(BatchError) as caught:
        read(text, "  a: text\n  b: text\n")
    assert str(caught.value).startswith(said)


def test_a_column_that_the_layout_does_not_name_may_be_refused(read: Read) -> None:
    with pytest.raises(BatchError, match="has 1 columns that the layout does not name"):
        read("a,b\n1,2\n", "  a: text\n", unknown="reject")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"delimiter": ";;"}, "one ASCII character"),
        ({"delimiter": '"'}, "three different characters"),
        ({"quote": "", "quoting": "all"}, "needs a quote"),
    ],
)
def test_marks_that_cannot_work_are_refused(make: Make, settings: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make(DELIMITED, "  a: text\n", **settings)


@pytest.mark.parametrize(
    ("layout", "settings", "said"),
    [
        ("  a: text\n", {"encoding": "cp037"}, "lines cannot be told apart in cp037"),
        ("  a: text\n", {"encoding": "utf-9"}, "there is no encoding utf-9"),
        ("  a: text\n", {"encoding": "base64"}, "there is no encoding base64"),
        ("  a: text\n", {"titles": {"b": "B"}}, "titles: the layout l has no field b"),
        ("  a: [text]\n", {}, "a list, and a flat record has none"),
    ],
)
def test_settings_that_do_not_fit_the_layout_are_refused(
    make: Make, layout: str, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        make(DELIMITED, layout, **settings)


def test_cells_are_quoted_where_they_must_be(make: Make, encode: Encode) -> None:
    frame = pl.DataFrame(
        {"no": [1, 2], "name": ['a,"b"\r', None], "pay": [Decimal("1.50"), None], "active": [True, False]}
    )
    _, content = encode(make(DELIMITED, STAFF), [Batch(frame)])
    assert b'no,name,pay,active\r\n1,"a,""b""\r",1.50,true\r\n2,,,false\r\n' == content


def test_every_cell_is_quoted_where_that_is_wanted(make: Make, encode: Encode) -> None:
    codec = make(DELIMITED, STAFF, quoting="all", line_end="lf", delimiter=";", decimal="comma")
    _, content = encode(codec, [Batch(pl.DataFrame({"no": [1], "pay": [Decimal("-1.50")]}))])
    assert b'"no";"name";"pay";"active"\n"1";;"-1,50";\n' == content


@pytest.mark.parametrize(
    ("row", "settings", "field", "reason"),
    [
        ({"name": "李"}, {"encoding": "latin-1"}, "name", "holds a character that latin-1 does not have"),
        ({"name": "NULL"}, {"null": ["", "NULL"]}, "name", "is a word that means nothing here, so it would be lost"),
        ({"name": "a,b"}, {"quote": ""}, "name", "holds a delimiter or a line end, and the settings have no quote"),
        ({"name": "x" * 21}, {}, "name", "is longer than 20 characters"),
        ({"no": None}, {}, "no", "is required, and absent"),
        ({"pay": "1.005"}, {}, "pay", "expected a number of at most 7 digits, 2 behind the point"),
    ],
)
def test_a_record_that_cannot_be_written_is_a_reject(
    make: Make, encode: Encode, row: dict[str, Any], settings: dict[str, Any], field: str, reason: str
) -> None:
    rows = [{ID: 1, "no": 1, "name": "Ada", "pay": "2.5"}, {ID: 2, "no": 2, "name": "Bob", "pay": "1"} | row]
    [batch], content = encode(make(DELIMITED, STAFF, **settings), [Batch(pl.DataFrame(rows))])
    assert [1] == batch.frame[ID].to_list()
    assert [(2, field, reason)] == [(reject.id, reject.field, reject.reason) for reject in batch.rejects]
    assert b"no,name,pay,active\r\n1,Ada,2.50,\r\n" == content


def test_bytes_are_kept_where_that_is_asked_for(read: Read) -> None:
    assert [b"1\r\n"] == read("a\r\n1\r\n", "  a: text\n", keep_raw=True).frame["_raw"].to_list()
