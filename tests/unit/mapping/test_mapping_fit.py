"""What a mapping writes fits its field, or the mapping says what happens: the proof, and what it is worth."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus import hrxml, mapping
from hrbus.errors import ConfigError
from hrbus.mapping import Mapping, Run, fit
from hrbus.mapping.converters import Step, known
from hrbus.mapping.kinds import TEXT, Kind, from_text, to_text
from hrbus.mapping.leaf import pipes
from hrbus.mapping.ranges import ANY, Range
from hrbus.mapping.reference import TABLES
from hrbus.mapping.tables import Table
from hrbus.spi import RECORD, Batch, Origin, Reject, Stage, Type
from hrbus.values import OFFSET, Documents

PATH = "Candidate/UserArea/Application/Language"
DOCUMENT = """document:
  Candidate:
    UserArea:
      Application:
        Language: {leaf}
tables:
  colours: {{R: red, B: blue}}
  words: {{A: advance, H: 王}}
"""


def codec_of(picture: str, encoding: str = "cp037", **more: Any) -> CobolCodec:
    record = parse(f"01 REC. 05 F {picture}. 05 G PIC X(8).", "rec.cpy").record()
    return CobolCodec(CobolSettings(copybook="rec.cpy", encoding=encoding, **more), record)


class Site:
    """Mappings of one field."""

    def __init__(self, vocabulary: hrxml.Vocabulary, folder: Path) -> None:
        self.vocabulary = vocabulary
        self.folder = folder

    def make(self, leaf: str, codec: CobolCodec, rest: str = "drop:\n  G: unused\n") -> Mapping:
        file = self.folder / "m.yaml"
        file.write_text(f"mapping: one field\nlayout: rec\n{DOCUMENT.format(leaf=leaf)}{rest}", "utf-8")
        return mapping.load(
            file,
            layout_of=lambda name: codec.layout,
            vocabulary=self.vocabulary,
            tables=self.folder,
            name="m.yaml",
        )

    def said(self, leaf: str, codec: CobolCodec, held: Range = ANY) -> list[str]:
        return [str(fault) for fault in fit.misfits(self.make(leaf, codec), codec.layout, {PATH: held})]


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(hrxml.load("2.5", root / "hrxml_schemas"), tmp_path_factory.mktemp("fit"))


def written(made: Mapping, codec: CobolCodec, texts: list[str]) -> tuple[pl.DataFrame, list[Reject], pl.DataFrame]:
    """Return what a mapping makes of documents, the rejects of all stages, and what stands in the file."""
    trees = [{"UserArea": {"Application": {"Language": text}}} for text in texts]
    frame = pl.DataFrame({RECORD: range(1, len(texts) + 1), OFFSET: [0] * len(texts), "Candidate": trees})
    batch = made.out(Documents(frame, (), "Candidate"))
    stream = io.BytesIO()
    rejects = [*batch.rejects]
    for each in codec.encode([Batch(batch.frame)], stream):
        rejects += each.rejects
    stream.seek(0)
    read = [each.frame for each in codec.decode(stream, Origin("a.dat"))]
    return batch.frame, rejects, pl.concat(read) if read else pl.DataFrame()


# --- what it catches, and what it lets through ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leaf", "picture", "held", "fault"),
    [
        (
            "F",
            "PIC X(5)",
            ANY,
            "text of any length may come, and F holds 5 characters; any character may come, and F holds those of "
            "cp037 alone; write F | reject, or F | reject | cut(5)",
        ),
        (
            "F | upper",
            "PIC X(5)",
            Range(longest=6, signs=frozenset("AB")),
            "text of 6 characters may come, and F holds 5 characters; "
            "write F | cut(5) | upper, or F | reject | upper",
        ),
        (
            "F",
            "PIC X(5)",
            Range.of_texts(["short", "longer"]),
            "'longer' may come, and F holds 5 characters; write F | reject",
        ),
        (
            "F",
            "PIC X(5)",
            Range(longest=5, signs=frozenset("A王镕喆伟")),
            "U+4F1F, U+5586, U+738B … may come, and cp037 of F has no such character; write F | reject",
        ),
        (
            "F | number(2)",
            "PIC X(5)",
            Range.number(Decimal(0), Decimal(100), 0),
            "text of 6 characters such as 100.00 may come, and F holds 5 characters; "
            "write F | cut(5) | number(2), or F | reject | number(2)",
        ),
        (
            "F | number",
            "PIC 9(3)PP",
            ANY,
            "a number with digits that F does not keep may come (PIC 9(3)PP); write F | reject | number",
        ),
        ("F | trim", "COMP-1", ANY, ""),
        ("F", "COMP-1", ANY, "a number of any size may come, and F is a float; write F | reject"),
    ],
)
def test_what_may_not_fit_is_told_with_the_longest_value_and_what_to_write(
    site: Site, leaf: str, picture: str, held: Range, fault: str
) -> None:
    if not fault:
        with pytest.raises(ConfigError, match="takes text"):
            site.said(leaf, codec_of(picture), held)
        return
    assert [f"m.yaml:7:19: {PATH}: {fault}"] == site.said(leaf, codec_of(picture), held)


@pytest.mark.parametrize(
    ("leaf", "picture", "held"),
    [
        ("F | reject", "PIC X(5)", ANY),
        ("F | reject | cut(5)", "PIC X(5)", ANY),
        ("F | cut(5)", "PIC X(5)", Range(signs=frozenset("abc "))),
        ("F | table(colours)", "PIC X", ANY),
        ("F | boolean(Y, N)", "PIC X", ANY),
        ("F | digits(8)", "PIC X(8)", ANY),
        ("F | digits(8)", "PIC 9(8)", ANY),
        ("F | number", "PIC S9(3)V99 COMP-3", ANY),
        ("F", "PIC 9(4)", ANY),
        ("F | date(%Y%m%d)", "PIC X(8)", ANY),
        ("F | date(%d.%m.%Y)", "PIC X(10)", ANY),
        ("F | datetime(%Y%m%d%H%M, Asia/Shanghai)", "PIC X(12)", ANY),
        ("F | scale(0..10, 0..100)", "PIC X(7)", ANY),
        ("F | scale(A:E, 0..100)", "PIC X", ANY),
        ("F | country(alpha2, alpha3)", "PIC XX", ANY),
        ("F | phone(CN)", "PIC X(20)", ANY),
        ("F | resident_id", "PIC X(18)", ANY),
        ("F | iban", "PIC X(34)", ANY),
        ("F | number(2)", "PIC X(31)", ANY),
        ("F", "PIC X(6)", Range(longest=6, signs=frozenset("AÉ"))),
        ("F", "PIC X(6)", Range.of_texts(["Hold", "Reject"])),
    ],
)
def test_what_fits_in_any_case_is_let_through(site: Site, leaf: str, picture: str, held: Range) -> None:
    assert [] == site.said(leaf, codec_of(picture), held)


@pytest.mark.parametrize(
    ("encoding", "longest", "fits"),
    [
        ("gb18030", 7, True),
        ("gb18030", 8, False),
        ("gbk", 15, True),
        ("gbk", 16, False),
        ("cp935", 14, True),
        ("cp935", 15, False),
        ("utf-8", 10, True),
        ("utf-8", 11, False),
    ],
)
def test_a_field_is_measured_in_the_bytes_of_its_code_page(
    site: Site, encoding: str, longest: int, fits: bool
) -> None:
    signs = frozenset("王伟") if encoding != "gb18030" else None
    held = Range(longest=longest, signs=signs)
    assert fits is (site.said("F", codec_of("PIC X(30)", encoding), held) == [])


def test_a_replacement_that_is_agreed_makes_a_character_fit(site: Site) -> None:
    held = Range(longest=3, signs=frozenset("A€"))
    assert [] == site.said("F", codec_of("PIC X(9)", replace={"€": "EUR"}), held)
    assert [] != site.said("F", codec_of("PIC X(3)", replace={"€": "EUR"}), held)
    assert [] != site.said("F", codec_of("PIC X(9)"), held)


def test_the_words_of_a_table_are_held_against_the_code_page(site: Site) -> None:
    made = site.make("F | table(words)", codec_of("PIC X"))
    assert [] == list(fit.misfits(made, codec_of("PIC X").layout, {}))
    assert fit.documents(made, codec_of("PIC X").layout)[PATH] == Range.of_texts(["advance", "王"])


def test_what_a_route_reads_bounds_what_it_writes(site: Site) -> None:
    source, target = codec_of("PIC X(20)"), codec_of("PIC X(20)")
    held = fit.documents(site.make("F | trim", source), source.layout)
    assert [] == list(fit.misfits(site.make("F | trim", target), target.layout, held))
    narrow = codec_of("PIC X(19)")
    (fault,) = fit.misfits(site.make("F | trim", narrow), narrow.layout, held)
    assert "text of 20 characters may come, and F holds 19 characters" == fault.message


def test_a_text_of_another_page_is_held_against_its_characters(site: Site) -> None:
    source, target = codec_of("PIC X(20)", "cp935"), codec_of("PIC X(20)", "cp1388")
    held = fit.documents(site.make("F | trim", source), source.layout)
    assert [] == list(fit.misfits(site.make("F | trim", codec_of("PIC X(20)", "cp935")), source.layout, {}))[1:]
    (fault,) = fit.misfits(site.make("F | trim", target), target.layout, held)
    assert "which may take" in fault.message


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        ("const(ABCDEFGHI)", "'ABCDEFGHI' may come, and G holds 8 characters"),
        ("const(王)", "'王' may come, and cp037 of G has not all of it"),
        ("run(moment)", "text of 25 characters may come, and G holds 8 characters"),
        ("const(ABC)", ""),
        ('run(date, "%Y%m%d")', ""),
        ("run(sequence)", ""),
    ],
)
def test_what_fields_are_filled_with_is_held_against_them(site: Site, fill: str, message: str) -> None:
    codec = codec_of("PIC X")
    made = site.make("F | reject", codec, f"fill:\n  G: {fill}\n")
    faults = list(fit.misfits(made, codec.layout, {}))
    assert ([message] if message else []) == [fault.message for fault in faults]


def test_a_number_of_the_run_that_has_outgrown_its_field_stops_the_run(site: Site) -> None:
    codec = codec_of("PIC 9(2)")
    made = site.make("G | reject", codec, "fill:\n  F: run(sequence)\n")
    moment = datetime(2026, 11, 25, tzinfo=UTC)
    assert [99] == made.out(documents(["A"]), Run(moment, 99)).frame["F"].to_list()
    with pytest.raises(ConfigError, match="F is to be filled with 100, which it cannot hold; widen the field"):
        made.out(documents(["A"]), Run(moment, 100))


def test_reject_must_stand_right_behind_its_field(site: Site) -> None:
    with pytest.raises(ConfigError, match=r"reject must stand right behind the field; write F \| reject \| …"):
        site.make("F | trim | reject", codec_of("PIC X"))


# --- at run time ----------------------------------------------------------------------------------------------------


def test_a_text_that_is_to_be_rejected_is_and_the_others_go_on(site: Site) -> None:
    codec = codec_of("PIC X(5)")
    _, rejects, read = written(site.make("F | reject", codec), codec, ["hello", "longer", "王", "world"])
    told = [(reject.stage, reject.record, reject.reason) for reject in rejects]
    assert told == [
        (Stage.MAP, 2, f"reject backwards: the value of {PATH} is longer than the 5 characters of its field"),
        (Stage.ENCODE, 3, "the text has a character that PIC X(5) cannot hold: cp037 has no U+738B"),
    ]
    assert ["hello", "world"] == read["F"].to_list()


@pytest.mark.parametrize(("encoding", "text"), [("cp037", "longer"), ("gb18030", "王伟王"), ("cp935", "王伟")])
def test_a_value_beyond_the_range_that_was_proven_is_rejected_and_never_cut(
    site: Site, encoding: str, text: str
) -> None:
    codec = codec_of("PIC X(5)", encoding)
    assert [] == site.said("F", codec, Range(longest=1, signs=frozenset("AB王" if encoding != "cp037" else "AB")))
    _, rejects, read = written(site.make("F", codec), codec, ["A", text])
    assert [Stage.ENCODE] == [reject.stage for reject in rejects]
    assert ["A"] == read["F"].to_list()


# --- what the proof is worth ----------------------------------------------------------------------------------------

PICTURES = ("PIC X({n})", "PIC 9({n})", "PIC S9({n})V9", "PIC S9({n})V99 COMP-3", "PIC 9({n}) COMP", "PIC N({n})",
            "PIC X({n}) JUSTIFIED RIGHT", "PIC Z(5)9", "PIC 9({n})PP")  # fmt: skip
ENCODINGS = ("cp037", "gb18030", "cp935", "utf-8", "ascii")
CALLS = ("", "trim", "upper", "lower", "title", "cut({k})", "digits({k})", "number({k})", "number", "integer",
         "table(colours)", "table(words)", "boolean(Y, N)", "boolean(1, 0)", "blank(0)", "blank(x)", "default(7)",
         "date(%Y%m%d)", "date(%d.%m.%Y)", "datetime(%Y%m%d%H%M, Asia/Shanghai)", "scale(0..10, 0..100)",
         "scale(A:E, 0..100)", "country(alpha2, alpha3)", "money(CNY)", "minor(CNY)", "phone(CN, national)",
         "phone(CN, international)", "resident_id", "check(luhn)", "iban")  # fmt: skip
ALPHABETS = ("AB ", "ab1 ", "0123456789", "0123456789.-", "A王伟", "éß", "😀王", "A€")
KNOWN_TEXTS = (
    *("red", "blue", "advance", "王", "true", "false", "2026-11-25", "9999-12-31", "2026-11-25T23:30:00+08:00"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "100", "0.05", "-12.5", "99999999", "CHN", "DEU", "CNY", "E"),
    *("+8613800138000", "+41446681800", "11010519491231002X", "DE89370400440532013000", "79927398713", "20261125"),
)


@st.composite
def inputs(draw: st.DrawFn) -> tuple[Range, list[str]]:
    """Return a range, and texts that are in it."""
    if draw(st.booleans()):
        texts = draw(st.lists(st.sampled_from(KNOWN_TEXTS), min_size=1, max_size=6))
        return draw(st.sampled_from([ANY, Range.of_texts(texts)])), texts
    alphabet, longest = draw(st.sampled_from(ALPHABETS)), draw(st.integers(1, 12))
    texts = draw(st.lists(st.text(alphabet, min_size=1, max_size=longest), min_size=1, max_size=6))
    return Range(longest=longest, signs=frozenset(alphabet)), texts


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    picture=st.sampled_from(PICTURES),
    encoding=st.sampled_from(ENCODINGS),
    calls=st.lists(st.sampled_from(CALLS), max_size=2),
    n=st.integers(1, 12),
    k=st.integers(1, 8),
    given=inputs(),
)
def test_nothing_that_the_proof_lets_through_is_refused_or_changed_by_the_codec(
    site: Site, picture: str, encoding: str, calls: list[str], n: int, k: int, given: tuple[Range, list[str]]
) -> None:
    held, texts = given
    codec = codec_of(picture.format(n=n), encoding)
    leaf = " | ".join(["F", *(call.format(k=k) for call in calls if call)])
    try:
        made = site.make(leaf, codec)
    except ConfigError:
        assume(False)
    assume("F" in made.out(documents(texts)).frame.columns)
    assume(not list(fit.misfits(made, codec.layout, {PATH: held})))
    present = [text for text in texts if made.out(documents([text])).frame["F"].drop_nulls().len()]
    assume(present)
    frame, rejects, read = written(made, codec, present)
    assert [] == [reject.reason for reject in rejects if reject.stage is Stage.ENCODE]
    assert [bare(value) for value in frame["F"]] == [bare(value) for value in read["F"]]


def documents(texts: list[str]) -> Documents:
    trees = [{"UserArea": {"Application": {"Language": text}}} for text in texts]
    frame = pl.DataFrame({RECORD: range(1, len(texts) + 1), OFFSET: [0] * len(texts), "Candidate": trees})
    return Documents(frame, (), "Candidate")


def bare(value: Any) -> Any:
    """Return a value as a file holds it: blanks at the edge of text are the field's filling."""
    return value.strip() if isinstance(value, str) else value


# --- ranges ---------------------------------------------------------------------------------------------------------

FREE_CALLS = [call.format(k=4) for call in CALLS if call]
KINDS = (TEXT, Kind(Type.INTEGER, 8, signed=False), Kind(Type.DECIMAL, 7, 2), Kind(Type.INTEGER, 4))


def holds(found: Range, text: str) -> bool:
    """Say whether a text is in a range."""
    if found.texts is not None:
        return text in found.texts
    fits = (found.longest is None or len(text) <= found.longest) and (found.signs is None or found.signs >= set(text))
    if found.least is None and found.greatest is None:
        return fits
    number = Decimal(text)
    low, high = found.least is None or number >= found.least, found.greatest is None or number <= found.greatest
    return fits and low and high


def step_of(call: str, kind: Kind) -> Step | None:
    (found,) = pipes(call)
    try:
        return known()[found.name].make(found.arguments or (), kind, {**TABLES, "words": Table({"A": "王"})})
    except ValueError:
        return None


STEPS = [
    pytest.param(step, kind, id=f"{call} {kind.name} {kind.digits}.{kind.scale}")
    for call in FREE_CALLS
    for kind in KINDS
    if (step := step_of(call, kind))
]


@pytest.mark.parametrize(("made", "kind"), STEPS)
@settings(max_examples=30, deadline=None)
@given(given=inputs())
def test_what_comes_out_of_a_converter_is_in_the_range_that_it_tells(
    made: Step, kind: Kind, given: tuple[Range, list[str]]
) -> None:
    assert made.backward is not None
    held, texts = given
    column = pl.DataFrame({"t": texts}, schema={"t": pl.String}).lazy()
    read = from_text(pl.col("t"), made.forward.gives)
    out = column.select(to_text(made.backward.apply(read).cast(kind.dtype), kind).alias("o")).collect()["o"]
    if made.forward.gives.type is not Type.TEXT:
        held = Range.of(made.forward.gives)
    after = made.backward.after(held)
    assert [] == [text for text in out.drop_nulls() if not holds(after, text)]


@pytest.mark.parametrize(("made", "kind"), STEPS)
@settings(max_examples=30, deadline=None)
@given(given=inputs())
def test_what_a_converter_puts_into_a_document_is_in_the_range_that_it_tells(
    made: Step, kind: Kind, given: tuple[Range, list[str]]
) -> None:
    held, texts = given
    column = pl.DataFrame({"t": texts}, schema={"t": pl.String}).lazy()
    value = made.forward.apply(from_text(pl.col("t"), kind).cast(kind.dtype))
    out = column.select(to_text(value, made.forward.gives).alias("o")).collect()["o"]
    after = made.forward.after(held if kind.type is Type.TEXT else Range.of(kind))
    assert [] == [text for text in out.drop_nulls() if not holds(after, text)]


@settings(max_examples=200, deadline=None)
@given(one=inputs(), other=inputs())
def test_a_join_holds_both_and_a_meet_what_is_in_both(
    one: tuple[Range, list[str]], other: tuple[Range, list[str]]
) -> None:
    joined, met = one[0].join(other[0]), one[0].meet(other[0])
    texts = [text for text in (*one[1], *other[1]) if holds(one[0], text) or holds(other[0], text)]
    assert [] == [text for text in texts if not holds(joined, text)]
    both = [text for text in texts if holds(one[0], text) and holds(other[0], text)]
    assert [] == [text for text in both if not holds(met, text)]
