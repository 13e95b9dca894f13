"""A record is written onto the bytes that it came with: what did not change, or has no name here, stays as it was."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.flat.same import unchanged
from adapters.xml import XML
from adapters.xml.codec import XmlCodec
from adapters.xml.settings import XmlSettings
from hrbus.spi import FORM, ID, RAW, Batch, BatchError, Codec, ConfigError, Field, Layout, Origin, Type

Make = Callable[..., Codec]
Decode = Callable[[Codec, bytes], list[Batch]]
Encode = Callable[[Codec, list[Batch]], tuple[list[Batch], bytes]]
Change = Callable[..., bytes]

LAYOUT = """\
  "@no": integer(6)
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


@pytest.fixture
def change(make: Make, decode: Decode, encode: Encode) -> Change:
    """Return a function that reads a file of one record, changes columns of it, and writes it onto its bytes."""

    def changed(content: str | bytes, values: dict[str, Any], layout: str = LAYOUT, **settings: Any) -> bytes:
        codec = make(XML, layout, **{"record": "E", "keep_raw": True, **settings})
        whole = content.encode() if isinstance(content, str) else content
        [batch] = decode(codec, whole)
        assert () == batch.rejects
        schema = batch.frame.schema
        columns = [pl.Series(name, [value], schema[name]) for name, value in values.items()]
        [written], made = encode(codec, [Batch(batch.frame.with_columns(columns))])
        assert () == written.rejects
        return made

    return changed


DOCUMENT = """<?xml version='1.0'?>
<!-- <E no="9"> -->
<E  no = '7' x:odd="a>b" xmlns:x="urn:x" >
  <x:name>no</x:name>
  <person x:y='1'><name>Ada</name >  <x:note><![CDATA[</name>]]></x:note></person>
  <pay currency="EUR" x:z="1"> 0012.5 <!-- gross --> </pay>
  <skill>COBOL</skill><other/><skill n="2">JCL</skill>
  <job k="1"><title>Dev</title><x:paid>1</x:paid></job>
  <job k="2"><title/></job>
  <job k="3"><from>2001</from></job>
</E  >
<?end?>
"""


@pytest.mark.parametrize(
    ("values", "before", "after"),
    [
        ({}, "", ""),
        ({"@no": 8}, "'7'", "'8'"),
        ({"@no": None}, "  no = '7'", ""),
        ({"person.name": "A & <B>"}, "Ada", "A &amp; &lt;B&gt;"),
        ({"person.name": None}, "<name>Ada</name >", ""),
        ({"person.born": "1815"}, "</name >", "</name ><born>1815</born>"),
        ({"pay.@currency": 'a"b'}, '"EUR"', '"a&quot;b"'),
        ({"pay.$text": "13.00"}, " 0012.5 <!-- gross --> ", "13.00<!-- gross -->"),
        ({"active": True}, "</pay>", "</pay>\n  <active>true</active>"),
        ({"skill": ["COBOL", "SQL"]}, "JCL", "SQL"),
        ({"skill": ["COBOL", "JCL", "C"]}, "JCL</skill>", "JCL</skill><skill>C</skill>"),
        ({"skill": ["JCL"]}, "\n  <skill>COBOL</skill>", ""),
        ({"job": [{"title": "Dev", "from": "1999"}, {"from": "2001"}]}, "</title><x:paid>",
         "</title><from>1999</from><x:paid>"),
        ({"job": [{"from": "2001"}]}, '\n  <job k="1"><title>Dev</title><x:paid>1</x:paid></job>', ""),
        ({"job": [{"title": "Dev"}, {"title": "Ops"}, {"from": "2001"}]}, '\n  <job k="2">',
         '\n  <job><title>Ops</title></job>\n  <job k="2">'),
    ],
)  # fmt: skip
def test_of_a_document_only_what_changed_is_written(
    change: Change, values: dict[str, Any], before: str, after: str
) -> None:
    assert DOCUMENT.count(before) == 1 or not before
    assert DOCUMENT.replace(before, after) == change(DOCUMENT, values).decode()


@pytest.mark.parametrize(
    ("content", "values", "wanted"),
    [
        ("<E/>", {"person.name": "Ada", "@no": 1}, '<E no="1"><person><name>Ada</name></person></E>'),
        ("<E />", {"active": False, "skill": ["a", "b"]},
         "<E><active>false</active><skill>a</skill><skill>b</skill></E>"),
        ("<E><person/></E>", {"person.name": "Ada", "person.born": "1"},
         "<E><person><name>Ada</name><born>1</born></person></E>"),
        ("<E><active></active></E>", {"active": True}, "<E><active>true</active></E>"),
        ("<E><active> 1 </active></E>", {"active": True}, "<E><active> 1 </active></E>"),
        ("<E><active> 1 </active></E>", {"active": False}, "<E><active> false </active></E>"),
        ("<E><person><name><!-- x --></name></person></E>", {"person.name": "A"},
         "<E><person><name><!-- x -->A</name></person></E>"),
        ("<E><person><name>a<![CDATA[b]]>c</name></person></E>", {"person.name": "A"},
         "<E><person><name>A</name></person></E>"),
        ('<E><person xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="1"/></E>', {"person.name": "A"},
         "<E><person><name>A</name></person></E>"),
        ('<E><active xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/></E>', {"active": True},
         "<E><active>true</active></E>"),
        ("<E><person><born>1</born></person></E>", {"person.name": "A"},
         "<E><person><name>A</name><born>1</born></person></E>"),
        ("<E><skill>a</skill><skill>b</skill></E>", {"skill": ["b", "a"]}, "<E><skill>b</skill><skill>a</skill></E>"),
        ("<E><job u='1'><title>a</title></job><job><title>b</title></job></E>",
         {"job": [{"title": "b"}, {"title": "a"}]},
         "<E><job><title>b</title></job><job u='1'><title>a</title></job></E>"),
        ("<E no='1'/>", {"person.name": None, "pay.@currency": "it's"}, "<E no='1'><pay currency=\"it's\"/></E>"),
        ("<E><pay currency='x'/></E>", {"pay.@currency": "it's"}, "<E><pay currency='it&apos;s'/></E>"),
        ("<E/>", {"person.name": "", "skill": ["", ""], "job": [{"title": None}]}, "<E/>"),
    ],
)  # fmt: skip
def test_what_is_new_or_gone_stands_where_the_layout_has_it(
    change: Change, content: str, values: dict[str, Any], wanted: str
) -> None:
    assert wanted == change(content, values).decode()


def test_new_elements_have_the_prefix_of_those_around_them(change: Change) -> None:
    content = '<h:E xmlns:h="urn:h"><h:person><h:name>A</h:name></h:person></h:E>'
    made = change(content, {"person.born": "1", "job": [{"title": "x", "from": "y"}]}).decode()
    assert content.replace("</h:person>", "<h:born>1</h:born></h:person><h:job><h:title>x</h:title><h:from>y</h:from></h:job>") == made  # fmt: skip  # noqa: E501


def test_new_elements_of_a_namespace_declare_it_where_it_is_not_declared(change: Change) -> None:
    layout = "  x:a: text\n  b: text\n"
    settings = {"namespaces": {"": "urn:e", "x": "urn:x"}}
    made = change('<q:E xmlns:q="urn:e"/>', {"x:a": "1", "b": "2"}, layout, **settings)
    assert ["{urn:e}E", "{urn:x}a", "{urn:e}b"] == [each.tag for each in etree.fromstring(made).iter()]
    within = '<E xmlns="urn:e" xmlns:x="urn:x"/>'
    wanted = '<E xmlns="urn:e" xmlns:x="urn:x"><x:a>1</x:a><b>2</b></E>'
    assert wanted == change(within, {"x:a": "1", "b": "2"}, layout, **settings).decode()


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<?xml version='1.0' encoding='GB18030'?>", "gb18030"),
        ('<?xml version="1.0" encoding="Shift_JIS"?>', "shift_jis"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>', "latin-1"),
        ("", "utf-8"),
    ],
)
def test_a_file_keeps_the_encoding_that_it_declares(change: Change, head: str, encoding: str) -> None:
    odd = {"latin-1": "é]]>"}.get(encoding, "表]>構")
    text = f"{head}<E><u><!-- {odd} --></u><person><name>{odd[0]}</name></person></E>".replace("]]>", "]]")
    made = change(text.encode(encoding), {"person.name": "é喆"})
    written = "é喆".encode(encoding, "xmlcharrefreplace").decode(encoding)
    assert text.replace(f"<name>{odd[0]}", f"<name>{written}").encode(encoding) == made


def test_a_byte_order_mark_is_kept(change: Change) -> None:
    content = codecs.BOM_UTF8 + "<E><person><name>é</name></person></E>".encode()
    assert content == change(content, {})
    assert content.replace("é".encode(), b"e") == change(content, {"person.name": "e"})


def test_a_number_of_many_digits_that_changes_in_the_last_is_a_change(change: Change) -> None:
    digits = "1234567890123456789012345678901234567"
    made = change(f"<E><n>{digits}8</n></E>", {"n": int(digits + "9")}, "  n: integer(38)\n")
    assert f"<E><n>{digits}9</n></E>" == made.decode()


def test_fields_that_no_mapping_feeds_stay_as_they_are(make: Make, decode: Decode, encode: Encode) -> None:
    codec = make(XML, LAYOUT + "  must: text required\n", record="E", keep_raw=True)
    content = b"<E no='1'><must>x</must><job z=''><title>a</title><from>b</from></job></E>"
    [batch] = decode(codec, content)
    jobs = pl.Series("job", [[{"title": "c"}]], pl.List(pl.Struct({"title": pl.String})))
    [_], made = encode(codec, [Batch(batch.frame.select(RAW, FORM, jobs))])
    assert content.replace(b">a<", b">c<") == made


def test_bytes_are_written_onto_only_where_the_settings_say_so(make: Make, decode: Decode, encode: Encode) -> None:
    [batch] = decode(make(XML, LAYOUT, record="L/E", keep_raw=True), b"<L><E no='1'><x/></E></L>")
    _, made = encode(make(XML, LAYOUT, record="L/E"), [batch])
    assert b'<E no="1"/>' in made
    assert b"<x/>" not in made


LIST = b"""<?xml version="1.0" encoding="UTF-8"?>
<L xmlns="urn:l" xmlns:x="urn:x">
<E  no='1'><x:u a="&#10;"/></E>
<E no='2'/>
</L>
"""


def test_records_of_a_list_keep_their_bytes(make: Make, decode: Decode, encode: Encode) -> None:
    codec = make(XML, LAYOUT, record="L/E", keep_raw=True, namespaces={"": "urn:l", "x": "urn:x"})
    batches = decode(codec, LIST)
    assert [b"""<E  no='1'><x:u a="&#10;"/></E>""", b"<E no='2'/>"] == batches[0].frame[RAW].to_list()
    assert LIST == encode(codec, batches)[1]


def test_records_of_a_list_take_the_namespaces_along_that_the_settings_do_not_name(
    make: Make, decode: Decode, encode: Encode
) -> None:
    codec = make(XML, LAYOUT, record="L/E", keep_raw=True)
    batches = decode(codec, LIST)
    _, made = encode(codec, batches)
    assert b"""<E xmlns="urn:l" xmlns:x="urn:x"  no='1'><x:u a="&#10;"/></E>\n<E xmlns="urn:l" no='2'/>""" in made
    assert ["L", "{urn:l}E", "{urn:x}u", "{urn:l}E"] == [each.tag for each in etree.fromstring(made).iter()]


def test_a_record_in_no_namespace_stays_there_below_a_root_in_one(make: Make, decode: Decode, encode: Encode) -> None:
    codec = make(XML, LAYOUT, record="L/l:E", keep_raw=True, namespaces={"": "urn:l", "l": "urn:l"})
    content = b"<l:L xmlns:l='urn:l'><l:E><u/></l:E></l:L>"
    _, made = encode(codec, decode(codec, content))
    assert ["{urn:l}L", "{urn:l}E", "u"] == [each.tag for each in etree.fromstring(made).iter()]


def test_records_of_a_list_come_into_the_encoding_of_the_settings(make: Make, decode: Decode, encode: Encode) -> None:
    content = '<?xml version="1.0" encoding="GB18030"?><L><E><部/><person><name>喆</name></person></E></L>'
    codec = make(XML, LAYOUT, record="L/E", keep_raw=True)
    batches = decode(codec, content.encode("gb18030"))
    assert "<E><部/><person><name>喆</name></person></E>".encode() in encode(codec, batches)[1]
    poor = make(XML, LAYOUT, record="L/E", keep_raw=True, encoding="latin-1")
    [batch] = decode(poor, content.encode("gb18030"))
    assert ["holds characters that iso8859-1 does not have, so its bytes cannot be kept; set another encoding"] == [
        reject.reason for reject in batch.rejects
    ]


def test_rejects_and_other_records_share_a_batch(make: Make, decode: Decode, encode: Encode) -> None:
    codec = make(XML, LAYOUT, record="L/E", keep_raw=True)
    [batch] = decode(codec, b"<L><E no='1'/><E no='x'/><E no='3'><u/></E><E no='4'><u/></E></L>")
    assert [b"<E no='1'/>", b"<E no='3'><u/></E>", b"<E no='4'><u/></E>"] == batch.frame[RAW].to_list()
    frame = batch.frame.with_columns(
        pl.Series(ID, [1, 2, 3]), pl.Series("person.name", ["A" * 21, None, "\x00"], pl.String)
    )
    fresh = pl.concat(
        [frame, frame[:1].with_columns(pl.lit(None, pl.Binary).alias(RAW), pl.lit("B").alias("person.name"))]
    )
    [written], made = encode(codec, [Batch(fresh)])
    assert [1, 3] == [reject.id for reject in written.rejects]
    assert b"<L>\n<E no='3'><u/></E>\n<E no=\"1\"><person><name>B</name></person></E>\n</L>" in made


def test_a_second_record_for_a_file_of_one_is_refused(make: Make, decode: Decode, encode: Encode) -> None:
    codec = make(XML, LAYOUT, record="E")
    [batch] = decode(codec, b"<E no='1'><u/></E>")
    assert b'<?xml version="1.0" encoding="UTF-8"?>\n<E no="1"/>\n' == encode(codec, [batch])[1]
    with pytest.raises(ConfigError, match="record: E is the root, and a file has one"):
        encode(codec, [batch, batch])


def test_a_file_that_is_kept_as_one_record_has_a_bound(make: Make, decode: Decode) -> None:
    codec = make(XML, LAYOUT, record="E", keep_raw=True)
    with pytest.raises(BatchError, match="has more than 16777216 bytes, and is to be kept as one record"):
        decode(codec, b"<!-- a comment -->" * 1_000_000 + b"<E/>")


def test_bytes_are_not_kept_in_utf_16(make: Make) -> None:
    with pytest.raises(ConfigError, match="encodings that contain ASCII only"):
        make(XML, LAYOUT, record="L/E", keep_raw=True, encoding="utf-16")


# --- any document, any change

NAMES = st.sampled_from(["", "Ada", "<&'\">", " x ", "表]]>"])
UNKNOWN = st.sampled_from(
    ["", " ", "\n  ", "<u/>", "<!-- <name> -->", "<x:odd xmlns:x='u'>n</x:odd>", "<?p <E> ?>", "t"]
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    def element(name: str, content: str) -> str:
        odd = draw(st.sampled_from(["", " ", " z='>'"]))
        return f"<{name}{odd}>{content}</{name}>" if content else f"<{name}{odd}/>"

    def text() -> str:
        value = draw(NAMES).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return draw(st.sampled_from(["", "<!--c-->"])) + value

    parts = [draw(UNKNOWN)]
    if draw(st.booleans()):
        name = element("name", text()) if draw(st.booleans()) else ""
        parts += [element("person", draw(UNKNOWN) + name + draw(UNKNOWN)), draw(UNKNOWN)]
    for _ in range(draw(st.integers(0, 3))):
        parts += [element("skill", text()), draw(UNKNOWN)]
    for _ in range(draw(st.integers(0, 3))):
        parts += [element("job", element("title", text()) + draw(UNKNOWN)), draw(UNKNOWN)]
    number = draw(st.sampled_from(["", ' no="1"', "  no = '1'"]))
    return f"<E{number}>{''.join(parts)}</E>"


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "@no": st.sampled_from([None, 1, 2]),
        "person.name": st.none() | NAMES,
        "active": st.sampled_from([None, True]),
        "skill": st.lists(NAMES, max_size=4),
        "job": st.lists(st.fixed_dictionaries({"title": st.none() | NAMES, "from": st.none() | NAMES}), max_size=4),
    },
)


ORIGIN = Origin("x")
FIELDS = (
    Field("@no", "@no", Type.INTEGER, digits=6),
    Field("person", "person", Type.GROUP, children=(Field("name", "person.name", Type.TEXT),)),
    Field("active", "active", Type.BOOLEAN),
    Field("skill", "skill", Type.TEXT, many=True),
    Field("job", "job", Type.GROUP, many=True, children=(
        Field("title", "title", Type.TEXT), Field("from", "from", Type.TEXT))),
)  # fmt: skip
CODEC = XmlCodec(Layout("l", FIELDS), XmlSettings(layout="l.yaml", record="E", keep_raw=True))


@given(documents(), VALUES)
def test_any_change_reads_back_and_leaves_alone_what_nobody_named(content: str, values: dict[str, Any]) -> None:
    codec = CODEC
    [before] = list(codec.decode(io.BytesIO(content.encode()), ORIGIN))
    schema = before.frame.schema
    frame = before.frame.with_columns([pl.Series(name, [value], schema[name]) for name, value in values.items()])
    out = io.BytesIO(b"")
    [written] = list(codec.encode([Batch(frame)], out))
    assert () == written.rejects
    made = out.getvalue()
    [after] = list(codec.decode(io.BytesIO(made), ORIGIN))
    for name in codec.layout.columns():
        assert unchanged(frame[name], after.frame[name]).all(), name
    if all(unchanged(before.frame[name], frame[name]).all() for name in values):
        assert content.encode() == made
    if "skill" not in values and "job" not in values:
        assert _unknown(content.encode()) == _unknown(made)


def _unknown(content: bytes) -> list[bytes]:
    root = etree.fromstring(content)
    known = {etree.Comment, "E", "person", "name", "born", "pay", "active", "skill", "job", "title", "from"}
    return [etree.tostring(each, with_tail=False) for each in root.iter() if each.tag not in known]
