from __future__ import annotations

import codecs
import shutil
from pathlib import Path

import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.inputs.tables import DATA, read_tables
from kingmaker.environment.inputs.text_files import read_text
from kingmaker.experiments.design.sweep_design import load_design
from kingmaker.experiments.results.manifest import read_manifest

SCENARIO = 'extends = "baseline"\ntitle = "Für Zürich"\nmonths = 12\n'
DESIGN = 'kind = "grid"\ntitle = "Für Zürich"\nmonths = 12\n[parameters]\n"policy.interoperability" = [0.0, 1.0]\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_mark_and_any_line_end_are_accepted(tmp_path: Path, encoding: str, end: str) -> None:
    for name, text in (("scenario.toml", SCENARIO), ("design.toml", DESIGN)):
        (tmp_path / name).write_bytes(text.replace("\n", end).encode(encoding))
    assert load_scenario(tmp_path / "scenario.toml").title == "Für Zürich"
    assert load_design(tmp_path / "design.toml").title == "Für Zürich"
    (tmp_path / "manifest.json").write_bytes(f'{{"kingmaker_version":{end}"1"}}'.encode(encoding))
    assert read_manifest(tmp_path) == {"kingmaker_version": "1"}


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-16", "UTF-16"), ("utf-16-le", "zero byte"), ("utf-16-be", "zero byte"), ("utf-32", "UTF-32"),
     ("latin-1", "line 2: the file is not UTF-8 (byte 0xfc, which would be 'ü' in Latin-1)"), ("cp437", "line 2")],
)  # fmt: skip
def test_another_encoding_is_refused_with_the_one_wanted(tmp_path: Path, encoding: str, told: str) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    (data / "clouds.csv").write_bytes(
        (data / "clouds.csv").read_text("utf-8").replace("\n", "\nü", 1).encode(encoding, "replace")
    )
    (tmp_path / "s.toml").write_bytes(SCENARIO.encode(encoding))
    (tmp_path / "d.toml").write_bytes(DESIGN.encode(encoding))
    (tmp_path / "manifest.json").write_bytes('{"kingmaker_version":\n"ü"}'.encode(encoding))
    for read in (
        lambda: load_scenario(tmp_path / "s.toml"),
        lambda: load_design(tmp_path / "d.toml"),
        lambda: read_manifest(tmp_path),
        lambda: read_tables(data),
    ):
        with pytest.raises(KingmakerError) as fault:
            read()
        assert told in str(fault.value)
        assert "save it as UTF-8" in str(fault.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("months = " + "1" * 5000, "is not valid TOML"),
        ("months = 12", None),
        ('months = "12"', "'months' is '12'; allowed is a whole number"),
        ("months = 12.5", "'months' is 12.5"),
        ("months = true", "'months' is True"),
        ("title = 5", "'title' is 5; allowed is a text"),
        ("title = 2024-01-01", "'title' is 2024-01-01; allowed is a text"),
        ("title = [" + "1," * 500 + "]", ", 1, 1, 1]; allowed is a text"),
        ("parameters = 5", "'parameters' is 5; allowed is a table"),
        ("extends = 5", "'extends' is 5"),
        ('extensions = "a:B"', "'extensions' is 'a:B'; allowed is a list"),
        ("classes = []", "'classes' is []"),
        ("[parameters]\npolicy = 5", "there is no parameter 'policy'"),
        ("[parameters]\npolicy.interoperability = [1]", "is [1]; allowed"),
        ("[parameters]\npolicy.interoperability = nan", "is nan; allowed"),
        ("[parameters]\npolicy.interoperability = 2024-01-01", "is 2024-01-01; allowed"),
        ("[parameters]\npolicy.interoperability = " + "1" * 400, f" … {'1' * 30}; allowed"),
        ("[parameters]\npolicy.exclusivity_ban = true", None),
        ("[parameters]\npolicy.interoperability = true", "is True; allowed"),
        ("mnths = 5", "Did you mean 'months'"),
    ],
)
def test_a_wrong_type_names_place_value_and_what_is_allowed(tmp_path: Path, text: str, told: str | None) -> None:
    path = tmp_path / "s.toml"
    path.write_text(f"{text}\n", encoding="utf-8")
    if told is None:
        assert load_scenario(path).name == "s"
        return
    with pytest.raises(KingmakerError) as fault:
        load_scenario(path)
    assert str(path) in str(fault.value)
    assert told in str(fault.value)
    assert len(str(fault.value)) < 500


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / ("x" * 400), Path("a\0b")):
        with pytest.raises(KingmakerError, match="cannot be read"):
            read_text(path, KingmakerError)
    (tmp_path / "empty").write_bytes(codecs.BOM_UTF8)
    assert read_text(tmp_path / "empty", KingmakerError) == ""
