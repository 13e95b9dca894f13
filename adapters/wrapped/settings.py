"""The settings of the wrapped codec.

>>> WrappedSettings(layers=["gzip"], codec={"type": "json", "layout": "layouts/order.yaml"}).layers
('gzip',)
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, PositiveInt, SecretStr, field_validator, model_validator

from adapters.wrapped.inner import check
from hrbus.spi import Settings


class ZipSettings(Settings):
    """Which member of a zip file is meant."""

    member: str = "*"
    """Its name, or a pattern (`*.csv`) that only one member fits."""
    name: str = "data"
    """Its name when a file is written."""


class OpenPgpSettings(Settings):
    """Keys of OpenPGP, as files below the site, in binary or ASCII form."""

    key: str = ""
    """Our secret key: decrypts what is read, and signs what is written."""
    passphrase: SecretStr | None = None
    """The passphrase of our key: `!env NAME` or `!file PATH`."""
    recipients: tuple[str, ...] = ()
    """Public keys of those who may read what is written."""
    signed_by: tuple[str, ...] = ()
    """Public keys of senders, one of whom must have signed what is read. Without any, signatures do not matter."""
    sign: bool = True
    """Whether what is written is signed, where we have a key."""
    armor: bool = False
    """Whether what is written is ASCII."""


class WrappedSettings(Settings):
    """gzip, zip or OpenPGP around another codec."""

    layers: tuple[Literal["gzip", "zip", "openpgp"], ...] = Field(min_length=1, max_length=4)
    """What is around the records, outermost first: `[openpgp, gzip]` is an encrypted gzip file."""
    zip: ZipSettings = ZipSettings()
    """Which member of a zip file is meant."""
    openpgp: OpenPgpSettings | None = None
    """The keys."""
    largest: PositiveInt = 4 << 30
    """Bytes, unpacked, above which a layer is refused."""
    ratio: PositiveInt = 200
    """How many times its packed size a layer may have unpacked, above the first 16 MiB."""
    codec: dict[str, Any]
    """The codec inside: `type`, and its own settings."""

    @field_validator("codec")
    @classmethod
    def _inside(cls, value: dict[str, Any]) -> dict[str, Any]:
        check(value)
        return value

    @model_validator(mode="after")
    def _keys(self) -> WrappedSettings:
        if "openpgp" in self.layers and not (self.openpgp and (self.openpgp.key or self.openpgp.recipients)):
            raise ValueError("the layer openpgp needs keys: openpgp: {key: …} to read, {recipients: […]} to write")
        return self
