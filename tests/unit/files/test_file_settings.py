"""Settings of files: what is refused, and what people are told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.files import SourceSettings, TargetSettings, below
from adapters.sftp import SftpConnection
from hrbus.spi import ConfigError


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"name": "R{sequnce}.DAT"},
            "{sequnce} is not known here; expected one of {date}, {record}, {route}, {sequence}",
        ),
        ({"name": "in/R.DAT"}, "does not make a plain name"),
        ({"name": ".."}, "does not make a plain name"),
        ({"name": "R{date:%d/%m}.DAT"}, "does not make a plain name"),
        ({"name": "R{sequence:nn}.DAT"}, "Invalid format specifier"),
        ({"name": "R{sequence:{width}}.DAT"}, "cannot be filled in"),
        ({"name": "R{sequence.__class__}.DAT"}, "is not known here"),
        ({"name": "R{sequence"}, "expected '}'"),
        ({"name": "R{}.DAT"}, "{} is not known here"),
        ({"name": "R.DAT", "trigger": "{records}.ok"}, "{records} is not known here"),
        ({"name": "R.DAT", "trigger_text": "{sum}"}, "{sum} is not known here"),
        ({"name": "R.DAT", "time_zone": "Asia/Beijing"}, "there is no time zone Asia/Beijing"),
        ({"name": "R.DAT", "time_zone": "../../etc"}, "there is no time zone"),
    ],
)
def test_a_name_that_cannot_be_made_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TargetSettings.model_validate(settings)
    assert message in str(caught.value)


@pytest.mark.parametrize("trigger", ["{name}/ok", "{number}.ok", "{name"])
def test_a_trigger_that_cannot_be_made_is_refused(trigger: str) -> None:
    with pytest.raises(ValidationError):
        SourceSettings.model_validate({"trigger": trigger})


@pytest.mark.parametrize("path", ["/etc", "..", "out/../../x", "../out"])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(ConfigError, match="leads out of the connection's folder"):
        below("", path)


@pytest.mark.parametrize(("path", "inside"), [("", ""), (".", ""), ("out/./x", "out/x"), ("out/../x", "x")])
def test_a_path_inside_is_made_plain(path: str, inside: str) -> None:
    assert inside == below("", path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give either password or key_file"),
        ({"password": "hush", "key_file": "k"}, "give either password or key_file"),
        ({"password": "hush", "passphrase": "p"}, "passphrase belongs to key_file"),
    ],
)
def test_an_sftp_connection_has_one_proof(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SftpConnection.model_validate({"host": "h", "user": "u", "known_hosts": "k", **settings})
    assert message in str(caught.value)
    assert "hush" not in str(caught.value)


def test_secrets_of_a_connection_are_never_shown() -> None:
    connection = SftpConnection.model_validate({"host": "h", "user": "u", "known_hosts": "k", "password": "hush"})
    assert "hush" not in repr(connection)
    assert "hush" not in connection.model_dump_json()
