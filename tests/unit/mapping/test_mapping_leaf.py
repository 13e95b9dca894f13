from __future__ import annotations

import pytest

from hrbus.mapping.leaf import Call, LeafError, parse, pipes


def test_a_leaf_is_a_field_and_converters() -> None:
    leaf = parse("APPL-NO | trim | date(%Y%m)")
    assert leaf.field == "APPL-NO"
    assert [("trim", None, 10), ("date", ("%Y%m",), 17)] == [(c.name, c.arguments, c.column) for c in leaf.pipes]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("const(ACME)", ("ACME",)),
        ("const()", ()),
        ('const("a, b")', ("a, b",)),
        ("const('a|b')", ("a|b",)),
        ('const("say ""yes""")', ('say "yes"',)),
        ("const(a (b) c)", ("a (b) c",)),
        ("const(https://example.org/?a=1)", ("https://example.org/?a=1",)),
        ('join(" ", A, B.C)', (" ", "A", "B.C")),
        ("f( 0..9 ,0..100 )", ("0..9", "0..100")),
        ("f(Y, )", ("Y", "")),
    ],
)
def test_arguments_are_read_as_written(text: str, arguments: tuple[str, ...]) -> None:
    leaf = parse(text)
    assert leaf.field is None
    assert arguments == leaf.head.arguments


def test_a_field_with_other_signs_stands_in_quotes() -> None:
    assert parse('"PAY (GROSS)" | trim').field == "PAY (GROSS)"
    assert parse("候选人姓名 | trim").field == "候选人姓名"


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("", "a field or converter should stand here", 0),
        ("A |", "a field or converter should stand here", 3),
        ("A trim", "| or the end of the leaf should stand here", 2),
        ("A | f(x", "a comma or ) should stand here", 7),
        ('A | f("x', "a quote is opened and not closed", 6),
        ("A | f(x y)) | z", "| or the end of the leaf should stand here", 10),
    ],
)
def test_a_fault_names_its_column(text: str, message: str, column: int) -> None:
    with pytest.raises(LeafError) as caught:
        parse(text)
    assert (message, column) == (caught.value.message, caught.value.column)


def test_pipes_alone_count_columns_in_their_own_text() -> None:
    assert [("trim", 0), ("upper", 7)] == [(c.name, c.column) for c in pipes("trim | upper")]


@pytest.mark.parametrize(
    "arguments",
    [
        ("N", "X"),
        ("N, X",),
        ("%Y-%m-%dT%H:%M",),
        ("a (b) c",),
        ("a(b",),
        ('say "yes"', "it's"),
        ("",),
        (" a ", "a|b"),
        ("", ""),
        (),
    ],
)
def test_the_spelling_of_a_call_is_read_as_the_same_call_again(arguments: tuple[str, ...]) -> None:
    call = Call("f", arguments, 0)
    assert [call] == [*pipes(call.text)]


def test_arguments_that_need_no_quotes_are_spelled_without() -> None:
    assert "f(N, 0..100, a (b) c)" == Call("f", ("N", "0..100", "a (b) c"), 0).text
