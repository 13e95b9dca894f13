"""Layout files are read strictly, and every fault is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.json import JSON
from adapters.json.layouts import read_layout
from hrbus.spi import ConfigError, Field, Type
from hrbus.testing import a_context


def read(folder: Path, text: str) -> dict[str, Field]:
    (folder / "l.yaml").write_text(text, encoding="utf-8")
    return read_layout(folder / "l.yaml", shown="layouts/l.yaml").columns()


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("name", ["order", "result", "order-answer"])
def test_the_layouts_that_ship_can_be_read(root: Path, name: str) -> None:
    assert "external_id" in read_layout(root / f"mappings/layouts/{name}.yaml").columns()


def test_types_have_their_bounds(tmp_path: Path) -> None:
    fields = "a: text(5) required, b: integer(4), c: decimal(7.3), d: {e: boolean}, f: [float]"
    found = read(tmp_path, f"layout: l\nfields: {{{fields}}}\n")
    assert (Type.TEXT, 5, True) == (found["a"].type, found["a"].size, found["a"].required)
    assert (Type.INTEGER, 4) == (found["b"].type, found["b"].digits)
    assert (Type.DECIMAL, 7, 3) == (found["c"].type, found["c"].digits, found["c"].scale)
    assert ("e", Type.BOOLEAN) == (found["d.e"].name, found["d.e"].type)
    assert (Type.FLOAT, True) == (found["f"].type, found["f"].many)


def test_a_field_knows_its_line(tmp_path: Path) -> None:
    assert "layouts/l.yaml:3:6" == str(read(tmp_path, "layout: l\nfields:\n  a: text\n")["a"].place)


def test_words_that_yaml_takes_for_something_else_stay_names(tmp_path: Path) -> None:
    assert ["no", "on", "0123"] == list(read(tmp_path, "layout: l\nfields:\n  no: text\n  on: text\n  0123: text\n"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a: txt", "layouts/l.yaml:3:6: a: 'txt' is not a type; did you mean text?"),
        (
            "a: number",
            "layouts/l.yaml:3:6: a: 'number' is not a type; the types are text, integer, decimal, float, boolean",
        ),
        ("a: decimal", "layouts/l.yaml:3:6: a: decimal needs its digits, at most 38; write decimal(5.2) for 999.99"),
        (
            "a: decimal(39.2)",
            "layouts/l.yaml:3:6: a: decimal needs its digits, at most 38; write decimal(5.2) for 999.99",
        ),
        ("a: text(3.1)", "layouts/l.yaml:3:6: a: text has no places behind a point; use decimal(n.s)"),
        ("a: integer(50)", "layouts/l.yaml:3:6: a: an integer has at most 38 digits; take text for longer ones"),
        ("a: boolean(1)", "layouts/l.yaml:3:6: a: boolean has no size; write boolean"),
        ("a: text\n  a: text", "layouts/l.yaml:4:3: a: stands twice; first in line 3; take one away"),
        ("a.b: text", "layouts/l.yaml:3:3: 'a.b' cannot be a field; no dots, and no underscore in front"),
        ("_id: text", "layouts/l.yaml:3:3: '_id' cannot be a field; no dots, and no underscore in front"),
        ("a: {}", "layouts/l.yaml:3:6: a: no fields; name at least one"),
        (
            "a: [text, text]",
            "layouts/l.yaml:3:6: a: expected a list of one item, which describes every item; - dimension: text",
        ),
        ("a: &x text\n  b: *x", "layouts/l.yaml:4:6: alias *x; write the fields out"),
    ],
)
def test_a_fault_names_its_place_and_what_to_write(tmp_path: Path, line: str, said: str) -> None:
    assert [said] == faults(tmp_path, f"layout: l\nfields:\n  {line}\n")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    assert 2 == len(faults(tmp_path, "layout: l\nfields:\n  a: txt\n  b:\n    c: int\n"))


@pytest.mark.parametrize("text", ["", "layout: l\n", "- a\n", "fields:\n  a: text\n", "layout: l\nfields: text\n"])
def test_a_file_that_is_no_layout_says_how_one_begins(tmp_path: Path, text: str) -> None:
    assert "begin with: layout: NAME" in faults(tmp_path, text)[-1]


def test_what_is_not_yaml_is_told_with_its_place(tmp_path: Path) -> None:
    assert faults(tmp_path, "layout: [\n")[0].startswith("layouts/l.yaml:2:1: not YAML:")


def test_a_tag_makes_nothing(tmp_path: Path) -> None:
    assert faults(tmp_path, "layout: l\nfields:\n  a: !!python/object/apply:os.system [x]\n")


def test_a_layout_nested_without_end_is_refused(tmp_path: Path) -> None:
    deep = "{a: " * 40 + "text" + "}" * 40
    assert "more than 20 levels; make it flatter" in faults(tmp_path, f"layout: l\nfields: {deep}\n")[0]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"layouts/none\.yaml: cannot be read"):
        read_layout(tmp_path / "none.yaml", shown="layouts/none.yaml")


def test_a_layout_outside_of_the_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="leads out of the site"):
        JSON.make(JSON.settings.model_validate({"layout": "../../etc/passwd"}), a_context(tmp_path))
