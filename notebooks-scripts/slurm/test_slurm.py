#!/usr/bin/env python3
"""A series on a real Slurm whose daemons, nodes and tasks are killed at random gives the bytes of the same series run here.

    test_slurm.py GINGHAM [--units 42] [--kills 30] [--seed 0] [--short]

Starts Slurm on the loopback (cluster.sh), as root. --short: few units, few kills, no time limit, well under three minutes.
Exit status 0: everything holds; 1: something does not; 77: Slurm cannot be started here, and why.

1. The series runs here, by the very command line that submits it, without sbatch on the path.
2. A job whose time limit comes before its end; the other units are submitted again, packed in threes.
3. While they run, tasks, slurmd and slurmctld are killed by turns at random, and a node is drained and resumed.
4. What was cut off or failed is submitted again until nothing is open.
5. No unit that was done was done again, none is missing, and every file is equal, manifests but for their times.
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIMES = {"started", "seconds", "finished", "duration", "command"}


class Cluster:
    """Slurm on this computer."""

    def __init__(self, folder, nodes):
        self.folder, self.nodes = Path(folder), nodes
        self.environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf")}

    def script(self, verb, *words, check=True):
        return subprocess.run([HERE / "cluster.sh", verb, self.folder, *map(str, words)], check=check,
                              capture_output=True, text=True, timeout=60)

    def tool(self, *words):
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60)
        return done.stdout if done.returncode == 0 else None

    def pid(self, name):
        try:
            return int((self.folder / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None

    def kill(self, name):
        pid = self.pid(name)
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def is_empty(self):
        """Whether no job waits or runs; `None` where the controller does not answer."""
        queue = self.tool("squeue", "-h")
        return None if queue is None else not queue.strip()

    def mend(self):
        """What an operator does: where a daemon dies while it launches a task, Slurm drains the node and holds the task."""
        for line in (self.tool("squeue", "-h", "-r", "-t", "PD", "-o", "%i %r") or "").splitlines():
            job, _, reason = line.partition(" ")
            if "held" in reason.lower():
                self.tool("scontrol", "release", job)
        for node in (self.tool("sinfo", "-h", "-N", "-t", "drain", "-o", "%N") or "").split():
            self.tool("scontrol", "update", f"nodename={node}", "state=resume")

    def settle(self, seconds=300, turn=lambda: None):
        """Waits until no job is left."""
        end = time.time() + seconds
        mended = time.time()
        while time.time() < end:
            turn()
            if self.is_empty():
                return
            if time.time() - mended > 5:
                self.mend()
                mended = time.time()
            time.sleep(0.5)
        raise SystemExit(f"jobs are left after {seconds} s:\n{self.tool('squeue')}{self.tool('sinfo')}")


def children(word, folder):
    """Processes of this test's own series: their working folder is its own."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if os.readlink(entry / "cwd") == str(folder) and any(word in part for part in words[:1]):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def timeless(value):
    if isinstance(value, dict):
        return {key: timeless(below) for key, below in value.items() if key not in TIMES}
    return value


def results(folder):
    """Every file of a series with its bytes, manifests without their times."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or any(part.startswith(".") for part in name.parts):
            continue
        data = path.read_bytes()
        if path.name == "manifest.json":
            data = json.dumps(timeless(json.loads(data)), sort_keys=True)
        found[str(name)] = data
    return found


class Watch:
    """Folders of units that are done: they must stay as they are."""

    def __init__(self, folder):
        self.folder, self.seen = folder, {}

    def look(self):
        for marker in self.folder.glob("*/step.json"):
            # The folder itself is new where a unit was done again.
            place = marker.parent.stat().st_ino, marker.stat().st_mtime_ns
            before = self.seen.setdefault(marker.parent.name, place)
            if before != place:
                raise SystemExit(f"{marker.parent.name} was done twice")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gingham", type=lambda path: Path(path).resolve())
    parser.add_argument("--units", type=int, default=42)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    if options.short:
        options.units, options.kills = 12, 4
    chance = random.Random(options.seed)
    scratch = Path(tempfile.mkdtemp(prefix="gingham-slurm-"))
    scratch.chmod(0o711)  # munged runs as its own user and must find its folder
    cluster = Cluster(scratch / "slurm", nodes=3)
    try:
        missing = [name for name in ("slurmctld", "slurmd", "munged", "sbatch") if not shutil.which(name)]
        started = None if missing else cluster.script("start", cluster.nodes, check=False)
        if missing or started.returncode != 0:
            why = f"{', '.join(missing)} missing" if missing else started.stderr
            print(f"SKIPPED: SLURM CANNOT BE STARTED HERE, SO NOTHING WAS TESTED ON IT: {why}", file=sys.stderr)
            return 77
        return run(options, chance, cluster, scratch)
    finally:
        if cluster.folder.exists():
            cluster.tool("scancel", "--user=root")
            time.sleep(1)
            cluster.script("stop", check=False)
        shutil.rmtree(scratch, ignore_errors=True)


def run(options, chance, cluster, scratch):
    steps = 12 if options.short else 60
    objectives = ", ".join(f'"features.3.cat:{number}"' for number in range(options.units - 1))
    line = [options.gingham, "run", "series.yaml", "--output", "out", "--slurm", "--threads", "1"]

    def begin_series(steps):
        series = (
            "defaults: {quiet: true, threads: 1}\n"
            f"steps:\n  - {{verb: visualize, name: unit, model: \"random:squeezenet1_1?size=64&classes=4\", "
            f"objective: [{objectives}], steps: {steps}, size: 64}}\n"
            # Reads what another one writes: it must come behind the array.
            "  - {verb: measure, arguments: out/01-unit-features.3.cat-0/picture.png}\n")
        for place in ("here", "there"):
            shutil.rmtree(scratch / place, ignore_errors=True)
            (scratch / place).mkdir()
            (scratch / place / "series.yaml").write_text(series)
        # Relative words mean the folder of the submission, in which tasks begin.
        begin = time.time()
        without = {**os.environ, "PATH": "/nonexistent"}
        here = subprocess.run([*line, "--quiet"], cwd=scratch / "here", env=without, capture_output=True, text=True)
        assert here.returncode == 0, here.stdout + here.stderr
        print(f"here: {options.units} units of {steps} steps in {time.time() - begin:.0f} s", flush=True)
        return time.time() - begin

    begin = time.time()
    # The least time limit is a minute, and it must come before the end.
    while begin_series(steps) < 120 and not options.short:
        steps *= 3

    def submit(*words):
        for attempt in range(20):
            done = subprocess.run([*line, *words], cwd=scratch / "there", env=cluster.environment, capture_output=True,
                                  text=True)
            if done.returncode == 0:
                return done.stdout
            time.sleep(1)  # The controller may have been killed just now.
        raise SystemExit(done.stdout + done.stderr)

    def status():
        done = subprocess.run([options.gingham, "run", "out", "--status", "--json"], cwd=scratch / "there",
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    watch = Watch(scratch / "there" / "out")
    if not options.short:
        submit("--pack", str(options.units), "--time", "1")
        cluster.settle(turn=watch.look)
        found = status()
        print("after the time limit:", {key: found[key] for key in ("done", "waiting")}, found["failed"])
        assert found["done"] < options.units, "the time limit came too late to cut anything off"
    print(submit("--pack", "3"))
    kills = {"task": 0, "slurmd": 0, "slurmctld": 0, "drained": 0}
    last = 0.0
    again = 0

    def disturb():
        nonlocal last
        watch.look()
        if sum(kills.values()) >= options.kills or time.time() - last < 0.7:
            return
        last = time.time()
        tasks = children(b"gingham", scratch / "there")
        # What is killed while nothing runs disturbs little, and Slurm needs seconds to notice.
        if not tasks and chance.random() < 0.7:
            return
        what = chance.choice((["task"] * 2 if tasks else []) + ["slurmd", "slurmctld", "drained"])
        if what == "task":
            try:
                os.kill(chance.choice(tasks), signal.SIGKILL)
            except ProcessLookupError:
                return
        elif what == "slurmctld":
            if not cluster.kill("slurmctld"):
                return
            time.sleep(0.5)
            cluster.script("slurmctld")
        else:
            node = f"n{chance.randint(1, cluster.nodes)}"
            if what == "slurmd":
                if not cluster.kill(f"slurmd-{node}"):
                    return
                time.sleep(0.5)
                cluster.script("slurmd", node)
            elif cluster.tool("scontrol", "update", f"nodename={node}", "state=drain", "reason=test") is None:
                return
            else:
                time.sleep(1)
                cluster.tool("scontrol", "update", f"nodename={node}", "state=resume")
        kills[what] += 1

    while True:
        cluster.settle(turn=disturb)
        for node in range(1, cluster.nodes + 1):
            cluster.tool("scontrol", "update", f"nodename=n{node}", "state=resume")
        found = status()
        if found["done"] == options.units and sum(kills.values()) >= options.kills:
            break
        if found["done"] == options.units:
            # Nothing is left to be killed: the series begins anew.
            print(f"done after {kills}: begins anew")
            shutil.rmtree(scratch / "there" / "out")
            watch.seen.clear()
        again += 1
        assert again < 40, found
        submit("--pack", "3", "--retry")
    # The last job may itself have been cut off while it merged.
    submit("--retry")
    cluster.settle()
    print(f"killed: {kills}; submitted again {again} times")
    assert options.short or kills["task"] > 0, "no task was ever killed"
    watch.look()
    ours, theirs = results(scratch / "here" / "out"), results(scratch / "there" / "out")
    assert ours.keys() == theirs.keys(), sorted(ours.keys() ^ theirs.keys())
    different = [name for name in ours if ours[name] != theirs[name]]
    assert not different, different
    assert len([name for name in ours if name.endswith("step.json")]) == options.units
    print(f"equal: {len(ours)} files of {options.units} units, in {time.time() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
