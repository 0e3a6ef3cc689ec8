"""The page's own files, from ``web/``: read once, compressed once, sent with their digest."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kingmaker.experiments.classroom.encoded import ASK_AGAIN, FOR_EVER, Encoded, send
from kingmaker.experiments.classroom.faults import RefusedError
from kingmaker.experiments.classroom.gate import VISITOR, give_cookie, is_visitor, new_visitor

WEB = Path(__file__).parent / "web"
DOORS = ("/", "/teacher", "/embed")  # of one page, which looks at its address to see by which it was entered
TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".json": "application/json", ".txt": "text/plain; charset=utf-8", ".woff2": "font/woff2",
    ".png": "image/png", ".ico": "image/x-icon", ".webmanifest": "application/manifest+json",
    ".md": "text/plain; charset=utf-8", ".map": "application/json",
}  # fmt: skip


class Files:
    """The files of the page; one that has been changed on disk is read again."""

    def __init__(self, folder: Path = WEB) -> None:
        """None has been read."""
        self.folder = folder.resolve()
        self._kept: dict[str, tuple[int, Encoded]] = {}

    def read(self, name: str) -> Encoded:
        """A file by its path in the folder.

        Raises:
            RefusedError: there is none, or its kind is not served.
        """
        try:
            return self._read(name)
        except (OSError, ValueError):  # a name that is too long, or none at all
            raise RefusedError("not_found", "There is no such file.") from None

    def names(self) -> list[str]:
        """All that can be read."""
        found = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.suffix in TYPES)
        return sorted(path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))

    def _read(self, name: str) -> Encoded:
        path = (self.folder / name).resolve()
        inside = path.is_relative_to(self.folder) and path.suffix in TYPES
        if (
            not inside
            or any(part.startswith(".") for part in path.relative_to(self.folder).parts)
            or not path.is_file()
        ):
            raise RefusedError("not_found", "There is no such file.")
        changed = path.stat().st_mtime_ns
        kept = self._kept.get(name)
        if kept is None or kept[0] != changed:
            kept = (changed, Encoded(path.read_bytes(), TYPES[path.suffix]))
            self._kept[name] = kept
        return kept[1]


async def get_page(request: Request) -> Response:
    """A page; a browser that is new gets its name."""
    files: Files = request.app.state.files
    response = send(request, files.read("index.html"), ASK_AGAIN)
    if request.url.path != "/embed" and not is_visitor(request.cookies.get(VISITOR, "")):
        give_cookie(response, VISITOR, new_visitor())
    return response


async def get_file(request: Request) -> Response:
    """A file."""
    files: Files = request.app.state.files
    return send(
        request, files.read(request.path_params["path"]), FOR_EVER if "v" in request.query_params else ASK_AGAIN
    )


ROUTES = [*(Route(path, get_page) for path in DOORS), Route("/static/{path:path}", get_file)]
