#!/usr/bin/env python3
"""Peak memory and time of the verbs that take sets, by the number of pictures.

    memory_of_sets.py GINGHAM PICTURES [--sounds FOLDER] [--counts 50 1000 50000] [--verbs measure gradient …]
                      [--net random:squeezenet1_1] [--checkpoint dcgan.pth] [--threads 2] [--scratch FOLDER]

PICTURES is a folder of some hundred pictures; sets are folders of links to them, each under a name of its own. Every run
begins in a folder of its own and its results are deleted behind it. A verb's peak with the most pictures is held against
that with the fewest: exit status 1 where it is more than 1.5 times that (--most).
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def lines(net, generator, checkpoints):
    """Each verb's command line; SET stands for the pictures, SOUNDS for sounds, GRADIENTS for maps, COUNT for their number."""
    found = {
        "measure": ["measure", "SET"],
        "diagnose": ["diagnose", "SET"],
        "gradient": ["gradient", net, "SET", "--target", "class:0"],
        "trace": ["trace", net, "SET"],
        "probe": ["probe", net, "SET", "--attack", "fgsm", "--epsilon", "2/255"],
        "exemplars": ["exemplars", net, "SET"],
        "check pictures": ["check", "SET"],
        "check gradients": ["check", net, "SET"],
        "measure sounds": ["measure", "SOUNDS", "--as", "sound"],
        "measure gradients": ["measure", "GRADIENTS", "--as", "gradient"],
        "repair": ["repair", net, "--images", "SET", "--all", "--with", "blurpool"],
    }
    if generator:
        found["generate"] = ["generate", generator, "--samples", "COUNT"]
        found["check generator"] = ["check", generator, "--samples", "COUNT"]
        found["trace generator"] = ["trace", generator, "--samples", "COUNT"]
    if checkpoints:
        found["track"] = ["track", *checkpoints, "--samples", "COUNT"]
    return found


def linked(folder, originals, count):
    """A folder of so many links."""
    if not folder.exists():
        folder.mkdir(parents=True)
        for number in range(count):
            original = originals[number % len(originals)]
            (folder / f"{number:06d}{original.suffix}").symlink_to(original.resolve())
    return folder


def peak(words, scratch):
    """Seconds, kilobytes and exit status of a process."""
    begin = time.time()
    with open(scratch / "said", "wb") as said:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.time() - begin, usage.ru_maxrss, process.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gingham")
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--sounds", type=Path)
    parser.add_argument("--gradients", type=Path, help="a folder of .npy maps")
    parser.add_argument("--counts", type=int, nargs="+", default=[50, 1000, 10_000])
    parser.add_argument("--verbs", nargs="+", help="those whose names begin so; all without it")
    parser.add_argument("--net", default="random:squeezenet1_1")
    parser.add_argument("--generator")
    parser.add_argument("--checkpoints", nargs="+")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--most", type=float, default=1.5)
    parser.add_argument("--scratch", type=Path)
    options = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="gingham-sets-", dir=options.scratch))
    kinds = {"SET": options.pictures, "SOUNDS": options.sounds, "GRADIENTS": options.gradients}
    originals = {kind: sorted(path for path in folder.iterdir() if path.is_file())
                 for kind, folder in kinds.items() if folder}
    broken = []
    print(f"{'':18}" + "".join(f"{count:>22,}" for count in options.counts) + "    of the first", flush=True)
    try:
        for name, line in lines(options.net, options.generator, options.checkpoints).items():
            if options.verbs and not any(name.startswith(verb) for verb in options.verbs):
                continue
            if any(kind in line and kind not in originals for kind in kinds):
                continue
            print(f"{name:18}", end="", flush=True)
            peaks = []
            for count in options.counts:
                words = [str(linked(scratch / f"{word}-{count}", originals[word], count)) if word in originals else
                         str(count) if word == "COUNT" else word for word in line]
                output = scratch / "output"
                words = [options.gingham, *words, "--output", str(output), "--quiet", "--threads", str(options.threads)]
                seconds, kilobytes, status = peak(words, scratch)
                shutil.rmtree(output, ignore_errors=True)
                if status not in (0, 1, 2) or status == 1 and not name.startswith("check"):
                    said = (scratch / "said").read_text(errors="replace").strip()
                    print(f"   exit {status}: {said[-300:]}", end="")
                    broken.append(name)
                    break
                peaks.append(kilobytes)
                print(f"{kilobytes / 1024:>10.0f} MB {seconds:>7.1f} s", end="", flush=True)
            if len(peaks) == len(options.counts):
                ratio = peaks[-1] / peaks[0]
                print(f"{ratio:>16.2f}", end="")
                if ratio > options.most:
                    broken.append(name)
            print(flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if broken:
        print(f"more than {options.most} times, or failed: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
