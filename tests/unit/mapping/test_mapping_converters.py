from __future__ import annotations

from decimal import Decimal
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hrbus.errors import ConfigError
from hrbus.mapping.converters import GROUP, Converter, Example, Step, gathered, known
from hrbus.mapping.kinds import TEXT, Kind, from_text, to_text
from hrbus.mapping.leaf import pipes
from hrbus.mapping.reference import TABLES, sampled
from hrbus.spi import Type
from tests.unit.settings.points import point

INTEGER = Kind(Type.INTEGER, 8, signed=False)
MONEY = Kind(Type.DECIMAL, 9, 2)
EXAMPLES = [(converter, example) for converter in sampled().values() for example in converter.examples]


def step(call: str, kind: Kind = TEXT) -> Step:
    (found,) = pipes(call)
    return sampled()[found.name].make(found.arguments or (), kind, TABLES)


def forward(call: str, value: Any, kind: Kind = TEXT) -> str | None:
    made = step(call, kind).forward
    frame = pl.DataFrame({"v": [value]}, schema={"v": kind.dtype})
    return frame.select(to_text(made.apply(pl.col("v")), made.gives).alias("t")).item()  # type: ignore[no-any-return]


def backward(call: str, text: str | None, kind: Kind = TEXT) -> Any:
    made = step(call, kind)
    assert made.backward
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    return frame.select(made.backward.apply(from_text(pl.col("t"), made.forward.gives)).cast(kind.dtype)).item()


@pytest.mark.parametrize(("converter", "example"), EXAMPLES, ids=[f"{e.call} {e.field}" for _, e in EXAMPLES])
def test_every_example_of_the_reference_is_true(converter: Converter, example: Example) -> None:
    value = pl.select(from_text(pl.lit(example.field), example.kind)).item()
    assert example.document == (forward(example.call, value, example.kind) or "")
    if not step(example.call, example.kind).lossy:
        assert from_text_of(value, example) == backward(example.call, example.document or None, example.kind)


def from_text_of(value: Any, example: Example) -> Any:
    return value.strip() if example.call == "trim" else value


def test_every_converter_has_an_example_and_a_summary() -> None:
    assert all(converter.examples and converter.summary.endswith(".") for converter in known().values())


def test_dates_that_are_none_are_null_and_never_guessed() -> None:
    values = ["2024022", " 2024022", "20240230", "20241301", "00000101", "2024-2-1", "２０２４０２２９"]
    assert [None] * 7 == [forward("date(%Y%m%d)", value) for value in values]


def test_a_number_gets_the_leading_zeros_of_its_form_back() -> None:
    assert forward("date(%m%Y)", 32024, Kind(Type.INTEGER, 6)) == "2024-03"
    assert backward("date(%m%Y)", "2024-03", Kind(Type.INTEGER, 6)) == 32024


def test_a_moment_is_written_in_utc_and_read_in_any_zone() -> None:
    call = "datetime(%Y%m%d, Asia/Shanghai)"
    assert forward(call, 20240229, INTEGER) == "2024-02-28T16:00:00Z"
    texts = ["2024-02-28T23:30:00Z", "2024-02-29T00:30:00.125+01:00", "2024-02-29"]
    assert [20240229, 20240229, None] == [backward(call, text, INTEGER) for text in texts]


def test_a_local_time_that_clocks_skipped_or_doubled_is_refused() -> None:
    call = "datetime(%Y%m%d%H%M, Europe/Berlin)"
    assert [None, None] == [forward(call, text) for text in ("202403310230", "202410270230")]


def test_a_scale_rounds_half_to_even_and_refuses_what_is_outside() -> None:
    assert ["0", "1", "2", "2", "2", None] == [
        forward("scale(0..10, 0..5, 0)", n, INTEGER) for n in (1, 2, 3, 4, 5, 11)
    ]
    assert [None, 9] == [backward("scale(0..9, 0..100)", t, INTEGER) for t in ("100.01", "100")]


def test_a_scale_gives_as_many_decimals_as_it_needs_to_come_back() -> None:
    assert forward("scale(0..1000, 0..1)", 1, INTEGER) == "0.001"
    assert backward("scale(0..1000, 0..1)", "0.001", INTEGER) == 1
    assert step("scale(0..100, 0..5, 0)", INTEGER).lossy


def test_a_scale_of_negative_numbers_and_decimals_is_exact() -> None:
    assert forward("scale(-1.5..1.5, 0..3)", Decimal("-0.25"), MONEY) == "1.25"


def test_number_refuses_what_a_cast_would_take() -> None:
    good, bad = ["1", "+1.50", "-0"], ["1e2", " x", "", ".", "1,5", "0x1"]
    assert ["1.00", "1.50", "0.00"] == [forward("number(2)", text) for text in good]
    assert [None] * 6 == [forward("number(2)", text) for text in bad]


def test_a_number_that_does_not_fit_its_field_is_refused() -> None:
    assert backward("number(2)", "1234567.89", MONEY) == Decimal("1234567.89")
    assert backward("number(2)", "12345678.00", MONEY) is None
    assert backward("digits(8)", "-1", INTEGER) is None


def test_a_word_of_two_codes_comes_back_as_the_first() -> None:
    made = step("table(colours)")
    assert [forward("table(colours)", code) for code in ("R", "B", "X")] == ["red", "red", None]
    assert backward("table(colours)", "red") == "R"
    assert made.lossy == "B come back as another code"


def test_a_table_can_say_what_an_unknown_code_becomes() -> None:
    assert [forward("table(colours, other)", code) for code in ("R", "X", None)] == ["red", "other", None]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        ("trim(x)", TEXT, "takes 0 arguments, not 1"),
        ("trim", INTEGER, "takes text, and this is a number"),
        ("cut(0)", TEXT, "'0' is not a whole number from 1 to 1000000"),
        ("blank", TEXT, "takes one or more values that mean: nothing"),
        ("blank(x)", INTEGER, "'x' is not a value of this field"),
        ("table(shapes)", TEXT, "there is no table shapes; declared here: colours, norms"),
        ("boolean(Y, Y)", TEXT, "needs two different values"),
        ("date(%j)", TEXT, "the form '%j' must hold a year, year and month, a date, or a date and time"),
        ("date(%Q)", TEXT, "the form '%Q' must be made of %Y %y %C %j %m %d %H %M %S %f and signs between them"),
        ("date(%y%m%d)", TEXT, "the form '%y%m%d' needs pivot=NN: years from NN on are of the 1900s"),
        ("date(%Y%m%d, pivot=40)", TEXT, "the form '%Y%m%d' needs no pivot"),
        ("scale(A:A, 0..1)", TEXT, "the grades A:A are only one"),
        ("scale(A:E, 0..1)", INTEGER, "takes grades as text, and this is a number"),
        ("percentile(colours)", TEXT, "'R' is not a number"),
        ("money(XYZ)", TEXT, "'XYZ' is no currency of ISO 4217; write one like CNY"),
        ("minor(CNY)", MONEY, "takes a whole number of the smallest unit, and this has decimals"),
        ("phone(ZZ)", TEXT, "'ZZ' is no country of the numbering plans; write one like CN"),
        ("phone(CN, local)", TEXT, "comes back as e164, national, international, not 'local'"),
        ("country(alpha2, alpha2)", TEXT, "needs two different sorts of codes"),
        ("country(alpha2, iso)", TEXT, "knows alpha2, alpha3, numeric, name, not 'iso'"),
        ("check(crc)", TEXT, "knows luhn, mod11-2, mod97-10, not 'crc'"),
        ("name(middle, chinese)", TEXT, "knows the parts family, given, particle, core, not 'middle'"),
        ("date(%d%m)", TEXT, "the form '%d%m' must hold a year, year and month, a date, or a date and time"),
        ("date(%Y-%m)", INTEGER, "the field is a number, so its form cannot hold other signs: '%Y-%m'"),
        ("datetime(%Y%m%d, Mars)", TEXT, "there is no time zone 'Mars'; write one like Asia/Shanghai, or UTC"),
        ("scale(0-9, 0..1)", TEXT, "'0-9' is no scale; write 0..100, or grades such as A:E"),
        ("scale(9..0, 0..1)", TEXT, "the range 9..0 must rise"),
        ("scale(0..1e9, 0..1)", TEXT, "'1e9' is not a number"),
        ("digits(8)", MONEY, "takes a whole number, or digits as text"),
    ],
)
def test_arguments_that_cannot_be_are_refused_in_a_sentence(call: str, kind: Kind, message: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        step(call, kind)
    assert message == str(caught.value)


REVERSE = "tests.unit.mapping.plugin:REVERSE"


def points(*names: str) -> list[EntryPoint]:
    return [EntryPoint(name.lower(), f"tests.unit.mapping.plugin:{name}", GROUP) for name in names]


def test_a_third_party_brings_a_converter_by_an_entry_point() -> None:
    made = gathered(points("REVERSE"))["reverse"].make((), TEXT, {})
    assert pl.select(made.forward.apply(pl.lit("ada"))).item() == "ada"[::-1]


def test_a_third_partys_converter_that_is_not_good_stops_the_start() -> None:
    with pytest.raises(ConfigError) as caught:
        gathered(points("TRIM", "NOTHING", "GONE"))
    mend = "repair or remove that package"
    expected = [
        f"the converter trim of the package ? has the name of a built-in one; {mend}",
        f"the converter nothing of the package ? is a str, not a hrbus.mapping.converters.Converter; {mend}",
        "the converter gone of the package ? cannot be loaded: AttributeError: "
        f"module 'tests.unit.mapping.plugin' has no attribute 'GONE'; {mend}",
    ]
    assert expected == [str(fault) for fault in caught.value.faults]


def test_two_packages_that_bring_one_converter_are_both_refused_by_name(tmp_path: Path) -> None:
    claims = [point("reverse", REVERSE, GROUP, owner, tmp_path) for owner in ("acme-words", "other-words")]
    with pytest.raises(ConfigError) as caught:
        gathered(claims)
    expected = (
        "two packages offer the converter reverse: "
        f"acme-words ({REVERSE}) and other-words ({REVERSE}); remove one of them: pip uninstall PACKAGE"
    )
    assert expected == str(caught.value)


def test_one_converter_seen_twice_is_one(tmp_path: Path) -> None:
    twice = [point("reverse", REVERSE, GROUP, "acme-words", tmp_path) for _ in range(2)]
    assert "reverse" == gathered(twice)["reverse"].name


def test_a_converter_whose_package_breaks_at_import_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breaks_at_import.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=r"the converter x of the package \? cannot be loaded: ZeroDivisionError"):
        gathered([point("x", "breaks_at_import:X", GROUP)])


def test_years_of_two_digits_turn_at_the_pivot_and_come_back() -> None:
    call, kind = "date(%y%m%d, pivot=40)", Kind(Type.INTEGER, 6, signed=False)
    assert ["1940-01-01", "2039-12-31", None] == [forward(call, n, kind) for n in (400101, 391231, 391331)]
    assert [400101, 391231, None, None] == [
        backward(call, text, kind) for text in ("1940-01-01", "2039-12-31", "2040-01-01", "1939-12-31")
    ]


def test_the_day_of_the_year_knows_leap_years() -> None:
    call = "date(%Y%j)"
    assert ["2024-12-31", None, "2023-12-31", None] == [
        forward(call, text) for text in ("2024366", "2023366", "2023365", "2023000")
    ]
    assert "2024060" == backward(call, "2024-02-29")


def test_a_century_digit_reaches_from_1900_to_2099() -> None:
    call = "date(%C%y%m%d)"
    assert ["1900-01-01", "2099-12-31"] == [forward(call, text) for text in ("0000101", "1991231")]
    assert ["0000101", "1991231", None] == [
        backward(call, text) for text in ("1900-01-01", "2099-12-31", "2100-01-01")
    ]


def test_an_hour_that_no_clock_has_is_null() -> None:
    assert [None, None, "2024-02-29T23:59:59"] == [
        forward("date(%Y%m%d%H%M%S)", text) for text in ("20240229240000", "20240229236000", "20240229235959")
    ]


def test_the_first_grade_is_the_best_and_grades_come_back() -> None:
    assert ["100", "75", "50", "25", "0", None] == [forward("scale(A:E, 0..100)", grade) for grade in "ABCDEF"]
    assert list("ABCDE") == [backward("scale(A:E, 0..100)", text) for text in ("100", "75", "50", "25", "0")]
    assert ["B", "C", "A"] == [forward("scale(0..100, A:C)", n, INTEGER) for n in (50, 24, 76)]


def test_a_percentile_is_that_of_the_greatest_score_reached() -> None:
    values = ["0", "19", "20", "37.9999", "38", "1000"]
    assert ["1", "1", "25", "50", "84", "84"] == [forward("percentile(norms)", value) for value in values]
    assert [None, None] == [forward("percentile(norms)", value) for value in ("-1", "many")]


def test_money_is_never_rounded() -> None:
    assert ["1.10", None] == [forward("money(CNY)", text) for text in ("1.1", "1.105")]
    assert [None, "110.0"] == [
        forward("money(JPY)", Decimal("110.5"), Kind(Type.DECIMAL, 6, 1)),
        str(backward("money(JPY)", "110", Kind(Type.DECIMAL, 6, 1))),
    ]
    assert 1234560 == backward("minor(CNY)", "12345.60", INTEGER)


def test_telephone_numbers_come_back_as_the_mapping_says() -> None:
    assert ["+8613800138000", None, None] == [
        forward("phone(CN)", text) for text in ("0086 138-0013-8000", "123", "no number")
    ]
    text = "+8613800138000"
    assert [text, "13800138000", "+86 138 0013 8000"] == [
        backward(f"phone(CN, {form})", text) for form in ("e164", "national", "international")
    ]
    assert "+41446681800" == backward("phone(CN, national)", "+41446681800")


def test_a_resident_number_is_held_against_its_date_and_check_digit() -> None:
    values = ["11010519491231002X", "11010519491231002x", "110105194912310021", "11010519490230002X", "1101051949123"]
    assert [values[0], values[0], None, None, None] == [forward("resident_id", value) for value in values]


def test_check_digits_find_a_digit_that_is_wrong() -> None:
    good = {"luhn": "79927398713", "mod11-2": "07940", "mod97-10": "79444"}
    assert [True] * 3 == [forward(f"check({name})", text) == text for name, text in good.items()]
    assert [None] * 3 == [forward(f"check({name})", "1" + text[1:]) for name, text in good.items()]
    assert [None, None] == [forward("iban", text) for text in ("DE88370400440532013000", "XX")]


def test_codes_of_the_standards_go_both_ways() -> None:
    assert ("CN", "CHN") == (forward("country(alpha3, alpha2)", "CHN"), backward("country(alpha3, alpha2)", "CN"))
    assert 156 == backward("country(numeric, alpha2)", "CN", Kind(Type.INTEGER, 3))
    assert ["004", None] == [backward("country(numeric, alpha2)", "AF"), forward("country(numeric, alpha2)", "998")]
    assert ("zh", "chi") == (
        forward("language(bibliographic, alpha2)", "chi"),
        backward("language(bibliographic, alpha2)", "zh"),
    )
    assert "CNY" == forward("currency(numeric, alpha3)", 156, INTEGER)


@pytest.mark.parametrize(
    ("name", "order", "parts"),
    [
        ("王小明", "chinese", ("王", "小明", None)),
        ("欧阳娜娜", "chinese", ("欧阳", "娜娜", None)),
        ("司马", "chinese", ("司", "马", None)),
        ("诸葛 亮", "chinese", ("诸葛", "亮", None)),
        ("买买提·艾力", "chinese", (None, "买买提·艾力", None)),
        ("Ada Lovelace", "given-family", ("Lovelace", "Ada", None)),
        ("Ludwig van Beethoven", "given-family", ("van Beethoven", "Ludwig", "van")),
        ("Maria de la Cruz", "given-family", ("de la Cruz", "Maria", "de la")),
        ("Suharto", "given-family", ("Suharto", None, None)),
        ("van der Berg Jan", "family-given", ("van der Berg", "Jan", "van der")),
        ("Lovelace, Ada", "family-comma-given", ("Lovelace", "Ada", None)),
        ("Berg, Jan van der", "family-comma-given", ("van der Berg", "Jan", "van der")),
        ("García Márquez, Gabriel", "family-comma-given", ("García Márquez", "Gabriel", None)),
    ],
)
def test_a_name_comes_apart_in_its_order(name: str, order: str, parts: tuple[str | None, ...]) -> None:
    assert parts == tuple(forward(f"name({part}, {order})", name) for part in ("family", "given", "particle"))
