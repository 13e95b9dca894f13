"""Records of generated types: what is read is written again, to the byte, whatever the types look like."""

from __future__ import annotations

import io
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from adapters.cobol.areas import area
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.dialect import Language
from adapters.cobol.settings import CobolSettings, Segment
from hrbus.spi import Origin


@dataclass(frozen=True)
class Layout:
    """A copybook, the types in it, and the widths of the fields of each: text, digits, or a counted table of text."""

    copybook: str
    types: tuple[tuple[tuple[str, int], ...], ...]


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Return two to four types, as views of one record or as records of level 01."""
    apart = draw(st.booleans())
    types = []
    lines = [] if apart else ["01 R.", "   05 T PIC X."]
    for number in range(draw(st.integers(2, 4))):
        view = f"V{number}"
        redefines = " REDEFINES V0" if number and not apart else ""
        lines.append(f"01 {view}. 10 T PIC X." if apart else f"   05 {view}{redefines}.")
        fields = tuple(draw(st.lists(st.tuples(st.sampled_from("X9L"), st.integers(1, 5)), min_size=1, max_size=4)))
        for place, (form, width) in enumerate(fields):
            name = f"{view}-{place}" if draw(st.booleans()) else f"F-{place}"
            if form == "L":
                lines.append(f"10 {name}-N PIC 9. 10 {name} OCCURS 0 TO 4 DEPENDING ON {name}-N PIC X({width}).")
            else:
                lines.append(f"10 {name} PIC {form}({width}).")
        types.append(fields)
    return Layout("\n".join(lines), tuple(types))


def a_record(draw: st.DrawFn, layout: Layout) -> bytes:
    number = draw(st.integers(0, len(layout.types) - 1))
    texts = [str(number)]
    for form, width in layout.types[number]:
        if form == "9":
            texts.append(f"{draw(st.integers(0, 10**width - 1)):0{width}}")
            continue
        letters = st.text("abcXYZ 0", max_size=width)
        if form == "X":
            texts.append(draw(letters).ljust(width))
        else:
            items = draw(st.lists(letters, max_size=4))
            texts += [str(len(items)), *(item.ljust(width) for item in items)]
    return "".join(texts).encode()


@given(st.data(), layouts(), st.integers(1, 7), st.booleans())
def test_what_is_read_is_written_again(data: st.DataObject, layout: Layout, size: int, keep: bool) -> None:
    records = data.draw(
        st.composite(lambda draw: [a_record(draw, layout) for _ in range(draw(st.integers(0, 12)))])()
    )
    whole = b"".join((len(record) + 4).to_bytes(2, "big") + b"\0\0" + record for record in records)
    settings = CobolSettings(
        copybook="r.cpy",
        encoding="ascii",
        frame="rdw",
        segment="T",
        segments={f"V{number}": Segment.model_validate({"is": str(number)}) for number in range(len(layout.types))},
        batch_records=size,
        keep_raw=keep,
    )
    book = parse(layout.copybook, "r.cpy", language=Language(free=True))
    codec = CobolCodec(settings, area([book], "", settings.segment, settings.segments))
    batches = list(codec.decode(io.BytesIO(whole), Origin("r")))
    assert [] == [reject for batch in batches for reject in batch.rejects]
    assert [f"V{record[:1].decode()}" for record in records] == [
        name for batch in batches for name in batch.frame["_segment"]
    ]
    out = io.BytesIO()
    list(codec.encode(batches, out))
    assert whole == out.getvalue()
