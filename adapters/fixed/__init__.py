"""Records of fixed width without a copybook: the layout file says how wide each field is.

codec:
type: fixed
layout: layouts/payroll.yaml       # no: integer(8) width 8
encoding: gb18030
trailer: {layout: layouts/payroll-end.yaml, set: {kind: T}, count: records}
"""

from __future__ import annotations

from adapters.fixed.settings import EdgeSettings, FixedSettings
from adapters.flat.layout import flat_layout
from hrbus.spi import Codec, CodecKind, Context


def _make(settings: FixedSettings, context: Context) -> Codec:
    from adapters.fixed.codec import FixedCodec
    from adapters.fixed.edges import Edge

    def edge(part: EdgeSettings | None, path: str) -> Edge | None:
        return Edge(flat_layout(part.layout, context), part, settings, context.clock, path) if part else None

    layout = flat_layout(settings.layout, context)
    return FixedCodec(layout, settings, edge(settings.header, "header"), edge(settings.trailer, "trailer"))


FIXED = CodecKind(
    name="fixed",
    summary="Records of fixed width, described by a layout file instead of a copybook.",
    settings=FixedSettings,
    make=_make,
)
