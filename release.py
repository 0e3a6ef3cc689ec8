"""What ``make release`` does: build everything that is archived with a version, and check an archive again.

    python release.py --out dist            # wheel, sdist, documentation, capsule, SHA256SUMS
    python release.py --check dist          # are the files those of the checksums?

The *capsule* is one zip that suffices to make the reference run again on another machine: sources, wheel, lock,
documentation, the results of the reference run with their manifest, and the steps.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SUMS, REFERENCE = "SHA256SUMS", "reference"
STAMP = (1980, 1, 1, 0, 0, 0)  # of every file in a zip, so that the same files give the same bytes
EPOCH = "315532800"  # the same moment, in seconds since 1970, for what hatchling packs
BESIDE = ("requirements.lock", "LICENSE", "CITATION.cff", "codemeta.json", "AUTHORS.md", "CHANGELOG.md")
OPEN = {"funding": "To be stated by the authors.", "ai-use": "To be stated by the authors:"}
STEPS = """Kingmaker {version}: reproduce the reference run

1. python -m venv .venv
2. .venv/bin/python -m pip install --require-hashes -r requirements.lock
3. .venv/bin/python -m pip install --no-deps --no-index {wheel}
4. .venv/bin/kingmaker rerun reference

The last line says 'identical' if the numbers are the same to the last bit. {sums} holds the checksums of all files:
sha256sum -c {sums}. On Windows, write .venv\\Scripts instead of .venv/bin.
"""


class ReleaseError(Exception):
    """Something that keeps a release from being made, in a sentence."""


def main(words: Sequence[str] | None = None) -> int:
    """Make or check a release; 1 if it cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder of the release; made if need be")
    parser.add_argument("--months", type=int, default=108, help="months of the reference run")
    parser.add_argument("--no-docs", action="store_true", help="leave the documentation out, which takes minutes")
    parser.add_argument(
        "--final", action="store_true", help="refuse to release with places that are still to be filled"
    )
    parser.add_argument("--check", type=Path, metavar="DIR", help="only compare a release with its checksums")
    asked = parser.parse_args(words)
    try:
        if asked.check is not None:
            print(f"{check(asked.check)} files are those of {SUMS}.")
            return 0
        for place in open_places():
            print(f"still to be filled: {place}", file=sys.stderr)
        if asked.final and list(open_places()):
            raise ReleaseError("the release is not final: fill these places first.")
        for path in make(asked.out, asked.months, not asked.no_docs):
            print(path)
    except ReleaseError as fault:
        print(f"release: {fault}", file=sys.stderr)
        return 1
    return 0


def version() -> str:
    """The version, the same wherever it is written.

    Raises:
        ReleaseError: two files disagree.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    told = {
        "pyproject.toml": str(project["version"]),
        "CITATION.cff": cited[1] if cited else "none",
        "codemeta.json": str(json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))["version"]),
    }
    if len(set(told.values())) > 1:
        raise ReleaseError("the version differs: " + ", ".join(f"{name} has {v}" for name, v in told.items()) + ".")
    return told["pyproject.toml"]


def open_places() -> Iterator[str]:
    """What only the authors can fill, and have not yet."""
    text = (ROOT / "AUTHORS.md").read_text(encoding="utf-8")
    meta = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    if all(author["@type"] != "Person" for author in meta["author"]):
        yield "the authors, by name (AUTHORS.md, CITATION.cff, codemeta.json, pyproject.toml)"
    yield from (f"{slot} (AUTHORS.md)" for slot, words in OPEN.items() if words in text)
    yield from (f"{key} (codemeta.json)" for key in ("codeRepository", "issueTracker") if key not in meta)


def make(out: Path, months: int, docs: bool) -> list[Path]:
    """Build all parts into a folder that holds nothing else; gives the files.

    Raises:
        ReleaseError: the folder holds other files, or a step has failed.
    """
    named, out = version(), out.resolve()
    stem = f"kingmaker-{named}"
    known = {f"{stem}.tar.gz", f"{stem}-py3-none-any.whl", f"{stem}-docs.zip", f"{stem}-capsule.zip", SUMS, "work"}
    if out.exists() and (strangers := sorted({path.name for path in out.iterdir()} - known)):
        raise ReleaseError(f"{out} holds {', '.join(strangers[:3])}; name another folder with --out, or empty it.")
    work = out / "work"
    shutil.rmtree(work, ignore_errors=True)  # of a release that was stopped
    work.mkdir(parents=True)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONPATH": str(ROOT)}
    run([sys.executable, "-m", "hatchling", "build", "-d", str(out), "-t", "sdist", "-t", "wheel"], environment)
    sdist, wheel = out / f"{stem}.tar.gz", out / f"{stem}-py3-none-any.whl"
    made = [sdist, wheel]
    if docs:
        run([sys.executable, "-m", "sphinx", "-b", "html", "-q", "-d", str(work / "trees"), "docs", str(work / "docs")])
        made.append(pack(out / f"{stem}-docs.zip", files_of(work / "docs", "docs")))
    command = ["run", "baseline", "--months", str(months), "--no-figures", "--quiet", "--out", REFERENCE]
    run([sys.executable, "-m", "kingmaker", *command], environment, work)  # its manifest names no folder of ours
    made.append(_capsule(out / f"{stem}-capsule.zip", made, work / REFERENCE, named))
    sums = out / SUMS
    sums.write_text("".join(f"{digest(path)}  {path.name}\n" for path in made), encoding="utf-8")
    shutil.rmtree(work)
    return [*made, sums]


def _capsule(path: Path, parts: Sequence[Path], reference: Path, named: str) -> Path:
    """All that it takes, with checksums of its own."""
    found = {part.name: part.read_bytes() for part in parts}
    found |= {name: (ROOT / name).read_bytes() for name in BESIDE}
    found |= dict(files_of(reference, REFERENCE))
    found["STEPS.txt"] = STEPS.format(version=named, wheel=parts[1].name, sums=SUMS).encode()
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(found.items())]
    return pack(path, [*found.items(), (SUMS, "".join(lines).encode())])


def files_of(folder: Path, under: str) -> Iterator[tuple[str, bytes]]:
    """The files of a folder, by their names in an archive; hidden ones are left out."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            yield f"{under}/{name.as_posix()}", path.read_bytes()


def pack(path: Path, found: Sequence[tuple[str, bytes]] | Iterator[tuple[str, bytes]]) -> Path:
    """A zip whose bytes follow from its files alone."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(found):
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return path


def check(folder: Path) -> int:
    """Compare the files of a release with their checksums; gives how many.

    Raises:
        ReleaseError: no checksums, a file that is missing, or one that is another.
    """
    sums = folder / SUMS
    if not sums.is_file():
        raise ReleaseError(f"{folder}: there is no {SUMS}.")
    lines = sums.read_text(encoding="utf-8").splitlines()
    for line in lines:
        wanted, _, name = line.partition("  ")
        if not (folder / name).is_file():
            raise ReleaseError(f"{folder}: {name} is missing.")
        if digest(folder / name) != wanted:
            raise ReleaseError(f"{folder}: {name} is not the file of {SUMS}.")
    return len(lines)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(command: Sequence[str], environment: dict[str, str] | None = None, folder: Path = ROOT) -> None:
    """Run a step, in the root of the repository unless another folder is given.

    Raises:
        ReleaseError: it has failed; its own words are shown.
    """
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseError(f"'{' '.join(command[1:4])}' has failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
