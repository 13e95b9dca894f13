from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from hrbus import yaml
from hrbus.errors import ConfigError, Place


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        yaml.loads(text, "f.yaml")
    return [str(fault) for fault in caught.value.faults]


def test_scalars_stay_text() -> None:
    node = yaml.loads("a: No\nb: 0123\nc: 1:30\nd: ~\ne:\nf: 2026-01-02\ng: 1e3")
    expected = {"a": "No", "b": "0123", "c": "1:30", "d": "~", "e": "", "f": "2026-01-02", "g": "1e3"}
    assert expected == node.plain()


def test_every_node_knows_its_place() -> None:
    node = yaml.loads("a:\n  - x\n  - k: v", "f.yaml")
    assert isinstance(node, yaml.Entries)
    items = node.entries["a"]
    assert isinstance(items, yaml.Items)
    second = items.items[1]
    assert isinstance(second, yaml.Entries)
    assert Place("f.yaml", 1, 1) == node.keys["a"]
    assert Place("f.yaml", 2, 5) == items.items[0].place
    assert Place("f.yaml", 3, 8) == second.entries["k"].place


def test_a_place_inside_a_text_is_found_in_each_style() -> None:
    node = yaml.loads('a: one two\nb: "one two"\nc: |\n    one\n    two\n', "f.yaml")
    assert isinstance(node, yaml.Entries)
    places = [t.at(4) for t in node.entries.values() if isinstance(t, yaml.Text)]
    assert [Place("f.yaml", 1, 8), Place("f.yaml", 2, 9), Place("f.yaml", 5, 5)] == places


def test_the_text_is_split_once_however_many_literal_blocks_it_holds() -> None:
    text = "".join(f"k{number}: |\n  line\n" for number in range(5000))
    splits = []

    def watch(frame: object, event: str, called: object) -> None:
        if event == "c_call" and getattr(called, "__self__", None) is text:
            splits.append(called.__name__)  # type: ignore[attr-defined]

    sys.setprofile(watch)
    try:
        node = yaml.loads(text)
    finally:
        sys.setprofile(None)
    assert {"line\n"} == set(node.plain().values())
    assert 1 == splits.count("split")


def test_flow_and_block_are_told_apart() -> None:
    node = yaml.loads("a: {b: c}\nd:\n  e: f\ng: [h]")
    assert isinstance(node, yaml.Entries)
    flows = [n.flow for n in node.entries.values() if isinstance(n, (yaml.Entries, yaml.Items))]
    assert [True, False, True] == flows


def test_all_faults_come_at_once() -> None:
    expected = [
        "f.yaml:2:1: the key a stands twice; the first is in line 1",
        "f.yaml:3:4: an anchor (&name) is refused; write the value out where it is used",
        "f.yaml:4:4: an alias (*name) is refused; write the value out",
        "f.yaml:5:4: the tag !!int is refused; only !env NAME and !file PATH",
        "f.yaml:6:1: a merge key (<<) is refused; write the entries out",
        "f.yaml:7:1: a key must be plain text",
        "f.yaml:8:4: the tag !x is refused; only !env NAME and !file PATH",
        "f.yaml:9:4: !env needs a name; write !env NAME or !file PATH",
    ]
    assert expected == faults("a: 1\na: 2\nb: &x 1\nc: *x\nd: !!int 3\n<<: {}\n[k]: v\ne: !x [1]\nf: !env ''\n")


def test_a_syntax_error_names_line_and_column() -> None:
    assert faults("a: 1\nb: c: d")[0].startswith("f.yaml:2:5: is not YAML: mapping values are not allowed")


def test_a_character_that_yaml_refuses_is_placed() -> None:
    assert ["f.yaml:2:5: holds a character that YAML does not allow; remove it"] == faults("a: 1\nb: x\x00")
    assert ["f.yaml:1:4: holds a character that YAML does not allow; remove it"] == faults("a: \ud800")


def test_a_second_document_is_refused() -> None:
    assert ["f.yaml:2:1: a second document begins; one document a file: remove the ---"] == faults("a: 1\n--- \nb: 1")


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    assert ["f.yaml:1:101: nests deeper than 100 levels"] == faults("[" * 100_000)


def test_an_empty_file_is_empty_entries() -> None:
    assert {} == yaml.loads("# nothing yet\n").plain()


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes("a: 1\nb: Zoë".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"f\.yaml:2: is not UTF-8 text; save it as UTF-8"):
        yaml.load(file)


def test_a_missing_file_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.yaml: cannot be read: No such file"):
        yaml.load(tmp_path / "gone.yaml", "gone.yaml")


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1")
    assert {"a": "1"} == yaml.load(file).plain()


class TestSecrets:
    def test_they_print_as_stars(self) -> None:
        node = yaml.loads("a: !env TOKEN\nb: !file token.txt")
        assert "{'a': Secret('***'), 'b': Secret('***')}" == str(node.plain())
        assert "TOKEN" not in repr(node)
        assert "*** ***" == " ".join(map(str, yaml.secrets(node)))

    def test_they_are_resolved_when_asked_for(self, tmp_path: Path) -> None:
        (tmp_path / "token.txt").write_text("from a file\n")
        node = yaml.loads("a: !env TOKEN\nb: [!file token.txt]")
        found = node.plain(lambda s: s.resolve({"TOKEN": "from the environment"}, tmp_path))
        assert {"a": "from the environment", "b": ["from a file"]} == found

    def test_one_that_is_missing_is_named_with_its_place(self, tmp_path: Path) -> None:
        node = yaml.loads("a: !env TOKEN\nb: !file token.txt", "f.yaml")
        messages = []
        for secret in yaml.secrets(node):
            with pytest.raises(ConfigError) as caught:
                secret.resolve({}, tmp_path)
            messages.append(str(caught.value).replace(str(tmp_path), "SITE"))
        expected = [
            "f.yaml:1:4: the environment variable TOKEN is not set; set it where hrbus is started: export TOKEN=…",
            "f.yaml:2:4: the secret's file SITE/token.txt cannot be read: No such file or directory; "
            "put the secret there",
        ]
        assert expected == messages


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    port: int = 22
    word: SecretStr | None = None


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str
    inner: Inner | None = None
    many: list[Inner] = Field(default_factory=list)


def test_pydantic_faults_get_places_paths_and_names() -> None:
    text = "inner:\n  prot: 1\n  port: x\nmany:\n  - port: 1\n  - wrod: y\nhots: z\n"
    node = yaml.loads(text, "f.yaml")
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(node.plain())
    expected = [
        "f.yaml:1:1: at.host: is missing; write host: …",
        "f.yaml:3:9: at.inner.port: input should be a valid integer, unable to parse string as an integer",
        "f.yaml:2:3: at.inner.prot: unknown key; did you mean port?",
        "f.yaml:6:5: at.many[1].wrod: unknown key; did you mean word?",
        "f.yaml:7:1: at.hots: unknown key; did you mean host?",
    ]
    assert expected == [str(fault) for fault in yaml.faults_of(caught.value, node, Outer, "at")]


def test_a_formula_that_begins_with_a_quote_is_told_how_to_be_written() -> None:
    with pytest.raises(ConfigError) as caught:
        yaml.loads('a:\n  $sql: "PAY" > 0\n', "m.yaml")
    (fault,) = caught.value.faults
    assert "m.yaml:2" in str(fault)
    assert 'a value that begins with a quote ends with it; write $sql: ("PAY" > 0)' == fault.hint
