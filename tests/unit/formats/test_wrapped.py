"""Layers around a codec are taken off and put on, and none can fill the disk."""

from __future__ import annotations

import gzip
import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysequoia
import pytest

from adapters.wrapped import WRAPPED
from hrbus.spi import Batch, BatchError, Codec, ConfigError, Context
from hrbus.testing import a_context
from tests.conftest import need

Decode = Callable[[Codec, bytes], list[Batch]]
Encode = Callable[[Codec, list[Batch]], tuple[list[Batch], bytes]]
Wrap = Callable[..., Codec]

INNER = {"type": "json", "layout": "l.yaml"}
PLAIN = b'{"name":"Ada"}\n{"name":"Bob"}\n'


@pytest.fixture
def context(tmp_path: Path) -> Context:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "l.yaml").write_text("layout: l\nfields:\n  name: text\n")
    return a_context(tmp_path)


@pytest.fixture
def wrap(context: Context) -> Wrap:
    def made(*layers: str, **settings: Any) -> Codec:
        return WRAPPED.make(WRAPPED.settings.model_validate({"layers": layers, "codec": INNER, **settings}), context)

    return made


def names(batches: list[Batch]) -> list[str]:
    return [name for batch in batches for name in batch.frame["name"]]


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_the_layout_is_that_of_the_codec_inside(wrap: Wrap) -> None:
    assert ["name"] == list(wrap("gzip").layout.columns())


def test_layers_come_off_from_the_outside(wrap: Wrap, decode: Decode) -> None:
    content = zipped({"a.gz": gzip.compress(PLAIN[:15]) + gzip.compress(PLAIN[15:])})
    batches = decode(wrap("zip", "gzip"), content)
    assert ["Ada", "Bob"] == names(batches)
    assert [0, 15] == batches[0].frame["_offset"].to_list()


def test_layers_go_on_and_the_same_records_make_the_same_bytes(wrap: Wrap, decode: Decode, encode: Encode) -> None:
    batches = decode(wrap("gzip"), gzip.compress(PLAIN))
    codec = wrap("zip", "gzip", zip={"name": "staff.json.gz"})
    _, content = encode(codec, batches)
    assert content == encode(codec, batches)[1]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert PLAIN == gzip.decompress(archive.read("staff.json.gz"))


def test_a_member_is_found_by_its_pattern(wrap: Wrap, decode: Decode) -> None:
    content = zipped({"README": b"x", "out/staff.json": PLAIN, "out/": b""})
    assert ["Ada", "Bob"] == names(decode(wrap("zip", zip={"member": "*.json"}), content))


def encrypted_zip() -> bytes:
    """Return a zip file whose member has the bit that says *encrypted*."""
    content = bytearray(zipped({"a": PLAIN}))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("layer", "content", "said"),
    [
        ("zip", zipped({"a": PLAIN, "b": PLAIN}), r"x: 2 of 2 members fit \*, and one must; set zip\.member"),
        ("zip", zipped({}), "x: 0 of 0 members fit"),
        ("zip", b"PK", "x: the zip layer is damaged, cut, or none; fetch the file again"),
        ("zip", zipped({"a": PLAIN * 99})[:-30], "x: the zip layer is damaged"),
        ("zip", zipped({"a": PLAIN}, zipfile.ZIP_STORED).replace(b"Ada", b"Eve"), "x: the zip layer is damaged"),
        ("zip", encrypted_zip(), "x: the zip member is encrypted, which protects little; ask for OpenPGP"),
        ("gzip", PLAIN, "x: the gzip layer is damaged"),
        ("gzip", gzip.compress(PLAIN)[:-4], "x: the gzip layer is damaged"),
        ("gzip", gzip.compress(PLAIN)[:-8] + b"\0" * 8, "x: the gzip layer is damaged"),
    ],
    ids=["two members", "no member", "no zip", "cut zip", "sum", "encrypted", "no gzip", "cut gzip", "gzip sum"],
)  # fmt: skip
def test_a_damaged_layer_is_refused(wrap: Wrap, decode: Decode, layer: str, content: bytes, said: str) -> None:
    with pytest.raises(BatchError, match=said):
        decode(wrap(layer), content)


BLANK = PLAIN + b"\n" * (40 << 20)


@pytest.mark.parametrize("layer", ["gzip", "zip"])
@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({}, "layer unpacks to more than 200 times its size; raise ratio"),
        ({"largest": 1 << 20}, "layer holds more than 1048576 bytes; raise largest"),
    ],
)
def test_a_bomb_is_refused_before_it_is_unpacked(
    wrap: Wrap, decode: Decode, layer: str, bounds: dict[str, int], said: str
) -> None:
    content = gzip.compress(BLANK) if layer == "gzip" else zipped({"a": BLANK})
    with pytest.raises(BatchError, match=said):
        decode(wrap(layer, **bounds), content)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"codec": {"type": "jsn"}}, "type: there is no codec jsn; installed: "),
        ({"codec": {"type": "json"}}, "layout: Field required"),
        ({"codec": {"type": "json", "layout": "l", "x": "y"}}, "x: Extra inputs are not permitted"),
        ({"codec": {"type": "wrapped"}}, "write all layers in one list"),
        ({"layers": ["openpgp"]}, "the layer openpgp needs keys"),
        ({"layers": []}, "at least 1 item"),
    ],
)
def test_settings_at_fault_are_told_at_once(wrap: Wrap, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        WRAPPED.settings.model_validate({"layers": ["gzip"], "codec": INNER, **settings})


@pytest.fixture(scope="module")
def keys() -> dict[str, bytes]:
    """Return our key and that of a partner, secret and public."""
    found = {}
    for name in ("ours", "theirs"):
        key = pysequoia.Tsk.generate(f"{name} <{name}@example.org>", profile=pysequoia.Profile.RFC4880)
        found[name], found[f"{name}.pub"] = str(key).encode(), str(key.extract_certificate()).encode()
    return found


@pytest.fixture
def pgp(wrap: Wrap, context: Context, keys: dict[str, bytes]) -> Callable[..., Codec]:
    for name, content in keys.items():
        (context.site / name).write_bytes(content)
    return lambda *layers, **given: wrap(*(layers or ("openpgp",)), openpgp=given)


def test_what_we_encrypt_the_receiver_reads_and_knows_who_signed(
    pgp: Callable[..., Codec], decode: Decode, encode: Encode, wrap: Wrap
) -> None:
    batches = decode(wrap("gzip"), gzip.compress(PLAIN))
    _, content = encode(pgp("openpgp", "gzip", key="ours", recipients=["theirs.pub"]), batches)
    assert b"Ada" not in content
    assert ["Ada", "Bob"] == names(decode(pgp("openpgp", "gzip", key="theirs", signed_by=["ours.pub"]), content))


def test_a_signature_that_is_missing_or_of_another_is_refused(
    pgp: Callable[..., Codec], decode: Decode, encode: Encode
) -> None:
    _, unsigned = encode(pgp(recipients=["theirs.pub"]), [])
    assert [] == decode(pgp(key="theirs"), unsigned)
    with pytest.raises(BatchError, match=r"the openpgp layer cannot be taken off: .*no valid signatures"):
        decode(pgp(key="theirs", signed_by=["ours.pub"]), unsigned)
    _, other = encode(pgp(key="ours", recipients=["theirs.pub"]), [])
    with pytest.raises(BatchError, match="the openpgp layer cannot be taken off"):
        decode(pgp(key="theirs", signed_by=["theirs.pub"]), other)


def test_what_is_not_for_us_or_damaged_is_refused(pgp: Callable[..., Codec], decode: Decode, encode: Encode) -> None:
    _, content = encode(pgp(recipients=["theirs.pub"]), [])
    with pytest.raises(BatchError, match="the openpgp layer cannot be taken off: No key to decrypt message"):
        decode(pgp(key="ours"), content)
    for damaged in (content[:-9], content[:-9] + b"\0" * 9, PLAIN, b""):
        with pytest.raises(BatchError, match="the openpgp layer cannot be taken off"):
            decode(pgp(key="theirs"), damaged)


def test_gnupg_and_we_read_each_other(
    pgp: Callable[..., Codec], decode: Decode, encode: Encode, wrap: Wrap, keys: dict[str, bytes], tmp_path: Path
) -> None:
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    command = [need("gpg", "gnupg"), "--homedir", str(home), "--batch", "--yes", "--quiet", "--no-autostart"]

    def gpg(*args: str, given: bytes = b"") -> bytes:
        return subprocess.run([*command, *args], input=given, capture_output=True, check=True).stdout

    gpg("--import", given=keys["ours.pub"])
    packed = gpg("--trust-model", "always", "-r", "ours@example.org", "--compress-level", "9", "-e", given=PLAIN)
    assert ["Ada", "Bob"] == names(decode(pgp(key="ours"), packed))
    bomb = gpg("--trust-model", "always", "-r", "ours@example.org", "--compress-level", "9", "-e", given=BLANK)
    with pytest.raises(BatchError, match="the openpgp layer holds more than 16777216 bytes; raise largest or ratio"):
        decode(pgp(key="ours"), bomb)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": "none"}, r"openpgp\.key: none cannot be read: No such file"),
        ({"key": "../x"}, "leads out of the site"),
        ({"key": "mappings/l.yaml"}, "openpgp: "),
        ({"recipients": ["mappings/l.yaml"]}, "openpgp: "),
    ],
)
def test_a_key_that_is_none_is_refused(pgp: Callable[..., Codec], given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        pgp(**given)


def test_secrets_do_not_show(pgp: Callable[..., Codec]) -> None:
    assert "PRIVATE" not in repr(vars(pgp(key="ours")))
    with pytest.raises(ConfigError) as caught:
        pgp(key="ours", passphrase="open sesame")
    assert "openpgp: Invalid argument: secret key is not encrypted; name files" in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_without_receivers_or_a_key_one_way_only_is_open(
    pgp: Callable[..., Codec], decode: Decode, encode: Encode
) -> None:
    with pytest.raises(ConfigError, match=r"openpgp\.recipients is empty"):
        encode(pgp(key="ours"), [])
    with pytest.raises(ConfigError, match=r"openpgp\.key is not set"):
        decode(pgp(recipients=["theirs.pub"]), b"")
