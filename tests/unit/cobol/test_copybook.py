"""What copybooks say, and what is said about those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.cobol import COBOL
from adapters.cobol.copybook import Item, parse, read
from adapters.cobol.picture import Category, PictureError
from adapters.cobol.picture import parse as picture
from hrbus.spi import ConfigError, Fault, Type

REST = "PIC X."


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(text, "a.cpy").record()
    return caught.value.faults


def sizes(text: str) -> list[tuple[str, int, int]]:
    return [(i.name, i.offset, i.size) for i in parse(text, "a.cpy").record().walk()][1:]


@pytest.mark.parametrize(
    ("clause", "size"),
    [
        ("PIC X(7)", 7),
        ("PIC A(3)", 3),
        ("PIC 9(5)", 5),
        ("PIC S9(5)V99", 7),
        ("PIC S9(5) SIGN TRAILING SEPARATE", 6),
        ("PIC S9(5) SIGN IS LEADING SEPARATE CHARACTER", 6),
        ("PIC S9(5) LEADING", 5),
        ("PIC S9(4) COMP", 2),
        ("PIC S9(5) USAGE IS BINARY", 4),
        ("PIC S9(9) COMP-4", 4),
        ("PIC S9(10) COMPUTATIONAL", 8),
        ("PIC S9(18) COMP-5", 8),
        ("PIC S9(19) COMP", 9),
        ("PIC S9(5) COMP-3", 3),
        ("PIC 9(4) PACKED-DECIMAL", 3),
        ("PIC 9(4) COMP-6", 2),
        ("PIC 9(5) COMP-X", 3),
        ("PIC X(3) COMP-X", 3),
        ("COMP-1", 4),
        ("USAGE COMP-2", 8),
        ("PIC N(4)", 8),
        ("PIC G(4) DISPLAY-1", 8),
        ("PIC X(4) NATIONAL", 8),
        ("POINTER", 4),
        ("BINARY-LONG UNSIGNED", 4),
        ("PIC ZZ,ZZ9.99-", 10),
        ("PIC S9(3)PP COMP-3", 2),
        ("PIC VPP99", 2),
    ],
)
def test_every_usage_has_its_size(clause: str, size: int) -> None:
    assert size == parse(f"01 A. 05 B {clause}.", "a.cpy").record().size


def test_offsets_follow_groups_tables_and_redefinitions() -> None:
    text = """
       01  REC.
           05  A            PIC X(2).
           05  B OCCURS 3 TIMES.
               10  C        PIC 99.
               10  D        PIC X.
           05  E            PIC X(4).
           05  F REDEFINES E.
               10  G        PIC 9(2).
           05  H REDEFINES E PIC X(6).
           05  I            PIC X.
    """
    expected = [("A", 0, 2), ("B", 2, 3), ("C", 0, 2), ("D", 2, 1), ("E", 11, 4), ("F", 11, 2), ("G", 0, 2)]
    assert [*expected, ("H", 11, 6), ("I", 17, 1)] == sizes(text)


def test_sync_puts_slack_bytes_before_a_field_or_the_groups_that_begin_with_it() -> None:
    text = """
       01  REC.
           05  A            PIC X.
           05  B            PIC S9(4) COMP SYNC.
           05  C            PIC X.
           05  D            COMP-2 SYNC.
           05  E            PIC X.
           05  F.
               10  G        PIC S9(9) COMP SYNC.
               10  H        PIC X.
           05  I OCCURS 2 TIMES.
               10  J        PIC X.
               10  K        PIC S9(4) COMP SYNC.
    """
    expected = [
        ("A", 0, 1),
        ("B", 2, 2),
        ("C", 4, 1),
        ("D", 8, 8),
        ("E", 16, 1),
        ("F", 20, 5),
        ("G", 0, 4),
        ("H", 4, 1),
    ]
    assert [*expected, ("I", 25, 4), ("J", 0, 1), ("K", 1, 2)] == sizes(text)
    assert 33 == parse(text, "a.cpy").record().size


def test_the_data_division_of_a_program_is_read_as_a_copybook() -> None:
    text = """
       IDENTIFICATION DIVISION.
       PROGRAM-ID. P.
       DATA DIVISION.
       FILE SECTION.
       FD  IN-FILE
           RECORD CONTAINS 3 CHARACTERS.
       01  IN-REC           PIC X(3).
       WORKING-STORAGE SECTION.
       01  OTHER.
           05  B            PIC X(4).
       PROCEDURE DIVISION.
           DISPLAY 'it''s.
    """
    assert [("IN-REC", 3), ("OTHER", 4)] == [(r.name, r.size) for r in parse(text, "p.cob").records]


def test_usage_and_sign_of_a_group_hold_for_its_fields() -> None:
    text = "01 A. 05 B COMP-3. 10 C PIC S9(3). 10 D PIC 9(5) COMP. 05 E SIGN LEADING SEPARATE. 10 F PIC S9."
    assert [("B", 0, 6), ("C", 0, 2), ("D", 2, 4), ("E", 6, 2), ("F", 0, 2)] == sizes(text)


def test_the_fixed_format_has_columns_for_numbers_comments_and_continuation() -> None:
    text = (
        "000100* a comment with a period. 01 X.\n"
        "000200 01  REC.                                                         IDENT\n"
        "000300     05  A-RATHER-LONG-NAME\n"
        "000400         PIC X(20) VALUE 'begins on one line and\n"
        "000500-        ' ends on the next'.\n"
        "000600D    05  DEBUG-ONLY PIC X.\n"
    )
    padded = "\n".join(line.ljust(72) if "begins" in line else line for line in text.splitlines())
    field = parse(padded, "a.cpy").record().children[0]
    assert field.entry.value is not None
    assert field.entry.value.text.split() == ["begins", "on", "one", "line", "and", "ends", "on", "the", "next"]
    assert 1 == len(parse(padded, "a.cpy").record().children)


def test_the_free_format_is_recognised() -> None:
    assert [("B", 0, 3)] == sizes("01 A. *> a comment\n  05 B PIC X(3). *> 05 C PIC X.")
    assert [("B", 0, 3)] == sizes(">>SOURCE FORMAT IS FREE\n                 01 A.\n05 B PIC X(3).")


def test_periods_in_pictures_end_no_entry() -> None:
    assert [("B", 0, 6), ("C", 6, 1)] == sizes("01 A. 05 B PIC ZZ9.99. 05 C PIC X.")
    assert [("B", 0, 7)] == sizes("01 A. 05 B PIC ZZZ,ZZ9.")


def test_fields_without_an_01_make_a_record_of_their_own() -> None:
    assert [("B", 0, 3), ("C", 3, 1)] == sizes("05 B PIC X(3). 05 C PIC X.")


def test_a_record_is_chosen_by_name() -> None:
    book = parse("01 A. 05 B PIC X. 01 C. 05 D PIC XX.", "a.cpy")
    assert (1, 2) == (book.record().size, book.record("c").size)
    with pytest.raises(ConfigError, match="no record CC in the copybook; did you mean C"):
        book.record("CC")


def test_conditions_keep_their_values() -> None:
    record = parse("01 A. 05 B PIC 9. 88 GOOD VALUES ARE 1 THRU 3, 5. 88 BAD VALUE ZERO.", "a.cpy").record()
    (field,) = record.children
    conditions = [(c.name, [(v.text, v.through and v.through.text) for v in c.values]) for c in field.conditions]
    assert [("GOOD", [("1", "3"), ("5", None)]), ("BAD", [("ZERO", None)])] == conditions


def test_copy_takes_a_member_and_replaces_its_text(tmp_path: Path) -> None:
    (tmp_path / "ADDR.cpy").write_text("           05  :TAG:-CITY   PIC X(10).\n           05  OLD-ZIP   PIC X(5).\n")
    main = tmp_path / "main.cpy"
    main.write_text(
        "       01  REC.\n           COPY ADDR REPLACING ==:TAG:== BY ==HOME==\n"
        "               LEADING ==OLD== BY ==NEW==.\n           05  LAST-ONE PIC X.\n"
    )
    assert ["HOME-CITY", "NEW-ZIP", "LAST-ONE"] == [item.name for item in read(main).record().children]


def test_a_member_that_is_not_there_is_named(tmp_path: Path) -> None:
    main = tmp_path / "main.cpy"
    main.write_text("       01  REC.\n           COPY '../secret'.\n")
    with pytest.raises(ConfigError, match=r"main.cpy:2:12: the COPY member \.\./secret is not there"):
        read(main)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("01 A.\n  05 B PIC Q(3).", 2, 12, "PIC Q(3): expected X, A, 9"),
        ("01 A.\n  05 B PIC X(0).", 2, 12, "repeats no times"),
        ("01 A.\n  05 B PICK X.", 2, 8, "expected a clause, found PICK"),
        (
            "01 A.\n  05 B PIC X\n  05 C PIC X.",
            3,
            3,
            "expected a clause, found 05; is the period of the entry before",
        ),
        ("01 A.\n  05 B.", 2, 6, "it has no PIC and no fields below it"),
        ("01 A.\n  05 B PIC X COMP-3.", 2, 6, "PIC X is no number, as COMP-3 needs"),
        (
            "01 A.\n  05 B PIC X.\n  05 C REDEFINES BB PIC X.",
            3,
            18,
            "C redefines BB, which is not there; did you mean B?",
        ),
        ("01 A.\n  05 B OCCURS 2 TO 5 PIC X.", 2, 8, "OCCURS n TO m needs DEPENDING ON"),
        (
            "01 A.\n  05 N PIC 9.\n  05 B OCCURS 0 TO 5 DEPENDING ON M PIC X.",
            3,
            8,
            "B depends on M, which is not there",
        ),
        ("01 A.\n  05 B PIC X VALUE 'open.", 2, 20, "the literal that begins here has no end"),
        ("01 A.\n  99 B PIC X.", 2, 3, "99 is no level number"),
        ("01 A.\n  05 B PIC 9(39).", 2, 12, "39 digits are more than the 38"),
        ("01 A.\n  05 B PIC 9 SIGN LEADING.", 2, 6, "SIGN needs an S in PIC 9"),
        ("01 A PIC X.\n  05 B PIC X.", 1, 4, "a group has no PIC"),
    ],
)
def test_a_fault_names_its_place_and_what_was_expected(text: str, line: int, column: int, message: str) -> None:
    fault = faults(text)[0]
    assert fault.place is not None
    assert ("a.cpy", line, column) == (fault.place.file, fault.place.line, fault.place.column)
    assert message in str(fault)


def test_every_fault_is_told_at_once() -> None:
    assert 3 == len(faults("01 A.\n 05 B PIC Q.\n 05 C PICK X.\n 98 D PIC X.\n 05 E PIC X."))


def test_an_empty_copybook_is_refused() -> None:
    assert "the copybook declares nothing" in str(faults("      * nothing but a comment\n")[0])


@pytest.mark.parametrize(
    ("text", "category", "digits", "scale", "length"),
    [
        ("S9(7)V99", Category.NUMERIC, 9, 2, 9),
        ("9(3)PP", Category.NUMERIC, 3, -2, 3),
        ("PP99", Category.NUMERIC, 2, 4, 2),
        ("X(3)9", Category.TEXT, 0, 0, 4),
        ("$$,$$9.99CR", Category.EDITED, 6, 2, 11),
        ("Z(3)9", Category.EDITED, 4, 0, 4),
        ("+(4)9", Category.EDITED, 4, 0, 5),
        ("$,$$$", Category.EDITED, 3, 0, 5),
        ("-,-", Category.EDITED, 1, 0, 3),
        ("$PP9", Category.EDITED, 1, 3, 2),
        ("99/99/9999", Category.EDITED, 8, 0, 10),
    ],
)
def test_pictures(text: str, category: Category, digits: int, scale: int, length: int) -> None:
    found = picture(text)
    assert (category, digits, scale, length) == (found.category, found.digits, found.scale, found.length)


_NONE = ["", "()", "X(", "9V9V9", "S", "X(99999999999)", "9S", "CR"]
_NONE += [
    "++--9",
    "$$ZZ9",
    "9Z",
    "Z*",
    "9++",
    "Z-Z",
    "+-9",
    "+9-",
    "ZZ$9",
    "--9CR",
    "9CRDB",
    "S+9",
    "+",
    "B",
    "9P9",
    "P9P",
    "9(38)P",
    "VP(30)9(20)",
    "ZZ9P(36)",
]


@pytest.mark.parametrize("text", _NONE)
def test_strings_that_are_no_picture(text: str) -> None:
    with pytest.raises(PictureError):
        picture(text)


def test_the_layout_gives_columns_for_mappings(root: Path) -> None:
    assert COBOL.layout is not None
    layout = COBOL.layout(root / "mappings" / "copybooks" / "APPLREC.cpy")
    columns = layout.columns()
    jobs = columns["APPL-JOB"]
    assert ("APPL-REC", True, 5) == (layout.name, jobs.many, jobs.at_most)
    assert ["JOB-EMPLOYER", "JOB-TITLE", "JOB-FROM", "JOB-TO"] == [child.column for child in jobs.children]
    pay = columns["APPL-PAY-EXPECTED"]
    assert (Type.DECIMAL, 9, 2, True) == (pay.type, pay.digits, pay.scale, pay.signed)
    conditions = {condition.name: condition.values for condition in columns["APPL-STATUS"].conditions}
    assert {"APPL-ACTIVE": (("A", "A"),), "APPL-WITHDRAWN": (("W", "W"),)} == conditions
    assert "PIC S9(7)V99 COMP-3" == pay.note


def test_a_name_that_is_not_unique_is_given_with_its_groups() -> None:
    from adapters.cobol.layout import describe

    text = "01 R. 05 HOME. 10 CITY PIC X. 10 ZIP PIC X. 05 WORK. 10 CITY PIC X."
    assert ["HOME.CITY", "ZIP", "WORK.CITY"] == list(describe(parse(text, "a.cpy").record()).columns())


def test_items_know_their_path() -> None:
    record: Item = parse("01 R. 05 G. 10 FILLER. 15 F PIC X.", "a.cpy").record()
    assert ("R", "G", "F") == list(record.walk())[-1].path()


def test_a_picture_may_begin_with_its_point() -> None:
    record = parse("01 R. 05 A PIC .99.", "a.cpy").record()
    assert [(".99", 3)] == [(item.picture.text, item.size) for item in record.children if item.picture]
