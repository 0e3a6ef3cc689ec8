"""Levels, bands, their quantiles and words have one home, ``experiments/stats``: nothing else states one by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import kingmaker.experiments

ROOT = Path(kingmaker.experiments.__file__ or "").parent
HOME = ROOT / "stats"
CALLS = {
    "quantile", "nanquantile", "percentile", "nanpercentile", "ppf", "isf", "stdtrit", "ndtri", "t_interval", "nctdtr",
    "stdtr", "sem",
}  # fmt: skip
WORDS = re.compile(
    r"\d[\d.,]*[\s\u00a0]*(%|per cent)[\s\u00a0-]*(bootstrap |confidence )?"
    r"(interval|confidence|quantile|band|of (the )?(runs|seeds))"
    r"|intervalle à \d|(middle|central) (\d|half|nine)|(nine|eight|nineteen) (runs )?(in|out of) (ten|twenty)"
    r"|\d[\s\u00a0]*(%[\s\u00a0]*)?(to|à|–|and)[\s\u00a0]*\d+[\s\u00a0]*% "
    r"(of|de) (the |\{n\} )?(runs|worlds|seeds|passages)"
    r"|\b(low|high)_\d\d|\bp(05|95|10|90|025|975)\b"
)
KEYWORDS = {"conf_level", "confidence_level"}
EXCEPTIONS = {
    ("posterior/priors.py", "ndtri"): "turns places into values of a truncated prior",
    ("studies/forecast/contest.py", "ndtri"): "a forecaster's distribution, handed on by its percentiles",
    ("studies/forecast/contest.py", "quantile"): "the same of an ensemble",
    ("classroom/what_changed.py", "quantile"): "the height of a chart without its spikes: no statement of how sure",
    ("notebook/posterior_plots.py", "quantile"): "edges of a histogram: no statement of how sure",
    ("classroom/precomputed.py", "Band of a number"): "the page's runs over members, which have the same name",
    ("classroom/stacks_of_questions.py", "Band of a number"): "the same",
    ("figures/scatters.py", "quantile"): "edges of bins that hold equally many points: no statement of how sure",
}


def sources(*endings: str) -> list[Path]:
    return sorted(
        path for path in ROOT.rglob("*") if path.suffix in endings and HOME not in path.parents and path.is_file()
    )


def stated(tree: ast.AST) -> Iterator[str]:
    """What a module states of levels by hand: calls of quantiles, literal levels, words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                yield name
            if name in ("Level", "Band") and any(isinstance(arg, ast.Constant) for arg in ast.walk(node)):
                yield f"{name} of a number"
            yield from (k.arg for k in node.keywords if k.arg in KEYWORDS and isinstance(k.value, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if found := WORDS.search(node.value):
                yield found[0]
        elif isinstance(node, ast.JoinedStr):  # a text that goes on after a value: '95 {sign} interval' is still one
            whole = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
            if found := WORDS.search(whole):
                yield found[0]


def salib_without_level(tree: ast.AST) -> Iterator[str]:
    """SALib states intervals of 95 % where it is not told another level."""
    for node in ast.walk(tree):
        analysed = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "analyze"
        if analysed and "conf_level" not in {keyword.arg for keyword in node.keywords}:
            yield ast.unparse(node)


@pytest.mark.parametrize("path", sources(".py"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_states_a_level_by_hand(path: Path) -> None:
    tree, name = ast.parse(path.read_text(encoding="utf-8")), path.relative_to(ROOT).as_posix()
    assert [each for each in stated(tree) if (name, each) not in EXCEPTIONS] == []
    assert list(salib_without_level(tree)) == []


@pytest.mark.parametrize("path", sources(".toml", ".md", ".js", ".html"), ids=lambda path: path.name)
def test_no_words_file_states_a_level_by_hand(path: Path) -> None:
    found = WORDS.search(path.read_text(encoding="utf-8"))
    assert found is None, found[0] if found else ""


def test_every_exception_is_still_needed() -> None:
    for name, what in EXCEPTIONS:
        assert what in list(stated(ast.parse((ROOT / name).read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "text",
    [
        'x = "mean and 95 % interval"', 'x = f"its 95\\u00a0% interval, {n}"', 'x = "90 % of seeds"', 'x = "p05, p95"',
        'x = "intervalle à 95 %"', 'x = "10–90 % of worlds"',
        'x = "bande : 10 % à 90 % de {n} passages"', 'x = "low_90"', 'x = "the range of nine runs in ten"',
        "np.quantile(x, (0.05, 0.95))", "stats.t.ppf(0.975, 3)", "stdtrit(3, 0.975)", "Level(0.9)",
        "f(conf_level=0.95)", '"""A mean with its 95 % confidence interval."""', 'x = f"{a} middle 90 %"',
    ],
)  # fmt: skip
def test_a_level_by_hand_is_found(text: str) -> None:
    assert list(stated(ast.parse(text)))


@pytest.mark.parametrize("text", ['x = f"its {level.words}"', 'x = "5 % of all firms"', "Level(share)", "np.median(x)"])
def test_what_states_no_level_is_left_alone(text: str) -> None:
    assert not list(stated(ast.parse(text)))
