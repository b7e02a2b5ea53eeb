#!/usr/bin/env python3
"""Writes Tests/TensorsTests/Golden/archives: small zip and tar archives as Python's own modules make them, in each of their
dialects, and contents.json with the SHA-256 of what every file in them holds.

Standard library only. Usage: archives.py
"""
import hashlib
import io
import json
import pathlib
import tarfile
import zipfile

from made_with import record

FOLDER = pathlib.Path(__file__).parents[2] / "Tests/TensorsTests/Golden/archives"
LONG = "/".join(f"folder-{number:02d}-with-a-long-name" for number in range(9)) + "/picture.bin"
FILES = {
    "a.bin": bytes(range(256)) * 5, "cats/1.bin": b"cat" * 400, "cats/empty.bin": b"", "dögs/2.bin": b"dog" * 171,
    LONG: bytes((7 * i * i) % 251 for i in range(3000)), "../beside.bin": b"outside?", "/etc/absolute.bin": b"root?",
}


def tar(name, form):
    with tarfile.open(FOLDER / name, "w", format=form) as archive:
        folder = tarfile.TarInfo("cats")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        link = tarfile.TarInfo("link.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        for path, data in FILES.items():
            if form == tarfile.USTAR_FORMAT and path == LONG:
                path = "x" * 90 + "/" + "y" * 90
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, method in [("stored.zip", zipfile.ZIP_STORED), ("deflated.zip", zipfile.ZIP_DEFLATED)]:
        with zipfile.ZipFile(FOLDER / name, "w", method) as archive:
            archive.writestr(zipfile.ZipInfo("cats/"), b"")
            for path, data in FILES.items():
                entry = zipfile.ZipInfo(path)
                entry.compress_type = method
                archive.writestr(entry, data)
    tar("ustar.tar", tarfile.USTAR_FORMAT)
    tar("gnu.tar", tarfile.GNU_FORMAT)
    tar("pax.tar", tarfile.PAX_FORMAT)
    sums = {path: hashlib.sha256(data).hexdigest() for path, data in FILES.items()}
    names = {name.name: [] for name in sorted(FOLDER.glob("*.*")) if name.suffix in (".zip", ".tar")}
    for name in names:
        path = FOLDER / name
        if path.suffix == ".zip":
            found = [n for n in zipfile.ZipFile(path).namelist() if not n.endswith("/")]
        else:
            found = [m.name for m in tarfile.open(path) if m.isfile()]
        names[name] = dict(zip(found, sums.values(), strict=True))
    (FOLDER / "contents.json").write_text(json.dumps(names, indent=1, ensure_ascii=False) + "\n")
    record(FOLDER.parent, "archives/*")


main()
