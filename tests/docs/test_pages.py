"""The hand-written pages speak of what there is: parameters, measures, scenarios, files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kingmaker.agents.startup import Startup
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import DECLARATIONS, GROUPS
from kingmaker.environment.inputs.scenario import list_scenarios
from kingmaker.environment.ties import contracts, stakes

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MADE = ("validation", "mechanisms", "docking", "event_study", "measured-points")  # by commands
PAGES = sorted(path for path in DOCS.glob("*.md") if path.stem not in MADE)
SHORT = {key.partition(".")[2] for key in DECLARATIONS}


def quoted(page: Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_parameters_named_on_a_page_exist(page: Path) -> None:
    named = [word for word in quoted(page) if re.fullmatch(rf"({'|'.join(GROUPS)})\.(?!py$|csv$)\w+", word)]
    assert [word for word in named if word not in DECLARATIONS] == []


def test_every_name_in_the_odd_protocol_exists() -> None:
    words = [word for word in quoted(DOCS / "odd.md") if re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", word)]
    assert len(words) > 100
    verbs = set(vars(contracts)) | set(vars(stakes)) | set(dir(Startup))
    assert sorted({word for word in words if word not in SHORT and word not in verbs}) == []


def test_every_module_in_the_odd_protocol_exists() -> None:
    text = (DOCS / "odd.md").read_text(encoding="utf-8")
    modules = 0
    for line in re.findall(r"\*(`[^*]+)\*", text):
        folder = ""
        for name in re.findall(r"`([\w/]+\.py)`", line):
            folder = name.rpartition("/")[0] or folder
            path = ROOT / folder / name.rpartition("/")[2]
            assert path.is_file(), f"{name} ({folder})"
            modules += 1
    assert modules >= 30


def test_every_phase_of_the_model_is_in_the_odd_protocol() -> None:
    text = (DOCS / "odd.md").read_text(encoding="utf-8")
    markets = ("chips", "compute", "capital", "services", "knowledge", "policy", "firms", "record")
    own = {path.name for folder in markets for path in (ROOT / "environment" / folder).glob("*.py")}
    # measures and starting state are described in sections 4 and 5, helpers of others with these
    own -= {"__init__.py", "record_month.py", "record_models.py", "record_leases.py", "oversight.py", "founding.py"}
    own -= {"record_capital.py", "last_year.py"}
    own -= {"licences.py", "debts.py", "instruments.py", "buyers.py", "chip_state.py", "news.py", "dimensions.py"}
    own -= {"startup_population.py", "build.py", "panel_codes.py", "chronicle.py"}
    assert sorted(name for name in own if name not in text) == []


def test_every_scenario_has_its_question() -> None:
    text = (DOCS / "policy-questions.md").read_text(encoding="utf-8")
    assert [name for name in list_scenarios() if f"`{name}`" not in text and name != "baseline"] == []


def test_measures_and_levers_of_the_policy_questions_exist() -> None:
    words = {word for word in quoted(DOCS / "policy-questions.md") if re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", word)}
    assert len(words) > 20
    assert sorted(words - set(MEASURES) - set(list_scenarios())) == []


def test_every_data_file_is_on_the_data_page() -> None:
    text = (DOCS / "data.md").read_text(encoding="utf-8")
    files = [path.name for path in (ROOT / "environment/data").glob("*.csv")]
    assert [name for name in files if f"`{name}`" not in text] == []


def test_facts_cited_on_the_data_page_are_in_the_data() -> None:
    text = (DOCS / "data.md").read_text(encoding="utf-8")
    body, _, rest = text.partition("The ids are those of `facts.csv`")
    cited = set(re.findall(r"\b(S\d-\d{3}|\d[a-z]-\d{3})\b", body))
    known = {line.partition(",")[0] for line in (ROOT / "environment/data/facts.csv").read_text().splitlines()}
    without_row = {"S2-001", "S2-010", *(f"S6-00{k}" for k in (1, 2, 3, 4, 6, 8))}
    assert "S6-001 to S6-004, S6-006, S6-008" in rest.replace("\n", " ")
    assert sorted(cited - known - without_row) == []
    assert not without_row & known


def test_the_path_of_a_contract_is_as_the_odd_protocol_has_it() -> None:
    """Each verb is called in the files of its rows of the table in 7.10, and in no others."""
    text = (DOCS / "odd.md").read_text(encoding="utf-8")
    lines = text[text.index("### 7.10") : text.index("### 7.11")].splitlines()
    rows = [line.strip(" |").split(" | ") for line in lines if line.startswith("  | ")]
    told: dict[str, set[str]] = {}
    for _, deciders, files, verbs in rows[1:]:
        assert [name for name in re.findall(r"`(\w+)`", deciders) if not hasattr(Startup, name)] == []
        for verb in re.findall(r"`(\w+)`", verbs):
            told.setdefault(verb, set()).update(re.findall(r"`([\w/]+\.py)`", files))
    called: dict[str, set[str]] = {}
    for path in (ROOT / "environment").rglob("*.py"):
        for verb in re.findall(r"\bcontracts\.([a-z_]+)\(", path.read_text(encoding="utf-8")):
            called.setdefault(verb, set()).add(path.relative_to(ROOT / "environment").as_posix())
    called.pop("row_of", None)
    assert set(told) - {"move"} == set(called)
    assert {verb: files - told[verb] for verb, files in called.items() if files - told[verb]} == {}
