"""Settings of the rest adapter refuse what would leak or mislead."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.rest import REST
from adapters.rest.settings import Connection, OrdersSettings, ResultsSettings, loopback

AUTH = {
    "type": "oauth2_client_credentials",
    "token_url": "https://api.example.com/token",
    "client_id": "hrbus",
    "client_secret": "hunter2",
}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://api.example.com/v1", "must begin with https://; plain http is for this machine only"),
        ("https://user:pass@api.example.com/v1", "must hold no credentials"),
        ("https://api.example.com/v1?key=1", "leave out what follows"),
        ("ftp://api.example.com", "must be an address such as"),
        ("api.example.com", "must be an address such as"),
    ],
)
def test_an_address_that_would_leak_or_mislead_is_refused(address: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Connection(base_url=address)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8020/v1", "http://localhost/v1", "http://[::1]:80/v1"])
def test_plain_http_is_taken_on_this_machine(address: str) -> None:
    assert address == Connection(base_url=address).base_url


def test_names_that_only_look_like_this_machine_are_not_it() -> None:
    assert [False, False, False] == [
        loopback(host) for host in ("localhost.example.com", "128.0.0.1", "127.0.0.1.nip.io")
    ]


def test_a_slash_at_the_end_of_an_address_is_taken_away() -> None:
    assert "https://api.example.com/v1" == Connection(base_url="https://api.example.com/v1/").base_url


@pytest.mark.parametrize("path", ["interviews", "/../admin", "/a?b", "//evil.example", "/a#b"])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    for model in (OrdersSettings, ResultsSettings):
        with pytest.raises(ValidationError, match="must be a path below base_url"):
            model.model_validate({"path": path})


def test_no_secret_shows_in_the_settings() -> None:
    connection = Connection.model_validate(
        {"base_url": "https://api.example.com", "auth": AUTH, "proxy": "http://u:hunter2@p"}
    )
    assert "hunter2" not in f"{connection} {connection!r} {connection.model_dump_json()}"


@pytest.mark.parametrize("wrong", [{"verify": False}, {"auth": AUTH | {"type": "magic"}}, {"retry": {"attempts": 0}}])
def test_what_does_not_exist_cannot_be_set(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Connection.model_validate({"base_url": "https://api.example.com"} | wrong)


def test_every_setting_is_explained() -> None:
    assert REST.source is not None
    assert REST.target is not None
    for model in (REST.connection, REST.source.settings, REST.target.settings):
        assert [] == [name for name, field in model.model_fields.items() if not field.description]
