"""Tables of dBase, FoxPro and Clipper (``.dbf``), which legacy HR systems export to this day.

codec:
type: dbf
layout: layouts/staff.yaml
titles: {number: NO, birth_date: BIRTHDAY}
"""

from __future__ import annotations

from adapters.dbf.settings import DbfSettings
from adapters.flat.layout import flat_layout
from hrbus.spi import Codec, CodecKind, Context


def _make(settings: DbfSettings, context: Context) -> Codec:
    from adapters.dbf.codec import DbfCodec

    return DbfCodec(flat_layout(settings.layout, context), settings, context.clock)


DBF = CodecKind(
    name="dbf",
    summary="Tables of dBase and FoxPro (dbf).",
    settings=DbfSettings,
    make=_make,
)
