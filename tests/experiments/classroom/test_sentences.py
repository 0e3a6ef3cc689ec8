"""Every sentence that the model can tell has its French: of runs, in the model's source, of scenarios."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kingmaker import environment
from kingmaker.environment.core.ledger import KINDS
from kingmaker.environment.inputs.scenario import list_scenarios, load_scenario
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties.partnerships import KINDS as TIE_KINDS
from kingmaker.experiments.classroom.catalogue import catalogue
from kingmaker.experiments.classroom.choices import LANGUAGES, levers, measures
from kingmaker.experiments.classroom.precomputed import Precomputed
from kingmaker.experiments.classroom.visitor_question import moved
from kingmaker.experiments.classroom.what_changed import Difference, sentence
from kingmaker.experiments.classroom.wording import words_in

FRENCH = words_in("fr")
ENVIRONMENT = Path(environment.__file__).parent
Told = list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def told() -> Told:
    """Kind, who and text of all events of every shipped scenario, and of worlds with strict and with poor times."""
    worlds: list[dict[str, object]] = [{"scenario": name, "rng": k} for k, name in enumerate(list_scenarios(), 1)]
    worlds.append({"scenario": "baseline", "rng": 30, "policy.trigger": 0.1, "policy.compliance": 0.2})
    worlds.append({"scenario": "baseline", "rng": 31, "chips.capacity_growth": 0.02, "capital.commitments": 0.2})
    model = ComputeEconomy.stack(worlds, months=72, keep_ties=True).run()
    return [(kind, who, text) for _, _, kind, who, text in model.economy.events]


def test_what_happens_in_runs_is_told_in_french(told: Told) -> None:
    assert len({text for *_, text in told}) > 40
    assert sorted({text for *_, text in told if FRENCH.translation(text) is None}) == []
    # and nothing of an English sentence is left in the gaps of one with gaps
    inquiries = {FRENCH.sentence(text) for _, _, text in told if text.startswith("opens an inquiry")}
    assert inquiries
    on_evidence = {text for text in inquiries if ":" in text}  # one of its own motion cites none
    assert on_evidence
    assert all(re.search(r": concentration \d+\s%, locataires non servis \d+\s%, ", text) for text in on_evidence)


def test_every_kind_of_event_has_a_name(told: Told) -> None:
    kinds = {kind for kind, *_ in told}
    for language in LANGUAGES:
        assert kinds <= set(words_in(language).texts["events"])


def _strings(tree: ast.AST) -> Iterator[str]:
    """Texts in an expression; an f-string with ``chip`` and ``data centre`` in its gaps."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "chip" for part in node.values]
            yield "".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _source_sentences() -> set[str]:
    """The last argument of each ``note_event(...)``; where it is a name, the texts of that file's tables."""
    found: set[str] = set()
    for file in sorted(ENVIRONMENT.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if not (isinstance(call.func, ast.Attribute) and call.func.attr == "note_event" and call.args):
                continue
            text = call.args[-1]
            if isinstance(text, ast.Constant | ast.JoinedStr):
                found.add(next(_strings(text)))
            else:
                tables = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)]
                found |= {one for table in tables if isinstance(table, ast.Dict | ast.Tuple) for one in _strings(table)
                          if " " in one and one[0].islower() and len(one) > 20}  # fmt: skip
    return found


def test_what_the_source_can_tell_has_its_french_even_if_it_is_rare() -> None:
    sentences = _source_sentences()
    assert "cannot meet its debts and is wound up; its tenants must move" in sentences
    assert any(sentence.startswith("reviews its remedy") for sentence in sentences)
    assert any(sentence.startswith("signs with a second cloud") for sentence in sentences)
    filled = {re.sub(r"\{evidence\}", "concentration 0.1, tenants not served 0.1, foreclosure 0.1, stakes 0.1", s)
              for s in sentences}  # fmt: skip
    assert sorted(s for s in filled if FRENCH.translation(re.sub(r"\{\w+\}", "Meta", s)) is None) == []


def test_scenarios_and_levers_are_told_in_french() -> None:
    whys = {event.why for name in list_scenarios() for event in load_scenario(name).events}
    assert sorted(why for why in whys if FRENCH.translation(why) is None) == []
    assert set(FRENCH.texts["scenarios"]) == set(list_scenarios()) == set(FRENCH.texts["descriptions"])
    assert set(FRENCH.texts["definitions"]) == set(measures())
    for key, lever in levers().items():
        assert not lever.key.startswith("policy.") or FRENCH.translation(lever.declared.source), key
        assert not re.search(r"\binf\b", "".join(lever.meaning.values())), key
        assert FRENCH.sentence(moved(key, 0.5)) == f"« {lever.label['fr']} » passe à 0,5"
    assert FRENCH.sentence(moved("policy.export_cap_tpp", math.inf)).endswith("passe à ∞")
    units = {lever.declared.unit for lever in levers().values()}
    known = {"0-1", "TPP"}  # written alike in both languages
    assert {unit for unit in units if FRENCH.of("units", unit) == unit} <= known


def test_ties_and_payments_have_their_words() -> None:
    for language in LANGUAGES:
        texts = words_in(language).texts
        assert set(TIE_KINDS) <= set(texts["ties"])
        assert set(KINDS) - {"intervention"} <= set(texts["payments"])


def test_the_evidence_of_an_inquiry_is_told_in_parts_of_it() -> None:
    scores = "concentration 0.060, tenants not served 0.015, foreclosure 0.005, stakes 0.000"
    told = f"opens an inquiry, first into Amazon: {scores}"
    assert words_in("en").sentence(told).replace("\xa0", " ") == (
        "opens an inquiry, first into Amazon; weight of the evidence: "
        "concentration 75 %, tenants not served 19 %, foreclosure 6 %, stakes 0 %"
    )
    assert FRENCH.sentence(told).replace("\xa0", " ") == (
        "ouvre une enquête, d'abord sur Amazon ; poids des preuves : "
        "concentration 75 %, locataires non servis 19 %, verrouillage 6 %, participations 0 %"
    )


def test_a_sentence_without_translation_is_found() -> None:
    assert FRENCH.translation("sings a song of sixpence") is None
    assert FRENCH.sentence("sings a song of sixpence") == "sings a song of sixpence"
    assert words_in("en").translation("sings a song of sixpence") == "sings a song of sixpence"


def changed(name: str, middle: float, language: str) -> str:
    """What is said of a clear difference in the middle years."""
    low, high = sorted((0.5 * middle, 1.5 * middle))
    found = Difference(measures()[name], (24, 48), 1.0, 1.0 + middle, middle, low, high, 1.0, 0.5)
    return sentence(found, words_in(language)).split(": ")[-1].split(" : ")[-1]


@pytest.mark.parametrize(
    ("name", "middle", "english", "french"),
    [
        ("hhi_cloud", 817.0, "817 points higher", "817 points de plus"),
        ("circularity", -1.73, "1.73 points lower", "1,73 point de moins"),
        ("vendor_diversity", 10.0, "10.0 points higher", "10,0 points de plus"),
        ("gap_open", 0.31, "0.31 orders of magnitude wider", "0,31 ordre de grandeur de plus"),
        ("ai_capex_musd", -3.2, "$3.20 bn a month lower", "3,20 Md$ de moins par mois"),
        ("startups_alive", -12.0, "12.0 fewer", "12,0 de moins"),
        ("lead_time_weeks", 1.996, "2.00 weeks longer", "2,00 semaines de plus"),
    ],
)
def test_a_difference_is_told_in_the_words_of_a_difference(name: str, middle: float, english: str, french: str) -> None:
    assert changed(name, middle, "en").startswith(f"{english} in 2024–25 (")
    assert changed(name, middle, "fr").startswith(f"{french} en 2024–2025 (")


@pytest.mark.parametrize("name", sorted(measures()))
def test_each_difference_has_its_size_and_its_way(name: str) -> None:
    for language in LANGUAGES:
        up, down = (measures()[name].change[way][language] for way in ("up", "down"))
        assert up != down
        assert up.count("{size}") == down.count("{size}") == 1
        assert not re.search(r"index|indice|%|log", up + down)


def _texts(entry: object) -> Iterator[str]:
    if isinstance(entry, dict | list):
        for part in entry.values() if isinstance(entry, dict) else entry:
            yield from _texts(part)
    elif isinstance(entry, str):
        yield entry


def test_thousands_are_written_as_the_language_writes_them() -> None:
    """As numbers beside them: 10,000 in English; in French with the narrow space that breaks no line."""
    wrong = {"en": r"\d\s\d{3}\b", "fr": r"\d[ \xa0,]000\b|\d \d{3}\b"}
    for language, pattern in wrong.items():
        told = set(_texts(catalogue(Precomputed(), language)))
        assert [text for text in told if re.search(pattern, text)] == []
