"""Delimited text: csv, tab-separated, semicolons with decimal commas; in, and out with quoting.

codec:
type: delimited
layout: layouts/staff.yaml
encoding: gb18030
delimiter: ";"
decimal: comma
"""

from __future__ import annotations

from adapters.delimited.settings import DelimitedSettings
from adapters.flat.layout import flat_layout
from hrbus.spi import Codec, CodecKind, Context


def _make(settings: DelimitedSettings, context: Context) -> Codec:
    from adapters.delimited.codec import DelimitedCodec

    return DelimitedCodec(flat_layout(settings.layout, context), settings)


DELIMITED = CodecKind(
    name="delimited",
    summary="Delimited text (csv), with quoting, header line and any encoding that contains ASCII.",
    settings=DelimitedSettings,
    make=_make,
)
