"""OpenPGP by Sequoia, in a process of its own.

The library holds the interpreter while it works, and cannot be told to stop at a size. So a child process does it,
with a limit of the operating system on what it may write; files are nameless and handed over as open descriptors,
secrets through a pipe. What was not authenticated to its end is never read.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from adapters.wrapped.bounds import FREE, Bounds
from adapters.wrapped.settings import OpenPgpSettings
from hrbus.spi import BatchError, ConfigError, Context, Fault

_TOO_MUCH = 3


@dataclass(frozen=True)
class Keys:
    """The keys, as bytes. Never shown."""

    key: bytes = field(repr=False)
    passphrase: str | None = field(repr=False)
    recipients: tuple[bytes, ...]
    signed_by: tuple[bytes, ...]
    sign: bool
    armor: bool

    @classmethod
    def of(cls, settings: OpenPgpSettings, context: Context) -> Keys:
        """Return the keys that the settings name; ConfigError where one cannot be read or is none."""

        def read(name: str, path: str) -> bytes:
            try:
                return context.resolve(name).read_bytes()
            except OSError as error:
                raise ConfigError(Fault(f"openpgp.{path}: {name} cannot be read: {error.strerror}")) from None

        passphrase = settings.passphrase.get_secret_value() if settings.passphrase else None
        keys = cls(
            read(settings.key, "key") if settings.key else b"",
            passphrase,
            tuple(read(name, "recipients") for name in settings.recipients),
            tuple(read(name, "signed_by") for name in settings.signed_by),
            settings.sign,
            settings.armor,
        )
        said = _child({"do": "check", **keys.told()}, (), None)
        if said:
            raise ConfigError(Fault(f"openpgp: {said}", hint="name files that hold the keys, and the passphrase"))
        return keys

    def told(self) -> dict[str, Any]:
        """Return the keys as the child is told them."""
        return {
            "key": self.key.hex(),
            "passphrase": self.passphrase,
            "recipients": [each.hex() for each in self.recipients],
            "signed_by": [each.hex() for each in self.signed_by],
            "sign": self.sign and bool(self.key),
            "armor": self.armor,
        }


def decrypted(stream: BinaryIO, keys: Keys, bounds: Bounds, artifact: str, stack: ExitStack) -> BinaryIO:
    """Return what ``stream`` holds, decrypted and authenticated; BatchError where it is not for us, or too much."""
    if not keys.key:
        raise ConfigError(
            Fault("openpgp.key is not set, and nothing can be read without", hint="name our secret key")
        )
    packed, plain = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - the stack closes them
    stack.enter_context(packed)
    stack.enter_context(plain)
    while data := stream.read(1 << 16):
        packed.write(data)
        bounds.check(packed.tell(), packed.tell(), artifact, "openpgp")
    size = packed.tell()
    limit = min(bounds.largest, max(FREE, bounds.ratio * size))
    said = _child({"do": "decrypt", **keys.told()}, (packed, plain), limit)
    if said == "too much":
        raise BatchError(
            f"{artifact}: the openpgp layer holds more than {limit} bytes; raise largest or ratio if so meant"
        )
    if said:
        raise BatchError(f"{artifact}: the openpgp layer cannot be taken off: {said}")
    plain.seek(0)
    return cast("BinaryIO", plain)


@contextmanager
def _spool(stream: BinaryIO, keys: Keys) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as plain, tempfile.TemporaryFile() as packed:
        yield plain
        said = _child({"do": "encrypt", **keys.told()}, (plain, packed), None)
        if said:
            raise BatchError(f"the file cannot be encrypted: {said}")
        packed.seek(0)
        shutil.copyfileobj(packed, stream)


def encrypting(stream: BinaryIO, keys: Keys, stack: ExitStack) -> IO[bytes]:
    """Return a file whose content is encrypted into ``stream`` when ``stack`` is left without an error."""
    if not keys.recipients:
        message = "openpgp.recipients is empty, so nobody could read what is written"
        raise ConfigError(Fault(message, hint="name the public keys of the receivers"))
    return stack.enter_context(_spool(stream, keys))


def _child(order: dict[str, Any], files: tuple[IO[bytes], ...], limit: int | None) -> str:
    """Have the child carry out ``order``; return nothing, or why it could not."""
    for file in files:
        file.flush()
    descriptors = [file.fileno() for file in files]
    done = subprocess.run(  # noqa: S603 - our own file, run by our own interpreter
        [sys.executable, "-I", str(Path(__file__).with_name("child.py"))],
        input=json.dumps({**order, "files": descriptors, "limit": limit}).encode(),
        capture_output=True,
        pass_fds=descriptors,
        check=False,
    )
    if done.returncode == 0:
        return ""
    if done.returncode == _TOO_MUCH:
        return "too much"
    return done.stdout.decode("utf-8", "replace").strip() or "the process that does it has died"
