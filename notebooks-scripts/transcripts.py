#!/usr/bin/env python3
"""Types the commands of README and guides, and holds what comes out against what is printed there.

    notebooks-scripts/transcripts.py [--gingham TOOL] [--list] [--update] [DOCUMENT[:LINE]...]

Every fenced block with a line that begins with `$ ` is a transcript: commands, each followed by a part of its output. They
are typed in order in a fresh clone of the last commit, with the tool on the PATH, the fetched `models` and the folders
of `examples.sh`. A fenced block whose first line is `# NAME.yaml` is that file.

Of the output every printed line must be there, in order; `…` stands for anything, within a line or on one of its own.
Numbers hold within one unit of their last printed digit. Times, rates and memory, and the dates in names of folders,
are those of one machine: only their place is looked at, and a table may leave its last column, the seconds, out.

With --update what does not hold is written anew in the documents, `…` staying where it is: read the difference, for what the
text around it says may no longer be true.

Commands that begin with `python` need packages of their own and are left out where those are missing; so is all of a
document that is not named, where some are. Exit status: 0 everything holds, 1 something does not (each with its line),
2 something was left out.
"""
import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GUIDES = "Sources/Gingham/Gingham.docc"
NUMBER = re.compile(r"[-+−]?\d[\d\u202f]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
TOKEN = re.compile(rf"\d{{8}}-\d{{6}}|{NUMBER.pattern}|…|[^\W\d_]+|\S")
MACHINES_OWN = {"ms", "s", "GFLOP", "MiB", "threads"}
RULE = re.compile(r"[─\s]+")


class Command:
    def __init__(self, document, line, text):
        self.document, self.line, self.text, self.printed = document, line, text, []

    def __str__(self):
        return f"{self.document}:{self.line}"


def transcripts(document):
    """Commands with what is printed behind them, and files, as (name, text), in the order of the document."""
    block, start, language = None, 0, ""
    for number, line in enumerate((ROOT / document).read_text().splitlines(), 1):
        fence = line.strip()
        if not fence.startswith("```"):
            if block is not None:
                block.append(line)
        elif block is None:
            block, start, language = [], number + 1, fence[3:]
        else:
            yield from parts(document, start, block, language)
            block = None


def parts(document, start, block, language):
    name = re.match(r"# (\S+\.yaml)\b", block[0]) if language == "yaml" and block else None
    if name:
        yield name[1], "\n".join(block) + "\n"
    command = None
    for number, line in enumerate(block, start):
        if command and command.text.endswith("\\"):
            command.text = command.text[:-1] + line.strip()
        elif line.startswith("$ "):
            if command:
                yield command
            command = Command(document, number, line[2:])
        elif command:
            command.printed.append((number, line))
    if command:
        yield command


def unit_of_last_digit(number):
    mantissa, _, exponent = number.replace("E", "e").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)


def value(number):
    return float(number.replace("\u202f", "").replace("−", "-"))


def same(printed, found, following):
    if re.fullmatch(r"\d{8}-\d{6}", printed):
        return re.fullmatch(r"\d{8}-\d{6}", found) is not None
    if not NUMBER.fullmatch(printed):
        return printed == found
    if not NUMBER.fullmatch(found):
        return False
    return following in MACHINES_OWN or abs(value(printed) - value(found)) <= 1.0001 * unit_of_last_digit(printed)


def holds(printed, found):
    """Whether a line of output is what is printed of it."""
    wanted, there = TOKEN.findall(printed), TOKEN.findall(found)

    def match(i, j):
        while i < len(wanted):
            if wanted[i] == "…":
                return any(match(i + 1, rest) for rest in range(j, len(there) + 1))
            following = wanted[i + 1] if i + 1 < len(wanted) else ""
            if j == len(there) or not same(wanted[i], there[j], following):
                return False
            i, j = i + 1, j + 1
        # A column of seconds may be left out at the end of a table.
        rest = there[j:]
        return not rest or rest == ["seconds"] or len(rest) <= 3 and all(
            NUMBER.fullmatch(token) or token == "±" for token in rest)

    return match(0, 0)


def complaints(command, output):
    lines = [line for line in output.splitlines() if line.strip() and not RULE.fullmatch(line)]
    place, may_skip = 0, False
    for number, line in command.printed:
        if not line.strip() or RULE.fullmatch(line):
            continue
        if line.strip() == "…" or re.fullmatch(r"… \(.*\)", line.strip()):
            may_skip = True
            continue
        candidates = range(place, len(lines)) if may_skip else range(place, min(place + 1, len(lines)))
        found = next((index for index in candidates if holds(line, lines[index])), None)
        if found is None:
            words = set(TOKEN.findall(line))
            nearest = max(
                lines[place:], key=lambda other: len(words & set(TOKEN.findall(other))), default="nothing")
            yield f"{command.document}:{number}: {line.strip()}\n    comes out as: {nearest.strip()}"
            # What follows may hold all the same.
            may_skip = True
        else:
            place, may_skip = found + 1, False


def skeleton(line):
    """A line without its numbers and the width of its columns: what stays when figures change."""
    return " ".join("#" if NUMBER.fullmatch(token) else token for token in TOKEN.findall(line)) or "─" * bool(line)


def anew(printed, output):
    """The lines of a transcript as they come out now, parts left out staying so."""
    kept = []
    matcher = difflib.SequenceMatcher(None, *([skeleton(line) for line in lines] for lines in (printed, output)), False)
    for kind, first, last, start, end in matcher.get_opcodes():
        old, new = printed[first:last], output[start:end]
        if kind == "equal":
            kept += [before if "…" in before and holds(before, after) else after for before, after in zip(old, new)]
            continue
        # Where a part is left out, lines of the old kind are looked for in order; the rest is what is left out.
        is_open = any("…" in line for line in old) or bool(kept) and kept[-1].strip().startswith("…")
        is_open = is_open or last < len(printed) and printed[last].strip().startswith("…")
        if not is_open:
            # A transcript may end before its output does.
            kept += new if old or last < len(printed) else []
            continue
        for line in old:
            if line.strip().startswith("…"):
                kept.append(line)
                continue
            alike = (index for index, other in enumerate(new) if holds(line, other) or skeleton(line) == skeleton(other))
            found = next(alike, None)
            if found is not None:
                kept.append(line if holds(line, new[found]) else new[found])
                new = new[found + 1:]
    return kept


def without_seconds(output):
    """Tables without their last column, where that holds seconds."""
    kept, end = [], None
    for line, following in zip(output, [*output[1:], ""]):
        if line.endswith(" seconds") and RULE.fullmatch(following):
            # The rule below a name is as wide as its column.
            end = following.rindex(" ") + 1
        elif not line.strip():
            end = None
        kept.append(line[:end].rstrip())
    return kept


def update(document, command, output):
    path = ROOT / document
    lines = path.read_text().splitlines()
    first, last = command.printed[0][0] - 1, command.printed[-1][0]
    if lines[first:last] != [line for _, line in command.printed]:
        print(f"{command}: left as it is: the document has changed meanwhile")
        return
    output = output.splitlines()
    while output and not output[-1].strip():
        output.pop()
    if not any(line.endswith("seconds") for line in lines[first:last]):
        output = without_seconds(output)
    lines[first:last] = anew(lines[first:last], output)
    path.write_text("\n".join(lines) + "\n")


def is_possible(command):
    if not command.text.startswith("python "):
        return True
    script = command.text.split()[1]
    needed = re.findall(r"^(?:import|from) (torch|optuna|numpy|PIL)\b", (ROOT / script).read_text(), re.M)
    checks = "; ".join(f"import {name}" for name in needed)
    return subprocess.run(["python", "-c", checks], capture_output=True).returncode == 0


def clone(tool, folder):
    subprocess.run(["git", "clone", "--quiet", f"file://{ROOT}", folder], check=True)
    folder = pathlib.Path(folder)
    (folder / "models").symlink_to(ROOT / "models")
    place = folder / ".build/release"
    place.mkdir(parents=True)
    (place / "gingham").symlink_to(tool)
    environment = {**os.environ, "PATH": f"{place}:{os.environ['PATH']}", "GINGHAM": str(tool)}
    subprocess.run(["notebooks-scripts/examples.sh"], cwd=folder, env=environment, check=True)
    return environment


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", help="README.md or a guide, or one command of it by its line")
    parser.add_argument("--gingham", default=os.environ.get("GINGHAM", ROOT / ".build/release/gingham"))
    parser.add_argument("--list", action="store_true", help="print the commands and type none")
    parser.add_argument("--update", action="store_true", help="write anew in the documents what does not hold")
    options = parser.parse_args()
    tool = pathlib.Path(options.gingham).resolve()
    known = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / GUIDES).glob("*.md"))]
    wanted = {name: set() for name in [part.partition(":")[0] for part in options.documents] or known}
    for name, _, line in (part.partition(":") for part in options.documents):
        wanted[name] |= {int(line)} if line else set()
    unknown = [name for name in wanted if not (ROOT / name).exists()]
    if unknown:
        sys.exit(f"there is no {unknown[0]}; the documents are {', '.join(known)}")
    found = {name: list(transcripts(name)) for name in wanted}
    if options.list:
        for part in (part for name in found for part in found[name] if isinstance(part, Command)):
            print(part, part.text, sep="  ")
        return
    if not tool.exists():
        sys.exit(f"there is no {tool}: make build")
    failed, left_out, stale = 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        clone_folder = f"{folder}/gingham"
        environment = clone(tool, clone_folder)
        for name, lines in wanted.items():
            for part in found[name]:
                if not isinstance(part, Command):
                    pathlib.Path(clone_folder, part[0]).write_text(part[1])
                    continue
                if lines and part.line not in lines:
                    continue
                if not is_possible(part):
                    print(f"{part}: left out, packages are missing: {part.text}")
                    left_out += 1
                    continue
                result = subprocess.run(["bash", "-c", part.text], cwd=clone_folder, env=environment,
                                        stdin=subprocess.DEVNULL, capture_output=True, text=True)
                output = result.stdout.replace(f"{clone_folder}/", "")
                wrong = list(complaints(part, output))
                stale += [(name, part, output)] if wrong and part.printed else []
                # A net that is not repaired says so by its status too.
                if result.returncode and not (result.returncode == 2 and "\nnot repaired:" in result.stdout):
                    wrong.append(f"{part}: exit status {result.returncode}: {result.stderr.strip()[-400:]}")
                failed += bool(wrong)
                print("\n".join(wrong) if wrong else f"{part}: holds: {part.text}", flush=True)
    if options.update:
        # From the end, or the lines of what comes before would move.
        for name, part, output in reversed(stale):
            update(name, part, output)
    sys.exit(1 if failed else 2 if left_out else 0)


if __name__ == "__main__":
    main()
