"""What a verb came to."""

from __future__ import annotations

import html
import json
import os
import shutil
from typing import TYPE_CHECKING, Any, Mapping, Sequence

if TYPE_CHECKING:
    import numpy as np


class Findings(Mapping[str, Any]):
    """Findings as the tool's JSON has them, with attributes: `result.findings.images[0].lattice.cv2`."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    def __getitem__(self, key: str) -> Any:
        return _wrapped(self._raw[key])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._raw:
            raise AttributeError(f"the findings have no '{name}'; there are {', '.join(self._raw)}")
        return self[name]

    def __iter__(self):
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __dir__(self) -> "list[str]":
        return [*super().__dir__(), *self._raw]

    def __repr__(self) -> str:
        return json.dumps(self._raw, indent=1, ensure_ascii=False)


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Findings(value)
    if isinstance(value, list):
        return [_wrapped(item) for item in value]
    return value


class Result:
    """What a verb found, said and wrote.

    Findings are attributes (`result.images`), numbers are in `table()`, figures show in a notebook, files are in `folder`.
    """

    def __init__(self, verb: str, words: Sequence[str], raw: Mapping[str, Any]) -> None:
        #: The verb, and the command line that does the same.
        self.verb, self.words = verb, ["gingham", *words]
        self.findings = Findings(raw["findings"] or {})
        #: As the tool prints it.
        self.text: str = raw["text"]
        #: What to know beside the findings.
        self.remarks: "list[str]" = raw["remarks"]
        #: `path` and `reason` of what was left out.
        self.skipped: "list[dict[str, str]]" = raw["skipped"]
        #: Where files were written; `None` where none were.
        self.folder: "str | None" = os.path.abspath(raw["folder"]) if raw.get("folder") else None
        #: 0; 1 where a test failed; 2 where something was left out.
        self.exit_status: int = raw["exit_status"]

    def __getattr__(self, name: str) -> Any:
        if name == "findings" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.findings, name)

    def __dir__(self) -> "list[str]":
        return [*super().__dir__(), *self.findings]

    def __repr__(self) -> str:
        return self.text

    # Files

    @property
    def manifest(self) -> "dict[str, Any]":
        """Everything that shaped the result; empty where nothing was written."""
        return json.loads(self._read("manifest.json")) if self.folder else {}

    @property
    def files(self) -> "list[str]":
        """Paths of what was written, in order."""
        return [os.path.join(self.folder or "", name) for name in self.manifest.get("files", [])]

    @property
    def figures(self) -> "list[str]":
        """Paths of the pictures among them, the tool's order."""
        return [path for path in self.files if path.endswith(".png")]

    def array(self, name: str) -> "np.ndarray":
        """An array that was written, such as "gradient.npy"."""
        import numpy as np

        return np.load(self._path(name))

    def save(self, path: "str | os.PathLike[str]") -> str:
        """Copies the folder to where it shall stay; `path` must be free, or an empty folder."""
        if self.folder is None:
            raise ValueError(f"'{self.verb}' wrote no folder: give it output=PATH")
        target = os.fspath(path)
        if os.path.isdir(target) and os.listdir(target):
            raise FileExistsError(f"'{target}' holds files already")
        return shutil.copytree(self.folder, target, dirs_exist_ok=True)

    def _path(self, name: str) -> str:
        if self.folder is None:
            raise ValueError(f"'{self.verb}' wrote no folder: give it output=PATH")
        return os.path.join(self.folder, name)

    def _read(self, name: str) -> bytes:
        with open(self._path(name), "rb") as file:
            return file.read()

    # Tables and figures

    def table(self, key: "str | None" = None) -> Any:
        """Findings as a pandas table: those of `key`, or the longest list there is; nested numbers have dots in their names."""
        try:
            import pandas
        except ImportError:
            raise ImportError("tables need pandas: pip install pandas") from None
        raw = self.findings._raw
        if key is None:
            lists = [name for name, value in raw.items() if isinstance(value, list) and value and isinstance(value[0], dict)]
            if not lists:
                return pandas.json_normalize(dict(raw))
            key = max(lists, key=lambda name: len(raw[name]))
        value = raw[key]
        return pandas.json_normalize(value if isinstance(value, list) else [value])

    #: Figures that say most, where a verb writes several.
    _FIRST = ("picture.png", "magnitude.png", "contact-sheet.png", "montage.png", "overview.png")

    def _figure(self) -> "str | None":
        figures = self.figures
        named = {os.path.basename(path): path for path in reversed(figures)}
        return next((named[name] for name in self._FIRST if name in named), figures[0] if figures else None)

    def _repr_png_(self) -> "bytes | None":
        path = self._figure()
        if path is None:
            return None
        with open(path, "rb") as file:
            return file.read()

    def _repr_html_(self) -> str:
        import base64

        parts = [f"<pre>{html.escape(self.text)}</pre>"]
        parts += [f"<p>note: {html.escape(remark)}</p>" for remark in self.remarks]
        for path in self.figures[:12]:
            with open(path, "rb") as file:
                data = base64.b64encode(file.read()).decode()
            name = html.escape(os.path.relpath(path, self.folder))
            parts.append(
                f'<figure style="display:inline-block;margin:4px"><img style="max-width:480px" '
                f'src="data:image/png;base64,{data}"><figcaption>{name}</figcaption></figure>')
        return "".join(parts)
