"""Whether a record's own bytes travel through a route: from the codec that read them to the one that writes.

    passed_on(source_codec, target_codec, asked=True)       # the form of ``_raw``, which the ledger keeps then

The target asks for them (``keep_raw: true`` in its codec). Bytes are understood only by a codec of the same kind,
layout and settings, so anything else is refused before a record moves: bytes of another layout must never be taken
for one's own.
"""

from __future__ import annotations

from hrbus.errors import ConfigError, Fault
from hrbus.spi import Codec


def passed_on(source: Codec, target: Codec, *, asked: bool = False) -> str:
    """Return the form of the bytes that ``target`` writes onto and ``source`` keeps; empty where it asks for none.

    ``asked`` is what the target's settings say. ConfigError where it asks for what it cannot do, for what is not
    there, or for bytes of another form.
    """
    wanted: str | None = getattr(target, "raw_form", None)
    if wanted is None and asked:
        message = "asks for the bytes that records came with, and its codec cannot write onto them"
        raise ConfigError(Fault(message, hint="take keep_raw out here"))
    if wanted is None:
        return ""
    kept = getattr(source, "raw_form", None)
    if kept is None:
        message = "asks for the bytes that records came with, but the codec of from does not keep them"
        raise ConfigError(Fault(message, hint="write keep_raw: true in both codecs, or in neither"))
    if kept != wanted:
        message = "asks for the bytes that records came with, but the codec of from reads another form of them"
        hint = "give both codecs the same type, layout, encoding and numbers, or take keep_raw out here"
        raise ConfigError(Fault(message, hint=hint))
    return wanted
