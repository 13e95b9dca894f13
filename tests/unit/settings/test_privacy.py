"""Data go only where config/privacy.yaml lets them: shown on the sample site, changed in one place at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from hrbus.app import App
from hrbus.checkup import check, mappings_of
from hrbus.clock import SystemClock
from hrbus.errors import ConfigError
from hrbus.privacy import Passage, passages
from hrbus.registry import Registry
from hrbus.settings import Config, load
from hrbus.site import Site, init

STATUS = "      Status: APPL-STATUS | table(status)\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    init(tmp_path / "site")
    return Site(tmp_path / "site")


def config_of(site: Site) -> Config:
    return load(site, Registry.installed(), {}, secrets=False)


def faults(site: Site) -> list[str]:
    return [str(fault) for fault in check(config_of(site), Registry.installed(), SystemClock())]


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


def ways(site: Site, route: str) -> list[Passage]:
    config = config_of(site)
    mappings = mappings_of(config, Registry.installed(), SystemClock())
    return list(passages(config, config.routes[route], mappings))


def test_the_sample_site_lets_nothing_through_that_it_should_not(site: Site) -> None:
    assert [] == faults(site)
    assert all(passage.allowed and passage.kind for passage in ways(site, "applicants"))


def test_marital_status_does_not_pass_and_the_line_is_named(site: Site) -> None:
    mapping = site.mappings / "applicants.yaml"
    change(mapping, "  APPL-MARITAL: not needed for an interview\n", "")
    change(mapping, "        Channel: APPL-CHANNEL", "        Stage: APPL-MARITAL\n        Channel: APPL-CHANNEL")
    line = mapping.read_text().splitlines().index("        Stage: APPL-MARITAL") + 1
    assert [
        f"mappings/applicants.yaml:{line}:16: routes.applicants: APPL-MARITAL is marital, which recruiting does not "
        "let through: by Candidate/UserArea/Application/Stage reaches ledger; drop it, or add marital to "
        "purposes.recruiting.reach.ledger"
    ] == [fault for fault in faults(site) if "marital" in fault]


@pytest.mark.parametrize(
    "leaf",
    [
        "      Status:\n        $sql: CASE WHEN \"APPL-MARITAL\" = 'M' THEN 'Active' ELSE 'Inactive' END\n",
        "      Status: APPL-MARITAL | table(status)\n",
        '      Status: join(" ", APPL-MARITAL, APPL-STATUS)\n',
        "      Status:\n        $when: APPL-MARITAL\n        $text: APPL-STATUS | table(status)\n",
        "      Status:\n        $include: fragments/status.yaml\n",
    ],
    ids=["formula", "table", "join", "condition", "fragment"],
)
def test_data_are_followed_however_they_are_written(site: Site, leaf: str) -> None:
    (site.mappings / "fragments").mkdir()
    (site.mappings / "fragments" / "status.yaml").write_text("$text: APPL-MARITAL | table(status)\n")
    mapping = site.mappings / "applicants.yaml"
    change(mapping, "  APPL-MARITAL: not needed for an interview\n", "")
    change(mapping, STATUS, leaf)
    found = [passage for passage in ways(site, "applicants") if passage.field == "APPL-MARITAL"]
    assert [("marital", "ledger", False)] == [(p.kind, p.target, p.allowed) for p in found]
    assert found[0].sensitive


def test_what_reaches_the_ledger_lawfully_may_still_not_reach_the_service(site: Site) -> None:
    change(site.config / "privacy.yaml", "interviews: [identity, contact,", "interviews: [identity,")
    found = [fault for fault in faults(site) if "contact" in fault]
    assert 2 == len(found)
    assert all("interview-orders.yaml" in fault and "reaches interviews" in fault for fault in found)


def test_documents_that_a_mapping_joins_are_followed_to_their_own_fields(site: Site) -> None:
    found = {p.field: p for p in ways(site, "applicants") if p.target == "interviews" and p.written.startswith("job")}
    assert {"VAC-NO", "VAC-TITLE", "VAC-DEPARTMENT"} <= set(found)
    change(
        site.config / "privacy.yaml",
        "consent, application, vacancy]\n      legacy",
        "consent, application]\n      legacy",
    )
    assert any("VAC-TITLE is vacancy" in fault for fault in faults(site))


def test_a_run_that_would_let_data_through_does_not_start(site: Site) -> None:
    change(site.config / "privacy.yaml", "ledger: [identity, contact,", "ledger: [identity,")
    with (
        App(config_of(site), Registry.installed(), SystemClock(), print) as app,
        pytest.raises(ConfigError, match="APPL-EMAIL is contact"),
    ):
        app.route("applicants")


def test_a_field_without_a_class_does_not_pass(site: Site) -> None:
    change(site.config / "privacy.yaml", "APPL-CHANNEL, ", "")
    assert ["APPL-CHANNEL has no class, and by Candidate/UserArea/Application/Channel reaches ledger"] == [
        fault.split(": ", 2)[2].partition(";")[0] for fault in faults(site)
    ]


def test_a_route_without_a_purpose_is_warned_of_or_refused(site: Site) -> None:
    change(site.config / "privacy.yaml", ", applicants, results]", ", applicants]")
    (fault,) = check(config_of(site), Registry.installed(), SystemClock())
    assert (True, True) == (fault.warning, "routes.results: serves no purpose" in str(fault))
    change(site.config / "privacy.yaml", "classes:", "unnamed: refuse\nclasses:")
    assert [False] == [each.warning for each in check(config_of(site), Registry.installed(), SystemClock())]


def test_a_site_without_the_file_is_warned(site: Site) -> None:
    (site.config / "privacy.yaml").unlink()
    (fault,) = check(config_of(site), Registry.installed(), SystemClock())
    assert fault.warning
    assert "nothing is proven" in fault.message


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("ledger: [identity,", "ledger: [identty,", "there is no class identty; did you mean identity?"),
        ("  marital:\n    about", "  marital:\n    abuot", "classes.marital.abuot: unknown key"),
    ],
)
def test_what_is_wrong_within_the_file_is_told(site: Site, before: str, after: str, expected: str) -> None:
    change(site.config / "privacy.yaml", before, after)
    with pytest.raises(ConfigError) as caught:
        config_of(site)
    assert any(expected in str(fault) for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("interviews: [identity", "intervews: [identity", "there is no target intervews; did you mean interviews?"),
        ("routes: [vacancies,", "routes: [vacancie,", "there is no route vacancie; did you mean vacancies?"),
        ("  legacy:\n    name", "  legcy:\n    name", "recipients: there is no target legcy; did you mean legacy?"),
    ],
)
def test_a_name_that_the_site_does_not_have_is_warned_of(site: Site, before: str, after: str, expected: str) -> None:
    change(site.config / "privacy.yaml", before, after)
    found = [f for f in check(config_of(site), Registry.installed(), SystemClock()) if expected in str(f)]
    assert [True] == [fault.warning for fault in found]


def test_a_mistyped_key_of_a_class_or_purpose_is_told_what_it_may_have_meant(site: Site) -> None:
    file = site.config / "privacy.yaml"
    change(file, '    fields: ["*MARITAL*"]', '    filds: ["*MARITAL*"]')
    change(file, "    role: processor", "    rol: processor")
    with pytest.raises(ConfigError) as caught:
        config_of(site)
    told = [str(fault).partition(": ")[2] for fault in caught.value.faults]
    assert told == [
        "classes.marital.filds: unknown key; did you mean fields?",
        "recipients.interviews.rol: unknown key; did you mean role?",
    ]
