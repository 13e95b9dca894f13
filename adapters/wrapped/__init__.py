"""Files that come packed or encrypted: gzip, zip and OpenPGP around any codec, bounded against bombs.

    codec:
      type: wrapped
      layers: [openpgp, gzip]            # outermost first
      openpgp: {key: keys/hub.asc, passphrase: !env HUB_KEY}
      codec: {type: delimited, layout: layouts/staff.yaml}

The codec inside knows nothing of it: it is given a stream of plain bytes, or one that packs what is written to it.
"""

from __future__ import annotations

from adapters.wrapped.settings import WrappedSettings
from hrbus.spi import Codec, CodecKind, Context


def _make(settings: WrappedSettings, context: Context) -> Codec:
    from adapters.wrapped.codec import WrappedCodec
    from adapters.wrapped.inner import made
    from adapters.wrapped.openpgp import Keys

    keys = Keys.of(settings.openpgp, context) if settings.openpgp else None
    return WrappedCodec(made(settings.codec, context), settings, keys)


WRAPPED = CodecKind(
    name="wrapped",
    summary="gzip, zip or OpenPGP around another codec.",
    settings=WrappedSettings,
    make=_make,
)
