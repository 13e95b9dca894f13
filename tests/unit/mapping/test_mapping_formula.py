from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from hrbus.errors import ConfigError
from hrbus.mapping.kinds import Kind
from hrbus.mapping.sql import Formula, compile_formula
from hrbus.spi import Field, Layout, Type
from tests.unit.mapping.samples import LAYOUT

ROW = {"NO": 7, "FAMILY": "Lovelace", "GIVEN": "Ada", "STATUS": None, "PAY": Decimal("10.05"), "OPEN": True}


def compiled(text: str) -> Formula:
    found = compile_formula(text, lambda name, offset: LAYOUT.find(name))
    assert found
    return found


def reckoned(text: str, **changes: Any) -> Any:
    formula = compiled(text)
    row = {**ROW, **changes}
    schema = {field.column: Kind.of(field).dtype for field in formula.fields} or {"none": pl.Int64()}
    frame = pl.DataFrame([{name: row.get(name) for name in schema}], schema=schema)
    columns = [pl.col(field.column) for field in formula.fields]
    if formula.bad and frame.select(formula.bad(*columns)).item():
        return "bad"
    return frame.select(formula.value(*columns)).item()


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        compiled(text)
    (fault,) = caught.value.faults
    return f"{fault.place.column if fault.place else 0}: {fault.message}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CASE WHEN \"GIVEN\" = 'Ada' THEN 'yes' ELSE 'no' END", "yes"),
        ("CASE \"GIVEN\" WHEN 'Bo' THEN 'b' WHEN 'Ada' THEN 'a' END", "a"),
        ("CASE WHEN STATUS = 'A' THEN 'yes' END", None),
        ("COALESCE(STATUS, \"GIVEN\", 'x')", "Ada"),
        ("NULLIF(\"GIVEN\", 'Ada')", None),
        ("GIVEN || ' ' || FAMILY", "Ada Lovelace"),
        ("GIVEN || STATUS", None),
        ("CONCAT(GIVEN, STATUS)", "Ada"),
        ("UPPER(SUBSTRING(FAMILY, 1, 4))", "LOVE"),
        ("LEFT(FAMILY, 2) || RIGHT(FAMILY, 2)", "Loce"),
        ("TRIM(LEADING 'L' FROM FAMILY)", "ovelace"),
        ("REPLACE(FAMILY, 'ove', '')", "Llace"),
        ("LENGTH(FAMILY)", "8"),
        ("NO * 2 - 1", "13"),
        ("PAY * 0.05", "0.5025"),
        ("ROUND(PAY * 0.05, 2)", "0.50"),
        ("ROUND(0.125, 2)", "0.12"),
        ("ROUND(-0.135, 2)", "-0.14"),
        ("ROUND(PAY / 3, 2)", "3.35"),
        ("ROUND(1 / -8, 2)", "-0.12"),
        ("ROUND(-PAY / 4)", "-3"),
        ("CAST(PAY / 4 AS DECIMAL(9, 1))", "2.5"),
        ("CAST(NO AS VARCHAR) || 'x'", "7x"),
        ("CAST('0042' AS INTEGER) + 1", "43"),
        ("ABS(-PAY)", "10.05"),
        ("PAY > 10 AND NOT NO = 8", True),
        ("STATUS IS NULL OR GIVEN IS NULL", True),
        ("NO BETWEEN 7 AND 9", True),
        ("GIVEN IN ('Ada', 'Bo')", True),
        ("GIVEN NOT IN ('Ada', 'Bo')", False),
        ("FAMILY LIKE 'L_v%'", True),
        ("FAMILY LIKE 'l%'", False),
        ("CASE WHEN OPEN THEN 1 ELSE 2.5 END", "1.0"),
        ("ROUND(PAY / (NO - 7), 2)", "bad"),
        ("CASE WHEN NO <> 7 THEN ROUND(PAY / (NO - 7), 2) ELSE 0 END", "0.00"),
        ("COALESCE(PAY, ROUND(PAY / (NO - 7), 2))", "10.05"),
        ("CAST(GIVEN AS DECIMAL(5, 2))", "bad"),
        ("CAST(PAY AS DECIMAL(3, 2))", "bad"),
    ],
)
def test_it_means_what_sql_means(text: str, expected: object) -> None:
    assert expected == reckoned(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("PAY / 2", "1: a division must say how it is rounded"),
        ("1 + SUM(PAY)", "5: SUM is not allowed in a formula"),
        ("SELECT 1", "8: SELECT is not allowed in a formula"),
        ("(SELECT 1)", "9: SUBQUERY is not allowed in a formula"),
        ("DROP TABLE x", "12: DROP is not allowed in a formula"),
        ("SQRT(PAY)", "1: SQRT is not allowed in a formula"),
        ("POWER(PAY, 2)", "1: POWER is not allowed in a formula"),
        ("LPAD(GIVEN, 100000000, 'x')", "1: PAD is not allowed in a formula"),
        ("ROW_NUMBER() OVER ()", "1: WINDOW is not allowed in a formula"),
        ("read_csv('/etc/passwd')", "1: READ_CSV is not allowed in a formula"),
        ("*", "1: STAR is not allowed in a formula"),
        ("COLUMNS('x')", "1: COLUMNS is not allowed in a formula"),
        ("t.PAY + 1", "1: only a field may stand here"),
        ("CAST(PAY AS DOUBLE)", "6: CAST to DOUBLE is not allowed"),
        ("GIVEN + 1", "1: text, numbers and conditions cannot be mixed here"),
        ("GIVEN || NO", "10: text should stand here"),
        ("STATUS = ''", "1: blank text is NULL, so nothing equals ''"),
        ("STATUS = NULL", "1: nothing equals NULL"),
        ("1e3 + 1", "1: the number 1e3 must be written with digits and a point"),
        ("ROUND(PAY, NO)", "1: a whole number from 0 to 12 should stand here, written out"),
        ("GIVEN; FAMILY", "1: must be one expression"),
        ("", "1: must be one expression"),
        ("GIVEN = 'x", "1: the formula cannot be read: is a quote closed?"),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_its_column(text: str, message: str) -> None:
    assert message == refused(text)


def test_a_result_that_could_overflow_is_refused_before_any_data() -> None:
    assert refused(" * ".join(["PAY"] * 5)).endswith("the result may need 45 digits, 10 of them decimals")


def nested(inner: str, times: int) -> str:
    """Return ``inner`` with each A made eighty of them, so many times over."""
    return "REPLACE(" * times + inner + f", 'A', '{'A' * 80}')" * times


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (nested("STATUS", 4), 80**3),
        (nested("'A'", 4), 80**3),
        (nested("LEFT(GIVEN, 2)", 3), 2 * 80**3),
        (nested("SUBSTRING(GIVEN, 2, 2)", 3), 2 * 80**3),
        (nested("CAST(NO AS VARCHAR)", 3), 10 * 80**2 * 80),
        (nested("COALESCE(STATUS, 'AAA')", 3), 3 * 80**3),
        (nested("CASE WHEN OPEN THEN STATUS ELSE 'AAA' END", 3), 3 * 80**3),
        (nested("NULLIF(STATUS, 'B')", 3), 80**3),
        (nested("GIVEN || FAMILY", 3), 60 * 80**2),
        (nested("CONCAT(GIVEN, FAMILY)", 3), 60 * 80**2),
        (nested("UPPER(TRIM(GIVEN))", 3), 30 * 80**2),
    ],
)
def test_a_text_that_could_grow_without_bound_is_refused_before_any_data(text: str, size: int) -> None:
    assert refused(text).endswith(f": the result may grow to {size} characters")


def test_a_field_without_a_bound_counts_a_thousand_characters_until_one_is_set() -> None:
    layout = Layout("open", (Field("NOTE", "NOTE", Type.TEXT),))
    text = "REPLACE({}, 'a', '" + "b" * 101 + "')"
    with pytest.raises(ConfigError, match=r"may grow to 101000 characters; LEFT\(.* 100000 characters are the most"):
        compile_formula(text.format("NOTE"), lambda name, offset: layout.find(name))
    assert compile_formula(text.format("LEFT(NOTE, 100)"), lambda name, offset: layout.find(name))


def test_letters_may_be_written_out_one_after_the_other() -> None:
    text = "FAMILY"
    for old, new in {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}.items():
        text = f"REPLACE({text}, '{old}', '{new}')"
    assert "Graessoe" == reckoned(text, FAMILY="Gräßö")


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    assert refused("(" * 4000 + "1" + ")" * 4000) == "1: the formula nests too deep"


def test_a_long_sum_compiles_in_time() -> None:
    assert str(7 * 30) == reckoned(" + ".join(["NO"] * 30))
