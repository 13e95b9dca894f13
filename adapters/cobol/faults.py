"""Says in words what is wrong with a field. Called for the records that fail and for no others."""

from __future__ import annotations

from adapters.cobol import kernels
from adapters.cobol.decode import Wrong
from adapters.cobol.plan import Leaf
from hrbus.spi import Type

_MOST_BYTES = 24

_READING = {
    kernels.BAD_DIGIT: "holds something that is no digit",
    kernels.BAD_SIGN: "has no valid sign",
    kernels.BLANK: "is blank",
    kernels.LOW: "holds low-values",
    kernels.TOO_BIG: "holds more digits than its picture",
}


def reading(wrong: Wrong, record: bytes) -> str:
    """Return why a field cannot be read: picture, place in the record (bytes from 1), what its bytes are."""
    leaf = wrong.leaf
    data = record[wrong.at : wrong.at + leaf.width]
    where = f"{leaf.item.describe()} at byte {wrong.at + 1} of the record"
    if wrong.code == kernels.BAD_COUNT:
        return f"{where} holds a count that its table does not allow: {_hex(data)}"
    if leaf.type is Type.TEXT:
        return f"{where} holds {_foreign(leaf, data)}"
    signed = leaf.item.picture is None or leaf.item.picture.signed
    code = kernels.BAD_DIGIT if wrong.code == kernels.BAD_SIGN and not signed else wrong.code
    return f"{where} {_READING[code]}: {_hex(data)}"


def writing(wrong: Wrong) -> str:
    """Return why a field cannot be written; of it, no more is told than a character that the page lacks."""
    leaf = wrong.leaf
    what = leaf.item.describe()
    reasons = {
        kernels.TOO_BIG: f"the number has more digits than {what} can hold",
        kernels.TOO_FINE: f"the number has more decimals than {what} can hold",
        kernels.NEGATIVE: f"the number is negative, and {what} has no sign",
        kernels.TOO_LONG: f"the text is longer than the {leaf.width} bytes of {what}: {wrong.detail}",
        kernels.FOREIGN: f"the text has a character that {what} cannot hold: {wrong.detail}",
        kernels.NOTHING: f"there is no value, and {what} cannot be empty; give it a default, or let blanks be null",
        kernels.NO_NUMBER: f"the value is no exact number, as {what} needs",
        kernels.BAD_COUNT: f"the number of occurrences does not fit the table ({leaf.item.least} to {leaf.item.most},"
        " and as many as its count says)",
    }
    return reasons[wrong.code]


def _hex(data: bytes) -> str:
    more = "…" if len(data) > _MOST_BYTES else ""
    return f"X'{data[:_MOST_BYTES].hex().upper()}{more}'"


def _foreign(leaf: Leaf, data: bytes) -> str:
    """Say what is wrong with a text, and at which of its bytes."""
    try:
        leaf.page.decode(data)
    except UnicodeDecodeError as error:
        bad = data[error.start : max(error.end, error.start + 1)]
        end = ", where the field ends" if error.end >= len(data) else ""
        return f"{error.reason}: {_hex(bad)} at byte {error.start + 1} of the field{end}"
    raise AssertionError(f"{leaf.column}: a kernel takes for no text what {leaf.page.name} reads")
