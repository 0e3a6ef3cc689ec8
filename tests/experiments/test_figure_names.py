"""Names of figures: safe on every system, none like another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from kingmaker.experiments.figures.figure_files import FigureFolder, figure_path
from kingmaker.experiments.figures.figure_names import DEVICES, LONGEST, figure_name
from kingmaker.experiments.figures.style import save, sheet, styled

PARTS = st.lists(st.text(max_size=300), max_size=4)


@given(PARTS)
def test_a_name_is_safe_everywhere(parts: list[str]) -> None:
    name = figure_name(*parts)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", name)
    assert len(name) <= LONGEST
    assert name.casefold() not in DEVICES
    assert Path(name).stem == name
    assert name == figure_name(*parts)


@given(st.lists(PARTS, min_size=2, max_size=12))
def test_names_of_a_folder_differ_in_more_than_capitals(figures: list[list[str]]) -> None:
    taken: list[str] = []
    for parts in figures:
        taken.append(figure_name(*parts, taken=taken))
    assert len({name.casefold() for name in taken}) == len(figures)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("lines", "policy.interoperability", "final"), "lines_policy-interoperability_final"),
        (("heatmaps", "2022-03:2022-05"), "heatmaps_2022-03_2022-05"),
        (("paths", "in force"), "paths_in_force"),
        (("con",), "figure_con"),
        (("LPT1",), "figure_LPT1"),
        ((), "figure"),
        (("../../etc/passwd",), "etc_passwd"),
        (("a\\b", "c:d*?"), "a_b_c_d"),
    ],
)
def test_names_that_are_known(parts: tuple[str, ...], name: str) -> None:
    assert figure_name(*parts) == name


def test_keys_that_share_what_stands_before_their_dot_keep_their_files(tmp_path: Path) -> None:
    files = FigureFolder(tmp_path)
    for key in ("policy.duty", "policy.cap", "policy.Cap", "policy-cap"):
        files.save(Figure(figsize=(1, 1)), "lines", key, "final")
    assert len(files.written) == 8
    assert sorted(files.written) == sorted(tmp_path.iterdir())


def test_a_dot_in_a_path_does_not_cut_it(tmp_path: Path) -> None:
    """Also where the caller has made the path himself."""
    assert [path.name for path in save(Figure(figsize=(1, 1)), tmp_path / "a.b")] == ["a.b.pdf", "a.b.png"]
    assert figure_path(tmp_path, "a.b").parent == tmp_path


def test_the_caption_travels_with_the_figure_and_bytes_stay_the_same(tmp_path: Path) -> None:
    from PIL import Image

    for name in ("one", "two"):
        with styled():
            files = FigureFolder(tmp_path, "In force: a duty of 0.5")
            files.save(sheet(3.0, "A title", "What is shown", "n = 4, seeds 1–4"), name)
    for ending in ("pdf", "png"):
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.info["Title"] == "A title"
        assert picture.info["Description"] == "What is shown. n = 4, seeds 1–4 In force: a duty of 0.5"
