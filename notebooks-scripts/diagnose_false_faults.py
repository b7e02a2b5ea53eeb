#!/usr/bin/env python3
"""How often `gingham diagnose` finds faults in photographs that have none, alone and in sets.

    notebooks-scripts/fetch_photographs.sh models/photographs
    python notebooks-scripts/diagnose_false_faults.py models/photographs/judging [--gingham .build/release/gingham]

Squares of 256 pixels out of photographs that were reduced before, each by itself (the faults that `diagnose` gives to
pictures of a large set are not asked for: it is run on each alone), and in sets of 16. Prints how many have a fault, of
which kind, with 95 % intervals, and in which photographs: some faults are true. No picture is in two sets from one draw
of the same place, but photographs are few.
"""
import argparse
import collections

import numpy

import picture_false_alarms as kinds


def faults(gingham, pictures):
    findings = kinds.answered(gingham, "diagnose", pictures, statuses=(0, 1))["findings"]
    return sorted({finding.get("fault") or finding.get("kind") for finding in findings})


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="+")
    arguments.add_argument("--gingham", default=".build/release/gingham")
    arguments.add_argument("--count", type=int, default=200)
    arguments.add_argument("--sets", type=int, default=40)
    arguments.add_argument("--pictures", type=int, default=16)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    random = numpy.random.default_rng(options.seed)
    photographs = list(kinds.photographs(options.folders))

    def draw(count):
        chosen = random.choice(len(photographs), count, replace=count > len(photographs))
        return [photographs[index].source for index in chosen], [
            kinds.reduced(photographs[index], random) for index in chosen]

    print(f"{len(photographs)} photographs")
    for what, tries, count in (("alone", options.count, 1), (f"sets of {options.pictures}", options.sets, options.pictures)):
        if not tries:
            continue
        draws = [draw(count) for _ in range(tries)]
        found = [faults(options.gingham, pictures) for _, pictures in draws]
        hits = sum(map(bool, found))
        low, high = kinds.interval(hits, tries)
        each = collections.Counter(fault for names in found for fault in names)
        print(f"{what}: {hits} of {tries} = {100 * hits / tries:.1f} % [{100 * low:.1f}, {100 * high:.1f}] {dict(each)}", flush=True)
        if count == 1:
            for (source, names), times in sorted(collections.Counter(
                (sources[0], " ".join(names)) for (sources, _), names in zip(draws, found) if names).items()):
                print(f"  {source}: {names}, {times} times")


if __name__ == "__main__":
    main()
