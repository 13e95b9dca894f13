"""What a site's settings become, and what is said where they are wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from hrbus.errors import ConfigError
from hrbus.registry import Registry
from hrbus.settings import Config, Cron, load
from hrbus.site import Site
from hrbus.testing import a_context
from hrbus.values import OnChange, Validation

Change = Callable[[str, str, str], None]
ENVIRON = {"SHELF_PASSWORD": "open sesame"}


def faults(site: Site, registry: Registry, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(site, registry, ENVIRON if environ is None else environ)
    return [str(fault) for fault in caught.value.faults]


def good(site: Site, registry: Registry) -> Config:
    return load(site, registry, ENVIRON)


def test_a_right_site_becomes_a_checked_whole(site: Site, plugged: Registry) -> None:
    config = good(site, plugged)
    route = config.routes["applicants"]
    assert ["vacancies", "applicants"] == list(config.routes)
    assert ("NO",) == route.key
    assert ("NAME",) == route.ignore
    assert {"PositionOpening": "vacancies"} == route.reference
    assert OnChange.UPDATE is route.on_change
    assert Validation.of("proven") == route.validation
    assert "cp037" == cast("Any", route.source.codec.settings).encoding
    assert 2 == cast("Any", route.source.settings).board
    assert config.routes["vacancies"].target is None


@pytest.mark.parametrize("text", ["every", "proven", "sample(50)"])
def test_a_route_says_which_documents_a_parser_judges(
    site: Site, plugged: Registry, change: Change, text: str
) -> None:
    change("routes.yaml", "on_change: update", f"validate: {text}")
    assert Validation.of(text) == good(site, plugged).routes["applicants"].validation


def test_another_way_of_judging_is_a_fault(site: Site, plugged: Registry, change: Change) -> None:
    change("routes.yaml", "on_change: update", "validate: sample")
    assert [
        "config/routes.yaml:23:15: routes.applicants.validate: must be every, proven, or sample(N): "
        "proven, and each N-th record by the parser as well"
    ] == faults(site, plugged)


def test_the_parts_of_a_route_make_a_source_a_codec_and_a_target(
    site: Site, plugged: Registry, tmp_path: Path
) -> None:
    route = good(site, plugged).routes["applicants"]
    assert route.target is not None
    context = a_context(tmp_path)
    assert [] == list(route.source.make(context).poll())
    codec = route.target.codec.make(context)
    assert ["NO", "NAME"] == list(codec.layout.columns())
    assert hasattr(route.target.make(codec, context), "deliver")


def test_a_job_knows_its_time_zone_and_how_late_it_may_start(site: Site, plugged: Registry) -> None:
    jobs = good(site, plugged).jobs
    assert isinstance(jobs["nightly"].trigger, Cron)
    assert "Asia/Shanghai" == jobs["nightly"].time_zone.key
    assert timedelta(hours=1) == jobs["nightly"].misfire_grace
    assert jobs["by-hand"].trigger is None


def test_a_secret_is_resolved_and_not_shown(site: Site, plugged: Registry) -> None:
    config = good(site, plugged)
    settings = cast("Any", config.connections["store"].settings)
    assert "open sesame" == settings.password.get_secret_value()
    assert "open sesame" not in repr(config)


def test_a_secret_in_clear_is_a_fault(site: Site, plugged: Registry, change: Change) -> None:
    change("connections.yaml", "password: !env SHELF_PASSWORD", "password: open sesame")
    assert [
        "config/connections.yaml:5:15: connections.store.password: a secret does not stand in a file of settings; "
        "write !env NAME, or !file PATH with the secret in that file"
    ] == faults(site, plugged)


def test_a_missing_secret_is_named_once_with_its_line(site: Site, plugged: Registry) -> None:
    assert [
        "config/connections.yaml:5:15: connections.store: the environment variable SHELF_PASSWORD is not set; "
        "set it where hrbus is started: export SHELF_PASSWORD=…"
    ] == faults(site, plugged, {})


def test_a_missing_secret_in_a_route_is_named_once(site: Site, plugged: Registry, change: Change) -> None:
    change("routes.yaml", "encoding: cp037", "encoding: !env PAGE")
    found = faults(site, plugged)
    assert 1 == len(found)
    assert "config/routes.yaml:16:19: routes.applicants.from.codec: the environment variable PAGE" in found[0]


def test_every_fault_of_all_files_is_told_at_once(site: Site, plugged: Registry, change: Change) -> None:
    change("connections.yaml", "room: cellar", "rooom: cellar")
    change("routes.yaml", "into: applicants.yaml", "into: aplicants.yaml")
    change("jobs.yaml", "cron: ", "corn: ")
    assert [
        "config/connections.yaml:3:5: connections.store.room: is missing; write room: …",
        "config/connections.yaml:4:5: connections.store.rooom: unknown key; did you mean room?",
        "config/routes.yaml:19:11: routes.applicants.into: there is no mapping mappings/aplicants.yaml; "
        "did you mean applicants.yaml?",
        "config/jobs.yaml:4:5: jobs.nightly.corn: unknown key; did you mean cron?",
    ] == faults(site, plugged)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("routes.yaml", "connection: store\n      board: 2", "connection: stroe\n      board: 2",
         "config/routes.yaml:12:19: routes.applicants.from.connection: there is no connection stroe; "
         "did you mean store?"),
        ("routes.yaml", "PositionOpening: vacancies", "PositionOpening: vacancy",
         "config/routes.yaml:21:24: routes.applicants.reference.PositionOpening: there is no other route vacancy; "
         "did you mean vacancies?"),
        ("routes.yaml", "PositionOpening: vacancies", "PositionOpening: applicants",
         "config/routes.yaml:21:24: routes.applicants.reference.PositionOpening: there is no other route applicants; "
         "known here: vacancies"),
        ("routes.yaml", "type: lines\n        encoding", "type: line\n        encoding",
         "config/routes.yaml:15:15: routes.applicants.from.codec.type: there is no codec line; did you mean lines?"),
        ("routes.yaml", "board: 2", "board: two",
         "config/routes.yaml:13:14: routes.applicants.from.board: input should be a valid integer, unable to parse "
         "string as an integer"),
        ("routes.yaml", "into: vacancies.yaml", "into: ../config/jobs.yaml",
         "config/routes.yaml:9:11: routes.vacancies.into: leads out of mappings/; keep mappings below mappings/"),
        ("routes.yaml", "    out: order.yaml\n", "",
         "config/routes.yaml:11:5: routes.applicants: has a target (to) but no mapping towards it (out): "
         "write out: NAME.yaml"),
        ("routes.yaml", "  vacancies:\n    from", "  Vacancies!:\n    from",
         "config/routes.yaml:2:3: routes.Vacancies!: this name cannot be used; begin with a small letter; "
         "then small letters, digits, - and _"),
        ("connections.yaml", "adapter: shelf", "adapter: shell",
         "config/connections.yaml:3:14: connections.store.adapter: there is no adapter shell; did you mean shelf?"),
        ("jobs.yaml", "routes: [applicants]", "routes: [applicant]",
         "config/jobs.yaml:7:14: jobs.by-hand.routes: there is no route applicant; did you mean applicants?"),
        ("jobs.yaml", "15 2 * * *", "75 2 * * *",
         "config/jobs.yaml:4:11: jobs.nightly.cron: the minute 75 does not exist: expected 0-59, as *, 5, 1-5, "
         "*/15 or 1,15"),
        ("jobs.yaml", "Asia/Shanghai", "Asia/Atlantis",
         "config/jobs.yaml:5:16: jobs.nightly.time_zone: is no time zone: write one such as UTC, Europe/Berlin or "
         "Asia/Shanghai"),
        ("jobs.yaml", "jobs:", "tasks:",
         "config/jobs.yaml:1:1: tasks: unknown key; this file begins with jobs:"),
    ],
)  # fmt: skip
def test_a_fault_says_where_what_and_what_to_write(
    site: Site, plugged: Registry, change: Change, file: str, old: str, new: str, fault: str
) -> None:
    change(file, old, new)
    assert fault in faults(site, plugged)


def test_an_adapter_that_cannot_be_written_to_is_refused_as_a_target(
    site: Site, plugged: Registry, change: Change
) -> None:
    change("connections.yaml", "adapter: shelf", "adapter: window")
    expected = "config/routes.yaml:25:19: routes.applicants.to.connection: the adapter window cannot be written to"
    assert [expected] == faults(site, plugged)


def test_an_unreadable_connections_file_does_not_make_every_route_a_fault(site: Site, plugged: Registry) -> None:
    (site.config / "connections.yaml").write_text("connections: [")
    found = faults(site, plugged)
    assert 1 == len(found)
    assert "is not YAML" in found[0]


def test_a_fault_in_a_connection_is_not_repeated_at_its_routes(site: Site, plugged: Registry, change: Change) -> None:
    change("connections.yaml", "adapter: shelf\n", "adapter: shelf\n    boards: many\n")
    assert 1 == len(faults(site, plugged))


def test_jobs_may_be_missing_but_routes_may_not(site: Site, plugged: Registry) -> None:
    (site.config / "jobs.yaml").unlink()
    assert {} == good(site, plugged).jobs
    (site.config / "routes.yaml").unlink()
    assert ["config/routes.yaml: cannot be read: No such file or directory"] == faults(site, plugged)


def test_a_file_with_only_its_key_declares_nothing(site: Site, plugged: Registry) -> None:
    for kind in ("connections", "routes", "jobs"):
        (site.config / f"{kind}.yaml").write_text(f"{kind}:\n")
    config = good(site, plugged)
    assert ({}, {}, {}) == (config.connections, config.routes, config.jobs)


def test_a_job_with_two_triggers_is_refused(site: Site, plugged: Registry, change: Change) -> None:
    change("jobs.yaml", "    time_zone", "    every: 15m\n    time_zone")
    assert "config/jobs.yaml:3:5: jobs.nightly: has both cron and every: write one of them" in faults(site, plugged)
