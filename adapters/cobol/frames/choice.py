"""The frame that the settings ask for."""

from __future__ import annotations

from dataclasses import replace

from adapters.cobol.frames import microfocus
from adapters.cobol.frames.blocks import Blocks
from adapters.cobol.frames.chunk import Frame
from adapters.cobol.frames.counted import Counted
from adapters.cobol.frames.fixed import Fixed
from adapters.cobol.frames.lines import Lines, control_z
from adapters.cobol.frames.reading import Framing
from adapters.cobol.frames.words import Word, Words
from adapters.cobol.plan import Leaf, Plan, Storage
from adapters.cobol.settings import CobolSettings, Header
from hrbus.spi import ConfigError, Fault

FIELD = "length-field="
_VARSEQ = {
    0: Word(4, 0, 2, strict=True),
    1: Word(4, 0, 4),
    2: Word(4, 0, 4, big=False),
    3: Word(2, 0, 2),
}
"""GnuCOBOL's formats of variable sequential files, by the number in COB_VARSEQ_FORMAT."""


def framing(settings: CobolSettings, plan: Plan, longest: int) -> Framing:
    """Return how records of ``plan`` lie in a file; ``longest`` is that of them, header and trailer records."""
    frame = _frame(settings, plan, longest)
    header, trailer = (part if isinstance(part, int) else 0 for part in (settings.header, settings.trailer))
    if isinstance(frame, Counted) and any(isinstance(part, Header) for part in (settings.header, settings.trailer)):
        message = f"with frame {settings.frame} a header or trailer cannot have a copybook: nothing tells its length"
        raise ConfigError(Fault(message, path="header", hint="give its length in bytes, as in header: 80"))
    widest = max(plan.size, width(settings, longest))
    made = Framing(frame, header, trailer, settings.record_start, settings.record_end, widest)
    if isinstance(frame, Lines) and frame.end != "nl":
        return replace(made, ending=control_z)
    if isinstance(frame, Words) and settings.frame == "mf":
        return replace(made, preface=microfocus.FileHeader(frame))
    return made


def width(settings: CobolSettings, longest: int) -> int:
    """Return the bytes that a record of the file has at most."""
    length = settings.record_length if settings.frame == "fixed" else None
    return max(length or 0, longest)


def _frame(settings: CobolSettings, plan: Plan, longest: int) -> Frame:
    blank = plan.options.page.blank
    around = settings.record_start, settings.record_end
    kind = settings.frame
    if kind == "fixed":
        if settings.record_length and settings.record_length < longest:
            message = f"a record of {settings.record_length} bytes is too short: the layout needs {longest}"
            raise ConfigError(Fault(message, path="record_length", hint="leave it out to take the layout's length"))
        return Fixed(length=width(settings, longest), before=around[0], behind=around[1], blank=blank)
    if kind == "lines":
        return Lines(settings.line_end or ("nl" if plan.options.page.ebcdic else "lf"), *around, blank)
    if kind == "variable":
        return Counted(plan=plan, before=around[0], behind=around[1], blank=blank)
    if kind.startswith(FIELD):
        leaf = _length_field(plan, kind.removeprefix(FIELD))
        before, behind = around
        return Counted(plan=plan, leaf=leaf, adds=settings.length_adds, before=before, behind=behind, blank=blank)
    if kind == "bdw":
        return Blocks(
            _rdw(settings, blank), _descriptor(settings.bdw, settings.bdw_counts_itself), settings.block_size
        )
    if kind == "rdw":
        return _rdw(settings, blank)
    if kind == "mf":
        return Words(microfocus.SHORT, "Micro Focus record header", *around, blank)
    if kind == "gnucobol":
        hint = "see whether varseq_format (0 to 3) is what COB_VARSEQ_FORMAT was when the file was written"
        return Words(_VARSEQ[settings.varseq_format], "GnuCOBOL record header", *around, blank, hint)
    return _declared(settings, blank)


def _descriptor(order: str, counts_itself: bool) -> Word:
    big = order == "big"
    return Word(4, 0 if big else 2, 2, big, counts_itself, strict=True)


def _rdw(settings: CobolSettings, blank: int) -> Words:
    other = "little" if settings.rdw == "big" else "big"
    counts = "no" if settings.rdw_counts_itself else "yes"
    hint = f"see whether the frame is right, try rdw={other}, or rdw_counts_itself={counts}"
    word = _descriptor(settings.rdw, settings.rdw_counts_itself)
    return Words(word, "record descriptor word", settings.record_start, settings.record_end, blank, hint)


def _declared(settings: CobolSettings, blank: int) -> Words:
    """Return the frame whose word the setting ``word`` describes."""
    told = settings.word
    if told is None:
        raise ConfigError(
            Fault("frame word needs the setting word", path="word", hint="as in {bytes: 4, length_at: 1}")
        )
    if told.length_at - 1 + told.length_bytes > told.bytes:
        message = (
            f"a length of {told.length_bytes} bytes at byte {told.length_at} is not inside a word of {told.bytes}"
        )
        raise ConfigError(Fault(message, path="word.length_at", hint="bytes count from 1"))
    word = Word(
        told.bytes,
        told.length_at - 1,
        told.length_bytes,
        told.order == "big",
        told.counts_itself,
        settings.length_adds,
    )
    hint = "see whether word says where the length stands, and in which order"
    return Words(word, "record word", settings.record_start, settings.record_end, blank, hint)


def _length_field(plan: Plan, name: str) -> Leaf:
    """Return the field that says how long a record is; it must stand in the same place in every record."""
    found = [leaf for leaf in plan.stored if leaf.item.name == name.upper()]
    hint = "name a field of the copybook, as in length-field=REC-LEN"
    if not found:
        raise ConfigError(Fault(f"{name} is no field of {plan.record.name}", path="frame", hint=hint))
    leaf = found[0]
    if leaf.home is not None or leaf.shifts:
        message = f"{name} does not stand in the same place in every record"
        raise ConfigError(Fault(message, path="frame", hint="a field before every table is needed"))
    usable = (Storage.ZONED, Storage.TEXT, Storage.PACKED, Storage.BINARY)
    if leaf.storage not in usable or leaf.scale or leaf.factor > 1 or leaf.width > 18:
        raise ConfigError(Fault(f"{name} ({leaf.item.describe()}) is no whole number", path="frame", hint=hint))
    return leaf
