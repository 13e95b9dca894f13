"""The JSON Schema that editors complete from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from hrbus.errors import ConfigError
from hrbus.registry import Registry
from hrbus.settings import json_schema


def test_a_connection_offers_every_adapter_with_its_own_settings(plugged: Registry) -> None:
    schema = json_schema("connections", plugged)
    choices = schema["properties"]["connections"]["additionalProperties"]["oneOf"]
    assert ["shelf", "window"] == [choice["properties"]["adapter"]["const"] for choice in choices]
    assert ["adapter", "room", "password", "boards"] == list(choices[0]["properties"])
    assert ["adapter", "room"] == choices[0]["required"]
    assert "The room it stands in." == choices[0]["properties"]["room"]["description"]


def test_a_route_offers_sources_targets_and_codecs(plugged: Registry) -> None:
    schema = json_schema("routes", plugged)
    route = schema["properties"]["routes"]["additionalProperties"]
    assert ["from", "key", "into"] == route["required"]
    assert [["connection", "codec", "board"]] * 2 == [
        list(end["properties"]) for end in route["properties"]["from"]["anyOf"]
    ]
    assert 1 == len(route["properties"]["to"]["anyOf"])
    assert ["type", "encoding"] == list(schema["$defs"]["codec"]["oneOf"][0]["properties"])


def test_a_route_tells_how_documents_may_be_judged(plugged: Registry) -> None:
    route = json_schema("routes", plugged)["properties"]["routes"]["additionalProperties"]
    assert "proven" == route["properties"]["validate"]["default"]
    pattern = {"type": "string", "pattern": route["properties"]["validate"]["pattern"]}
    fits = [jsonschema.Draft202012Validator(pattern).is_valid(text) for text in ("every", "sample(9)", "sample(0)")]
    assert [True, True, False] == fits


def test_a_job_describes_its_triggers(plugged: Registry) -> None:
    job = json_schema("jobs", plugged)["properties"]["jobs"]["additionalProperties"]
    assert ["routes", "cron", "every", "time_zone", "misfire_grace", "go_on"] == list(job["properties"])
    assert "UTC" == job["properties"]["time_zone"]["default"]
    assert "1h" == job["properties"]["misfire_grace"]["default"]


def test_one_adapter_and_one_codec_can_be_asked_for(plugged: Registry) -> None:
    assert ["connection", "source", "target"] == list(json_schema("adapter", plugged, "shelf")["properties"])
    assert ["encoding"] == list(json_schema("codec", plugged, "lines")["properties"])
    with pytest.raises(ConfigError, match="there is no adapter self"):
        json_schema("adapter", plugged, "self")


@pytest.mark.parametrize("kind", ["connections", "routes", "jobs"])
def test_every_reference_inside_a_schema_leads_somewhere(plugged: Registry, kind: str) -> None:
    schema = json_schema(kind, plugged)
    for found in references(schema):
        assert found.removeprefix("#/$defs/") in schema["$defs"]
    assert schema == json.loads(json.dumps(schema))


def references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["$ref"]] if "$ref" in schema else []
        return own + [name for value in schema.values() for name in references(value)]
    return [name for item in schema for name in references(item)] if isinstance(schema, list) else []


class Lenient(yaml.SafeLoader):
    """YAML as an editor reads it: numbers are numbers, and a secret is whatever text stands there."""


for tag in ("!env", "!file"):
    Lenient.add_constructor(tag, lambda loader, node: str(node.value))


@pytest.mark.parametrize("kind", ["connections", "routes", "jobs"])
def test_an_editor_finds_no_fault_in_the_settings_that_hrbus_brings_along(root: Path, kind: str) -> None:
    schema = json_schema(kind, Registry.installed())
    jsonschema.Draft202012Validator.check_schema(schema)
    written = yaml.load((root / "config" / f"{kind}.yaml").read_text("utf-8"), Lenient)
    faults = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(written)]
    assert [] == faults


def test_an_editor_marks_a_mistyped_setting(root: Path) -> None:
    schema = json_schema("jobs", Registry.installed())
    written = {"jobs": {"nightly": {"routes": ["vacancies"], "corn": "15 2 * * *"}}}
    assert not jsonschema.Draft202012Validator(schema).is_valid(written)
