"""Records of an XML file are found by path, bounded, and written so that any reader takes them for what was meant."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from lxml import etree

from adapters.xml import XML
from hrbus.spi import ID, Batch, BatchError, Codec, ConfigError

Make = Callable[..., Codec]
Decode = Callable[[Codec, bytes], list[Batch]]
Encode = Callable[[Codec, list[Batch]], tuple[list[Batch], bytes]]
Read = Callable[..., Batch]

STAFF = """\
  "@no": integer(6) required
  person:
    name: text(20)
    born: text
  pay:
    "@currency": text
    $text: decimal(9.2)
  active: boolean
  skill: [text]
  job:
    - title: text
      from: text
"""
ONE = """\
<Employee no="17"><person><name>Ada &amp; <![CDATA[<Bob>]]></name></person><pay currency="EUR"> 12.5 </pay>
<active>1</active><skill>COBOL</skill><skill/><job><title>Dev</title></job><other><name>x</name></other></Employee>"""


@pytest.fixture
def read(make: Make, decode: Decode) -> Read:
    def found(records: str | bytes, layout: str = STAFF, **settings: Any) -> Batch:
        body = records.encode() if isinstance(records, str) else records
        codec = make(XML, layout, **{"record": "Export/Staff/Employee", **settings})
        [batch] = decode(codec, b"<Export><Staff>" + body + b"</Staff></Export>")
        return batch

    return found


def test_elements_attributes_text_and_repetition_become_columns(read: Read) -> None:
    [row] = read(ONE).frame.rows(named=True)
    assert {
        "_record": 1, "_offset": 15, "@no": 17, "person.name": "Ada & <Bob>", "person.born": None,
        "pay.@currency": "EUR", "pay.$text": Decimal("12.50"), "active": True, "skill": ["COBOL", ""],
        "job": [{"title": "Dev", "from": None}],
    } == row  # fmt: skip


def test_only_elements_at_the_path_are_records(make: Make, decode: Decode) -> None:
    content = b"""<?xml version="1.0"?><!-- <Employee no="9"> --><Export><Employee no="1"/><Staff><Employee no="2">
<Employee no="3"/></Employee><Other><Employee no="4"/></Other><![CDATA[<Employee no="9">]]></Staff>
<Staff a="&gt;>"><Employee no="5" /><?x <Employee no="9"> ?></Staff></Export>"""
    [batch] = decode(make(XML, '  "@no": integer\n', record="Export/Staff/Employee"), content)
    assert [2, 5] == batch.frame["@no"].to_list()
    assert [content.index(b'<Employee no="2'), content.index(b'<Employee no="5')] == batch.frame["_offset"].to_list()


def test_the_root_itself_may_be_the_only_record(make: Make, decode: Decode) -> None:
    codec = make(XML, "  a: integer\n", record="R")
    [batch] = decode(codec, b"<?xml version='1.0'?><R><x/><a>1</a></R>")
    assert [(1, 21, 1)] == batch.frame.rows()


def test_names_without_a_prefix_are_found_in_any_namespace(make: Make, decode: Decode) -> None:
    content = b'<e:E xmlns:e="urn:e"><e:R><e:a>1</e:a></e:R></e:E>'
    [batch] = decode(make(XML, "  a: integer\n", record="E/R"), content)
    assert [(1, content.index(b"<e:R"), 1)] == batch.frame.rows()


def test_names_with_a_prefix_are_found_in_their_namespace_only(make: Make, decode: Decode) -> None:
    content = b'<E xmlns="urn:e" xmlns:y="urn:x"><R><y:a>1</y:a><a>2</a></R></E>'
    codec = make(XML, "  x:a: integer\n  a: integer\n", record="E/R", namespaces={"": "urn:e", "x": "urn:x"})
    assert [(1, 2)] == decode(codec, content)[0].frame.select("x:a", "a").rows()


def test_a_file_may_be_in_any_encoding_that_contains_ascii(make: Make, decode: Decode) -> None:
    content = '<?xml version="1.0" encoding="GB18030"?><部门><员工><姓名>李喆</姓名></员工></部门>'.encode("gb18030")
    [batch] = decode(make(XML, "  姓名: text\n", record="部门/员工"), content)
    assert [("李喆", content.index("<员工>".encode("gb18030")))] == batch.frame.select("姓名", "_offset").rows()


def test_what_is_said_to_be_nil_is_nothing(read: Read) -> None:
    nil = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"'
    assert [(None,)] == read(f'<Employee no="1"><active {nil}/></Employee>').frame.select("active").rows()


@pytest.mark.parametrize(
    ("record", "field", "reason"),
    [
        ('<Employee no="x"/>', "@no", "expected a whole number, found text"),
        ("<Employee/>", "@no", "is required, and absent"),
        (
            '<Employee no="2"><pay>1.005</pay></Employee>',
            "pay.$text",
            "expected a number of at most 9 digits, 2 behind",
        ),
        ('<Employee no="2"><active>yes</active></Employee>', "active", "expected true or false, found text"),
        ('<Employee no="2"><active>1</active><active>1</active></Employee>', "active", "stands more than once"),
        (
            '<Employee no="2"><skill><x/></skill></Employee>',
            "skill",
            "holds elements, and the layout has a value there",
        ),
    ],
)
def test_a_record_that_does_not_fit_is_one_reject(read: Read, record: str, field: str, reason: str) -> None:
    batch = read(f'<Employee no="1"/>{record}<Employee no="3"/>')
    assert [1, 3] == batch.frame["@no"].to_list()
    [reject] = batch.rejects
    assert (2, 33, field, record.encode()) == (reject.record, reject.offset, reject.field, reject.raw)
    assert reject.reason.startswith(reason)


def test_what_the_layout_does_not_name_may_be_refused(read: Read) -> None:
    batch = read('<Employee no="1"><x/></Employee><Employee no="2" y=""/><Employee no="3"/>', unknown="reject")
    assert [3] == batch.frame["@no"].to_list()
    assert ["holds an element that the layout does not name", "holds an attribute that the layout does not name"] == [
        reject.reason for reject in batch.rejects
    ]


BOMB = '<!DOCTYPE E [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><E><R>&b;</R></E>'
OUTSIDE = '<!DOCTYPE E [<!ENTITY x SYSTEM "file:///etc/passwd">]><E><R>&x;</R></E>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, r"has a document type \(DOCTYPE\), which is not read"),
        (OUTSIDE, r"has a document type \(DOCTYPE\), which is not read"),
        ('<!DOCTYPE E SYSTEM "http://localhost:9/e.dtd"><E/>', r"has a document type \(DOCTYPE\)"),
        ("<E><R>&x;</R></E>", "x: not well-formed XML"),
        ("<E><R>1</R>", "x: not well-formed XML at line 1"),
        ("<E><R>1</R", "x: not well-formed XML at line 1"),
        ("<E><R></E>", "x: not well-formed XML at line 1"),
        ("", "x: not well-formed XML"),
        ("a,b\n", "x: not well-formed XML"),
        ("<X><R/></X>", "x: the root is not the E that the settings name"),
        ("<E><R>" * 200_000, "x: not well-formed XML"),
        ("<E><R>" + "x" * 11_000_000 + "</R></E>", "x: not well-formed XML"),
        ("<E><R a='" + "x" * 17_000_000, "x: the element at byte 3 has more than 16777216 bytes|not well-formed"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_refused(make: Make, decode: Decode, content: str, said: str) -> None:
    with pytest.raises(BatchError, match=said):
        decode(make(XML, "  $text: text\n", record="E/R"), content.encode())


def test_utf_16_is_refused_with_a_reason(make: Make, decode: Decode) -> None:
    with pytest.raises(BatchError, match="x is in UTF-16; ask for UTF-8"):
        decode(make(XML, "  $text: text\n", record="E/R"), "<E/>".encode("utf-16"))


def test_null_is_left_out_and_empty_text_is_an_empty_element(make: Make, encode: Encode) -> None:
    frame = pl.DataFrame(
        {"@no": [1, 2], "person.name": ["", None], "pay.@currency": ["<\"&\n", None], "active": [False, None],
         "skill": [["a", ""], []], "job": [[{"title": "x", "from": None}, {"title": None, "from": None}], None]},
    )  # fmt: skip
    _, content = encode(make(XML, STAFF, record="Export/Staff/Employee"), [Batch(frame)])
    assert [
        b'<?xml version="1.0" encoding="UTF-8"?>',
        b"<Export>",
        b"<Staff>",
        b'<Employee no="1"><person><name/></person><pay currency="&lt;&quot;&amp;&#10;"/><active>false</active>'
        b"<skill>a</skill><skill/><job><title>x</title></job><job/></Employee>",
        b'<Employee no="2"/>',
        b"</Staff>",
        b"</Export>",
    ] == content.splitlines()


def test_namespaces_are_declared_at_the_root(make: Make, encode: Encode) -> None:
    codec = make(XML, "  x:a: integer\n  b: integer\n", record="E/x:R", namespaces={"": "urn:e", "x": "urn:x"})
    _, content = encode(codec, [Batch(pl.DataFrame({"x:a": [1], "b": [2]}))])
    root = etree.fromstring(content)
    assert ["{urn:e}E", "{urn:x}R", "{urn:x}a", "{urn:e}b"] == [each.tag for each in root.iter()]


def test_what_the_encoding_lacks_is_written_by_number(make: Make, encode: Encode) -> None:
    _, content = encode(
        make(XML, "  a: text\n", record="E/R", encoding="ascii"), [Batch(pl.DataFrame({"a": ["喆"]}))]
    )
    assert b"<a>&#21894;</a>" in content


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({"@no": None}, "@no", "is required, and absent"),
        ({"person.name": "a\x00"}, "person.name", "holds a character that XML does not have"),
        ({"person.name": "x" * 21}, "person.name", "is longer than 20 characters"),
        ({"skill": ["\x07"]}, "", "holds a character that XML does not have"),
    ],
)
def test_a_record_that_cannot_be_written_is_a_reject(
    make: Make, encode: Encode, row: dict[str, Any], field: str, reason: str
) -> None:
    rows = [
        {ID: 1, "@no": 1, "person.name": "Ada", "skill": ["x"]},
        {ID: 2, "@no": 2, "person.name": "", "skill": []} | row,
    ]
    [batch], content = encode(make(XML, STAFF, record="Export/Employee"), [Batch(pl.DataFrame(rows))])
    assert [(2, field, reason)] == [(reject.id, reject.field, reject.reason) for reject in batch.rejects]
    assert 1 == len(etree.fromstring(content))


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("  a b: text\n", "cannot be an element or attribute; an XML name"),
        ('  "@a": [text]\n', "cannot be an element or attribute"),
        ("  x:a: text\n", "has a prefix without namespace; say in namespaces what x stands for"),
    ],
)
def test_a_layout_that_is_no_xml_is_refused(make: Make, layout: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        make(XML, layout, record="E/R")


def test_names_that_the_encoding_does_not_have_are_refused(make: Make) -> None:
    """Text of that kind is written by number, which a name cannot be."""
    for layout, record in (("  姓名: text\n", "E/R"), ("  a: text\n", "E/员工")):
        with pytest.raises(ConfigError, match="holds a character that latin-1 does not have; take utf-8 or gb18030"):
            make(XML, layout, record=record, encoding="latin-1")


@pytest.mark.parametrize("record", ["", "E//R", "/E/R", "E/R[1]", "x:E/R"])
def test_a_path_that_is_none_is_refused(make: Make, record: str) -> None:
    with pytest.raises(ValueError, match=r"a path of names|what the prefix x stands for"):
        make(XML, "  a: text\n", record=record)


def test_an_element_at_any_depth_is_written_at_once(make: Make, encode: Encode) -> None:
    depth = 18
    layout = "".join(f"{'  ' * (level + 1)}g{level}:\n" for level in range(depth))
    layout += f"{'  ' * (depth + 1)}'@a': text\n{'  ' * (depth + 1)}$text: text\n"
    path = ".".join(f"g{level}" for level in range(depth))
    codec = make(XML, layout, record="L/E")
    frame = pl.DataFrame({f"{path}.@a": ["1", None, None], f"{path}.$text": ["x", "", None]})
    inside = "".join(f"<g{level}>" for level in range(depth - 1))
    outside = "".join(f"</g{level}>" for level in reversed(range(depth - 1)))
    last = depth - 1
    expected = [
        f'<E>{inside}<g{last} a="1">x</g{last}>{outside}</E>',
        f"<E>{inside}<g{last}/>{outside}</E>",
        "<E/>",
    ]
    assert expected == encode(codec, [Batch(frame)])[1].decode().splitlines()[2:-1]
