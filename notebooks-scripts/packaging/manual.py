#!/usr/bin/env python3
"""Writes man pages of the tool's own description of its verbs and options.

    manual.py PATH/gingham FOLDER        gingham.1, and gingham-VERB.1 for each verb
"""

import json
import subprocess
import sys
from pathlib import Path


def text(words, indent=False):
    """Text as troff takes it: lines stay lines where they are indented, as examples are."""
    lines = []
    for line in (words or "").splitlines():
        plain = line.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
        if plain.startswith("."):
            plain = "\\&" + plain
        if line.startswith(" "):
            lines += [".nf", plain, ".fi"]
        else:
            lines.append(plain if plain else ".PP")
    return "\n".join(lines).replace("\n.fi\n.nf", "")


def spelled(option):
    dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    names = [dashes[name["kind"]] + name["name"] for name in option.get("names", ())]
    value = option.get("valueName", "")
    if option["kind"] == "positional":
        return f"\\fI{text(value)}\\fR" + (" ..." if option.get("isRepeating") else "")
    shown = ", ".join(f"\\fB{text(name)}\\fR" for name in names)
    return shown + (f" \\fI{text(value)}\\fR" if option["kind"] == "option" else "")


def page(command, path, version, parent=None):
    """A page of section 1."""
    name = f"{parent}-{command['commandName']}" if parent else command["commandName"]
    typed = name.replace("-", " ", 1) if parent else name
    options = [option for option in command.get("arguments", ()) if option.get("shouldDisplay", True)]
    places = [option for option in options if option["kind"] == "positional"]
    usage = " ".join(f"[{spelled(place)}]" if place.get("isOptional") else spelled(place) for place in places)
    verbs = [verb for verb in command.get("subcommands", ()) if verb["commandName"] != "help"]
    lines = [
        f'.TH "{name.upper()}" "1" "" "Gingham {version}" "User Commands"', ".SH NAME",
        f"{text(name)} \\- {text(command.get('abstract', ''))}", ".SH SYNOPSIS",
        f"\\fB{text(typed)}\\fR {usage or ('' if not verbs else chr(92) + 'fIverb' + chr(92) + 'fR')} [\\fIoptions\\fR]",
        ".SH DESCRIPTION", text(command.get("discussion") or command.get("abstract")),
    ]
    if verbs:
        lines.append(".SH VERBS")
        for verb in verbs:
            lines += [".TP", f"\\fB{text(name + '-' + verb['commandName'])}\\fR(1)", text(verb.get("abstract"))]
    if options:
        lines.append(".SH OPTIONS")
    for option in options:
        about = " ".join(filter(None, [option.get("abstract"), option.get("discussion")]))
        if option.get("allValues"):
            about += f" One of {', '.join(option['allValues'])}."
        if option.get("defaultValue"):
            about += f" (default: {option['defaultValue']})"
        lines += [".TP", spelled(option), text(about)]
    lines += [".SH EXIT STATUS", "0; 1 after an error; 2 where something was left out; 64 for wrong usage."]
    if parent:
        lines += [".SH SEE ALSO", f"\\fB{parent}\\fR(1)"]
    (path / f"{name}.1").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for verb in verbs:
        page(verb, path, version, name)


def main():
    tool, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    ask = lambda option: subprocess.run([tool, option], check=True, capture_output=True, text=True).stdout
    page(json.loads(ask("--experimental-dump-help"))["command"], folder, ask("--version").split()[0])


if __name__ == "__main__":
    main()
