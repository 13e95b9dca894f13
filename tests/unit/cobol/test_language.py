"""The parts of the copybook language that are not about one clause alone: text, members, names, dialects."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.cobol.copybook import Copybook, parse, read
from adapters.cobol.dialect import Dialect, Language
from hrbus.spi import ConfigError

Records = Callable[..., Any]


def rows(book: Copybook) -> list[tuple[str, int, int]]:
    return [(item.name, item.start(), item.size) for record in book.records for item in record.walk()]


def names(text: str, **language: Any) -> list[str]:
    return [item.name for item in parse(text, "a.cpy", language=Language(**language)).record().walk()]


def refused(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text, "a.cpy").record()
    return [str(fault) for fault in caught.value.faults]


# --- lines


@pytest.mark.parametrize(
    "text",
    [
        "000100 01  A.\n000200     05  B PIC X.\n",
        "      * comment\n       01  A.\n" + "           05  B PIC X.".ljust(72) + "B0000001\n",
        "01 A.\n05 B PIC X. *> comment\n",
        " ***** a comment *****\n * and another\n   01 A.\n      05 B PIC X.\n",
        "      01 A.\n       05 B PIC X.\n",
        "     01 A.\n     05 B PIC X.\n",
        "\t01  A.\n\t    05  B PIC X.\n",
        "       01  A.\n      D    05  D PIC X(9).\n      / 05 E PIC X.\n           05  B PIC X.\n           EJECT\n",
        "       >>SOURCE FORMAT IS FREE\n01 A. 05 B PIC X.\n",
        '      $SET SOURCEFORMAT"FREE"\n01 A. 05 B PIC X.\n',
        "       01  A.\n           05  B\n                PIC\n                IS X\n                .\n",
        "       01  A, GLOBAL.\n           05  B PIC X, VALUE 'x'.\n",
    ],
)
def test_every_way_to_write_lines_gives_the_same_record(text: str) -> None:
    assert [("A", 0, 1), ("B", 0, 1)] == rows(parse(text, "a.cpy"))


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize("page", ["cp037", "utf-8"])
def test_a_copybook_may_lie_as_the_mainframe_has_it(tmp_path: Path, page: str, end: str) -> None:
    lines = ["000100 01  A.", "000200* comment", "000300     05  B PIC X(3) VALUE 'abc'."]
    text = "".join(line.ljust(80) + end for line in lines)
    (tmp_path / "A").write_bytes(text.encode(page))
    assert [("A", 0, 3), ("B", 0, 3)] == rows(read(tmp_path / "A"))


def test_a_line_of_a_comment_may_begin_in_column_1_where_micro_focus_wrote_it() -> None:
    text = "       01  A.\n*          05  OLD PIC X.\n           05  B PIC X.\n"
    assert ["A", "B"] == names(text, dialect=Dialect.MF)
    assert ["A", "OLD", "B"] == names(text)


def test_text_behind_column_72_is_told_where_it_may_be_what_is_missing() -> None:
    text = "       01  A.\n" + "           05  B".ljust(68) + "PIC X(3).\n           05  C PIC X.\n"
    assert "line 2 goes past column 72, the last that is read: X(3)." in refused(text)[0]


def test_conditional_compilation_is_refused_rather_than_read_both_ways() -> None:
    assert [
        "a.cpy:2:1: conditional compilation is not done here; keep the lines that hold, and take the directives out"
    ] == refused("       01  A.\n       >>IF X DEFINED\n           05  B PIC X.\n")[:1]


def test_a_screen_section_declares_no_records() -> None:
    text = """
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  A PIC X(2).
       SCREEN SECTION.
       01  S.
           05  LINE 1 COLUMN 5 VALUE 'NAME'.
       LINKAGE SECTION.
       01  B PIC X(3).
       PROCEDURE DIVISION.
    """
    assert [("A", 0, 2), ("B", 0, 3)] == rows(parse(text, "p.cob"))


# --- members


def member(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


@pytest.mark.parametrize(
    "statement",
    [
        "COPY ADDR.",
        "COPY addr SUPPRESS.",
        "COPY 'addr.cpy'.",
        "COPY ADDR OF LIB.",
        "++INCLUDE ADDR",
        "-INC ADDR",
        "EXEC SQL INCLUDE ADDR END-EXEC.",
        "EXEC SQL BEGIN DECLARE SECTION END-EXEC.\n       COPY ADDR.\n       EXEC SQL END DECLARE SECTION END-EXEC.",
    ],
)
def test_every_way_to_include_a_member_takes_it_in(tmp_path: Path, statement: str) -> None:
    member(tmp_path, "addr.cpy", "           05  CITY PIC X(4).\n")
    member(tmp_path, "main.cpy", f"       01  A.\n       {statement}\n           05  B PIC X.\n")
    assert [("A", 0, 5), ("CITY", 0, 4), ("B", 4, 1)] == rows(read(tmp_path / "main.cpy"))


def test_a_library_is_a_folder_that_is_looked_into_first(tmp_path: Path) -> None:
    member(tmp_path, "ADDR.cpy", "           05  CITY PIC X(4).\n")
    member(tmp_path, "lib/ADDR.cpy", "           05  CITY PIC X(9).\n")
    member(tmp_path, "main.cpy", "       01  A.\n       COPY ADDR IN LIB.\n")
    assert [("A", 0, 9), ("CITY", 0, 9)] == rows(read(tmp_path / "main.cpy"))


@pytest.mark.parametrize(
    ("replacing", "expected"),
    [
        ("==:T:== BY ==HOME==", ["HOME-CITY", "OLD-ZIP", "X-(Y)"]),
        ("==:T:-CITY== BY TOWN", ["TOWN", "OLD-ZIP", "X-(Y)"]),
        ("LEADING ==OLD-== BY ==NEW-==", [":T:-CITY", "NEW-ZIP", "X-(Y)"]),
        ("LEADING ==OLD-== BY ====", [":T:-CITY", "ZIP", "X-(Y)"]),
        ("TRAILING ==-ZIP== BY ==-CODE==", [":T:-CITY", "OLD-CODE", "X-(Y)"]),
        ("OLD-ZIP BY NEW-ZIP ==:T:== BY ==A==", ["A-CITY", "NEW-ZIP", "X-(Y)"]),
    ],
)
def test_replacing_changes_the_words_of_a_member(tmp_path: Path, replacing: str, expected: list[str]) -> None:
    member(tmp_path, "M.cpy", "           05  :T:-CITY PIC X.\n           05  OLD-ZIP PIC X(2).\n")
    member(tmp_path, "main.cpy", f"       01  A.\n       COPY M REPLACING {replacing}.\n")
    found = [name for name, _, _ in rows(read(tmp_path / "main.cpy"))]
    assert ["A", *expected[:2]] == found


@pytest.mark.parametrize(
    ("replacing", "expected"),
    [
        ("==PIC X(10)== BY ==PIC X(20)==", 25),
        ("==X(10)== BY ==9(8)==", 13),
        ("==:N:== BY ==7==", 17),
        ("==05  CITY PIC X(10).== BY ====", 5),
    ],
)
def test_replacing_changes_pictures_too(tmp_path: Path, replacing: str, expected: int) -> None:
    member(tmp_path, "M.cpy", "           05  CITY PIC X(10).\n           05  ZIP PIC X(:N:).\n")
    pairs = replacing if ":N:" in replacing else f"{replacing} ==:N:== BY ==5=="
    member(tmp_path, "main.cpy", f"       01  A.\n       COPY M REPLACING {pairs}.\n")
    assert expected == read(tmp_path / "main.cpy").record().size


def test_a_tag_in_brackets_grows_together_with_the_rest_of_its_word(tmp_path: Path) -> None:
    member(tmp_path, "M.cpy", "           05  (TAG)-CITY PIC X.\n")
    member(tmp_path, "main.cpy", "       01  A.\n       COPY M REPLACING ==(TAG)== BY ==HOME==.\n")
    assert ["A", "HOME-CITY"] == [name for name, _, _ in rows(read(tmp_path / "main.cpy"))]


def test_replace_holds_until_it_is_put_off() -> None:
    text = """
       01  A.
       REPLACE ==:T:== BY ==HOME==.
           05  :T:-CITY PIC X.
       REPLACE OFF.
           05  :T:-ZIP PIC X.
    """
    assert ["A", "HOME-CITY", ":T:-ZIP"] == names(text)


def test_a_record_without_its_member_is_refused_and_those_beside_it_are_read(tmp_path: Path) -> None:
    member(tmp_path, "main.cpy", "       01  A.\n       COPY GONE.\n       01  B PIC X(3).\n")
    book = read(tmp_path / "main.cpy")
    assert 3 == book.record("B").size
    with pytest.raises(ConfigError, match="2:8: the COPY member GONE is not there"):
        book.record("A")


# --- names and constants


def test_words_that_are_reserved_elsewhere_may_be_names() -> None:
    text = "01 A. 05 DATE PIC X. 05 INDEX PIC 9. 05 HANDLE PIC X. 05 88-LEVELS PIC X. 05 OCCURS 2 PIC X."
    assert ["A", "DATE", "INDEX", "HANDLE", "88-LEVELS", ""] == names(text)


def test_constants_stand_for_numbers() -> None:
    text = "78 MANY VALUE 3. 01 LONG CONSTANT AS 5. 01 A. 05 B OCCURS MANY PIC X(LONG)."
    assert [("A", 0, 15), ("B", 0, 5)] == rows(parse(text, "a.cpy"))


def test_clauses_that_change_no_bytes_are_passed_over() -> None:
    text = """
       01  A IS EXTERNAL AS 'OUTER' GLOBAL.
           05  B DATE FORMAT YYXXXX PIC 9(6).
           05  C OCCURS 3 TIMES ASCENDING KEY IS D DESCENDING E
                 INDEXED BY I J.
               10  D PIC X VALUE 'a' & 'b'.
               10  E OBJECT REFERENCE SOME-CLASS.
               10  F USAGE POINTER TO SOME-TYPE.
    """
    assert [("A", 0, 33), ("B", 0, 6), ("C", 6, 9), ("D", 6, 1), ("E", 7, 4), ("F", 11, 4)] == rows(
        parse(text, "a.cpy")
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("01 A. 05 B PIC X. 66 C RENAMES D.", "C renames D, which is not there; it must stand before"),
        ("01 A. 05 B PIC X. 05 C PIC X. 66 D RENAMES C THRU B.", "renames C THRU B, which does not come after it"),
        ("01 A. 05 B OCCURS 2 PIC X. 66 D RENAMES B.", "D renames a part of B, which repeats"),
        ("01 A. 05 B OCCURS 1 TO UNBOUNDED DEPENDING ON N PIC X.", "B depends on N, which is not there"),
        ("01 A. 05 N PIC 9. 05 B OCCURS 1 TO UNBOUNDED DEPENDING ON N PIC X.", "the greatest number of occurrences"),
        ("01 A. 05 B PIC. 05 C PIC X.", "a.cpy:1:15: expected a picture string, found ."),
        ("01 A. 05 B PIC 9 COMP COMP-3.", "COMP-3 stands where the entry has such a clause already"),
        ("01 A. 05 B USAGE COMP-33.", "COMP-33 is no usage; did you mean COMP-3?"),
        ("01 A. 05 B FLOAT-DECIMAL-16.", "the bytes of USAGE FLOAT-DECIMAL-16 are not known here"),
        ("01 A. 05 B PICTUR X.", "expected a clause, found PICTUR; did you mean PICTURE?"),
        ("01 A. 05 B PIC X. 01 N PIC 9. 01 C. 05 D OCCURS 1 TO 2 DEPENDING ON N PIC X.", ""),
    ],
)
def test_faults_say_what_was_expected(text: str, message: str) -> None:
    if message:
        assert message in refused(text)[0]
    else:
        with pytest.raises(ConfigError, match="D depends on N, which is no field of the record"):
            parse(text, "a.cpy").record("C")


def test_a_clause_that_breaks_off_hides_no_fault_behind_it() -> None:
    text = "01 A. 05 B REDEFINES. 05 C OCCURS PIC X. 05 D PIC Q."
    assert [
        "a.cpy:1:21: expected the name of the field that is redefined, found .",
        "a.cpy:1:35: expected how often it occurs, found PIC",
        "a.cpy:1:51: PIC Q: expected X, A, 9, S, V, P, N, G or the editing symbols Z * $ + - CR DB , . B 0 /",
    ] == refused(text)


# --- dialects and data


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("ibm", {"A": 1, "B": -2, "C": 300, "D": 1.0, "E": 5}),
        ("gnucobol", {"A": 1, "B": -2, "C": 300, "D": 1.0, "E": 5}),
        ("mf", {"A": 1, "B": -2, "C": 300, "D": 1.0, "E": 5}),
    ],
)
def test_binary_numbers_of_every_size_are_read_and_written(
    records: Records, dialect: str, expected: dict[str, Any]
) -> None:
    copybook = "01 R. 05 A PIC 9(2) COMP. 05 B BINARY-CHAR. 05 C PIC 9(5) COMP-N. 05 D COMP-1. 05 E PIC X(2) COMP-X."
    a = {"ibm": b"\x00\x01"}.get(dialect, b"\x01")
    d = {"ibm": b"\x41\x10\x00\x00"}.get(dialect, b"\x00\x00\x80\x3f")
    data = a + b"\xfe" + b"\x2c\x01\x00" + d + b"\x00\x05"
    codec = records(copybook, dialect=dialect)
    assert [expected] == codec.values(data)
    assert data == codec.again(data)


def test_comp_9_stands_low_byte_first(records: Records) -> None:
    codec = records("01 R. 05 A PIC S9(4) COMP-9. 05 B PIC S9(4) COMP.")
    assert [{"A": -2, "B": -2}] == codec.values(b"\xfe\xff\xff\xfe")
    assert b"\xfe\xff\xff\xfe" == codec.again(b"\xfe\xff\xff\xfe")


def test_a_comma_may_be_the_decimal_point(records: Records) -> None:
    codec = records("01 R. 05 A PIC Z.ZZ9,99.", decimal_comma=True)
    assert [("R", 0, 8), ("A", 0, 8)] == rows(parse("01 R. 05 A PIC Z.ZZ9,99.", "a", language=Language(comma=True)))
    assert [{"A": Decimal("1234.50")}] == codec.values(b"1.234,50")
    assert b"1.234,50" == codec.again(b"1.234,50")


def test_a_program_says_how_its_pictures_are_written() -> None:
    text = """
       IDENTIFICATION DIVISION.
       PROGRAM-ID. P.
       ENVIRONMENT DIVISION.
       CONFIGURATION SECTION.
       SPECIAL-NAMES.
           CURRENCY SIGN IS 'E' DECIMAL-POINT IS COMMA.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  A PIC EEE9,99 VALUE 1,5.
    """
    found = parse(text, "p.cob").record().picture
    assert found is not None
    assert (5, 2, "$$$9.99") == (found.digits, found.scale, found.symbols)
    assert ((".", ","), (",", "."), ("$", "E")) == found.shown


def test_another_currency_sign_is_read_and_written(records: Records) -> None:
    codec = records("01 R. 05 A PIC ###9.99.", currency="#")
    assert [{"A": Decimal("12.50")}] == codec.values(b" #12.50")
    assert b" #12.50" == codec.again(b" #12.50")


def test_what_renames_is_a_view_that_is_read_and_never_written(records: Records) -> None:
    copybook = """
       01  R.
           05  N   PIC 9.
           05  T OCCURS 0 TO 3 DEPENDING ON N PIC X.
           05  A   PIC X(2).
           05  B   PIC S9(3) COMP-3.
       66  AB RENAMES A THRU B.
       66  BB RENAMES B.
    """
    codec = records(copybook)
    data = b"1xhi\x12\x3d  " + b"3xyzho\x12\x3c"
    expected = [
        {"N": 1, "T": ["x"], "A": "hi", "B": -123, "BB": -123},
        {"N": 3, "T": ["x", "y", "z"], "A": "ho", "B": 123, "BB": 123},
    ]
    assert expected == [{name: row[name] for name in row if name != "AB"} for row in codec.values(data)]
    assert ["N", "T", "A", "B"] == list(codec.codec.layout.columns())
    assert ["AB", "BB"] == [view.name for view in codec.codec.layout.views]
    assert "BB" == getattr(codec.codec.layout.find("bb"), "column", "")
    assert data == codec.again(data)
