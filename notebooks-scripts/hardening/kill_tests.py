#!/usr/bin/env python3
"""Kills every verb, at random and at chosen system calls, and looks at what is left.

    python notebooks-scripts/hardening/kill_tests.py .build/release/gingham [--kills 200] [--seed 0] [--only VERB,...]

After each kill the run's folder must be absent, or whole: the one that was there before, or the one that was asked for,
never a mixture. Then the same command runs to its end; what it writes must equal, byte for byte, what a run wrote that
was left alone, except for times, and nothing hidden may stay beside it. Needs nothing but Python; where strace is
installed, a part of the kills falls on a rename, an fsync or a write.
"""
import argparse
import json
import pathlib
import plistlib
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

NET = "random:squeezenet1_1?size=64&classes=4"
GENERATOR = "random:dcgan_generator?features=4&latent=8"
# Two runs that nobody disturbed differ by these.
TIMES = re.compile(r"seconds|started|^command$|milliseconds|_ms$|^run_sha256$|throughput|per_second|gflops|speed")


def verbs(pictures, many, checkpoints, series):
    threads = ["--threads", "1", "--quiet"]
    return {
        "layers": ["layers", NET, *threads],
        "gradient": ["gradient", NET, *pictures, *threads],
        "gradient-compare": ["gradient", NET, pictures[0], "--compare", *threads],
        "predict": ["predict", NET, *threads],
        "measure": ["measure", *pictures, *threads],
        "measure-many": ["measure", many, *threads],
        "measure-search": ["measure", many, "--periods", "search", *threads],
        "trace": ["trace", NET, *pictures[:2], "--target", "class:1", *threads],
        "generate": ["generate", GENERATOR, "--samples", "40", *threads],
        "diagnose": ["diagnose", *pictures, *threads],
        "diagnose-many": ["diagnose", many, "--reference", many, *threads],
        "track": ["track", checkpoints, "--samples", "8", *threads],
        "repair": ["repair", GENERATOR, "--with", "equalise", "--all", "--samples", "4", *threads],
        "visualize": ["visualize", NET, "--objective", "class:1", "--steps", "12", *threads],
        "all-channels": ["visualize", NET, "--all-channels", "features.3.squeeze", "--steps", "6", "--batch", "2", *threads],
        "compare": ["compare", NET, "--objective", "class:1", "--mitigations", "naive", "robust", "--seeds", "2", "--steps", "6", *threads],
        "probe": ["probe", NET, *pictures[:3], "--attack", "pgd", "--epsilon", "2/255", "--steps", "4", "--batch", "1", *threads],
        "verify": ["verify", NET, *threads],
        "check": ["check", *pictures, "--bands", "1", "--blur", "99", *threads],
        "check-many": ["check", many, "--bands", "1", "--blur", "99", *threads],
        "exemplars": ["exemplars", NET, *pictures, "--layer", "features.3.squeeze", *threads],
        "explore": ["explore", NET, "--layers", "features.3.squeeze", "--units", "0-3", "--steps", "6", "--size", "32x32", "--pictures", *pictures[:2], *threads],
        "run": ["run", series, *threads],
    }


def picture(path, side, seed):
    random_ = random.Random(seed)
    rows = b"".join(b"\0" + bytes((x * 3 + y * 5 + random_.randrange(40)) % 256 for x in range(side) for _ in range(3)) for y in range(side))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def files(folder):
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if not TIMES.search(key)}
    return [without_times(item) for item in value] if isinstance(value, list) else value


def files_done(folder):
    """How many files each loop of a run that was cut short will go on behind."""
    states = (plistlib.loads(path.read_bytes())["state"] for path in folder.glob(".gingham-*/keepsakes/*/state.plist"))
    return [state["done"] for state in states if "done" in state]


def content(path):
    data = path.read_bytes()
    return without_times(json.loads(data)) if path.suffix == ".json" else data


class Bench:
    def __init__(self, tool, scratch, seed):
        self.tool, self.scratch, self.random = tool, scratch, random.Random(seed)
        self.failures, self.kills, self.caught, self.resumed = [], 0, 0, 0
        self.strace = shutil.which("strace")

    def complain(self, verb, text):
        self.failures.append(f"{verb}: {text}")
        print(f"FAILURE {self.failures[-1]}", flush=True)

    def finish(self, arguments):
        start = time.monotonic()
        done = subprocess.run([self.tool, *arguments], capture_output=True, text=True)
        return done, time.monotonic() - start

    def kill(self, arguments, duration):
        """Whether the process was still there to be killed."""
        self.kills += 1
        if self.strace and self.kills % 4 == 0:
            call, most = self.random.choice([("rename", 12), ("fsync", 40), ("write", 60)])
            inject = f"inject={call}:signal=SIGKILL:when={self.random.randint(1, most)}"
            process = subprocess.run(
                [self.strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject, self.tool, *arguments],
                capture_output=True,
            )
            return process.returncode != 0
        process = subprocess.Popen([self.tool, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(self.random.uniform(0, 1.05 * duration))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        return False

    def is_whole(self, verb, folder, run_of):
        """A folder that has appeared is one run's: all files of its manifest, and no others."""
        if verb == "run":
            return all(self.is_whole("step", step, None) for step in folder.iterdir() if step.is_dir() and not step.name.startswith("."))
        manifest = folder / "manifest.json"
        if not manifest.is_file():
            return False
        listed = set(json.loads(manifest.read_text())["files"])
        found = set(files(folder)) - {"step.json"}
        return listed | {"manifest.json"} == found | {"manifest.json"}

    def try_verb(self, verb, arguments, kills):
        reference = self.scratch / f"reference-{verb}"
        done, duration = self.finish([*arguments, "--output", str(reference)])
        status = done.returncode
        # 2: it ran, and something is left to say, such as that a net is not repaired.
        if status not in (0, 2):
            return self.complain(verb, f"does not run: {done.stderr.strip()[:300]}")
        again = self.scratch / f"again-{verb}"
        self.finish([*arguments, "--output", str(again)])
        whole, other = files(reference), files(again)
        unstable = {name for name in whole if name in other and content(whole[name]) != content(other[name])}
        kept, behind = self.resumed, []
        for _ in range(kills):
            target = self.scratch / "target" / verb
            shutil.rmtree(target.parent, ignore_errors=True)
            target.parent.mkdir()
            command = [*arguments, "--output", str(target)]
            # Every third time another run is there already, and is to be replaced.
            old = self.random.random() < 1 / 3 and verb != "run"
            if old:
                self.finish(["layers", "random:squeezenet1_1?size=32&classes=2", "--output", str(target), "--quiet"])
                command.append("--force")
            for _ in range(self.random.randint(1, 2)):
                self.caught += self.kill(command, duration)
                # A child may take a moment to see that its parent is gone.
                time.sleep(0.3 if verb == "run" else 0.02)
                if target.exists() and not self.is_whole(verb, target, None):
                    self.complain(verb, f"a partial folder after a kill: {sorted(files(target))[:12]}")
                self.resumed += any(target.parent.glob(".gingham-*/keepsakes/*"))
                behind += files_done(target.parent)
            done, _ = self.finish(command)
            if done.returncode != status:
                self.complain(verb, f"the same command fails after a kill: {done.stderr.strip()[:300]}")
                continue
            found = files(target)
            if set(found) != set(whole):
                self.complain(verb, f"other files than without a kill: {sorted(set(found) ^ set(whole))[:8]}")
            for name in set(found) & set(whole) - unstable:
                if content(found[name]) != content(whole[name]):
                    self.complain(verb, f"'{name}' differs from a run that was left alone")
            left = [path.name for path in target.parent.iterdir() if path != target]
            left += [name for name in found if name.endswith(".tmp") or "/.gingham-" in name]
            if left:
                self.complain(verb, f"left behind: {left}")
        note = f", by its timings: {sorted(unstable)}" if unstable else ""
        if self.resumed > kept:
            note += f", {self.resumed - kept} left work to go on from"
        if behind:
            note += f", behind {sorted(behind)} files"
        print(f"{verb}: {duration:.1f} s a run, {kills} rounds{note}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--kills", type=int, default=200, help="at least so many, over all verbs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--many", type=int, default=240, help="pictures of the large set")
    options = parser.parse_args()
    tool = str(pathlib.Path(options.tool).resolve())
    with tempfile.TemporaryDirectory(prefix="gingham-kills-") as folder:
        scratch = pathlib.Path(folder)
        pictures = [scratch / f"{index}.png" for index in range(6)]
        for index, path in enumerate(pictures):
            picture(path, 64 + index, index)
        bench = Bench(tool, scratch, options.seed)
        # Enough of them that a run lasts long enough to keep something.
        many = scratch / "many"
        many.mkdir()
        for index in range(12):
            picture(many / f"{index}.png", 160 + 8 * (index % 3), index)
        for index in range(12, options.many):
            (many / f"{index}.png").symlink_to(f"{index % 12}.png")
        (many / "broken.png").write_text("no picture")
        checkpoints = scratch / "checkpoints"
        checkpoints.mkdir()
        for step in (1, 2, 3):
            out = scratch / f"made-{step}"
            bench.finish(["repair", f"{GENERATOR}&seed={step}", "--with", "equalise", "--all", "--samples", "2", "--out", "net.onnx", "--output", str(out)])
            shutil.copy(out / "net.onnx", checkpoints / f"g_{step}.onnx")
        series = scratch / "series.yaml"
        series.write_text(
            f'defaults: {{model: "{NET}", quiet: true}}\nsteps:\n  - {{verb: predict}}\n'
            f'  - {{verb: visualize, objective: "class:1", steps: 6}}\n  - {{verb: layers}}\n'
        )
        chosen = verbs([str(path) for path in pictures], str(many), str(checkpoints), str(series))
        if options.only:
            chosen = {verb: chosen[verb] for verb in options.only.split(",")}
        rounds = -(-options.kills // len(chosen))
        for verb, arguments in chosen.items():
            bench.try_verb(verb, arguments, rounds)
        print(
            f"{bench.kills} kills, of which {bench.caught} found the process alive and {bench.resumed} left work to go on from; "
            f"{len(bench.failures)} failures"
        )
        sys.exit(1 if bench.failures else 0)


if __name__ == "__main__":
    main()
