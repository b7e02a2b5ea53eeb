#!/usr/bin/env python3
"""Writes Tests/ArchitecturesTests/Golden/normal_sequence.json: the numbers that a seed and a parameter's name must give,
by the definitions (FNV-1a, SplitMix64, the inverse normal distribution function) in integers and 64-bit floats.

Standard library only. Usage: normal_sequence.py OUTPUT.json
"""
import json
import pathlib
import sys
from statistics import NormalDist
from made_with import record

MASK = (1 << 64) - 1
INCREMENT = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def fnv(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def numbers(seed, name, count):
    key = mix((fnv(name) + mix((seed + INCREMENT) & MASK)) & MASK)
    values = []
    for index in range(count):
        word = mix((key + (index // 2) * INCREMENT) & MASK)
        bits = word >> 32 if index % 2 else word & 0xFFFFFFFF
        p = ((bits >> 8) | 1) / 2**24  # chance that |z| is larger
        z = -NormalDist().inv_cdf(p / 2)
        values.append(-z if bits & 1 else z)
    return values


def main():
    cases = [
        {"seed": seed, "name": name, "values": numbers(seed, name, 1000)}
        for seed, name in [(0, ""), (0, "conv1.weight"), (1, "conv1.weight"), (2**64 - 1, "β")]
    ]
    with open(sys.argv[1], "w") as file:
        json.dump([dict(case, values=[float(f"{v:.9g}") for v in case["values"]]) for case in cases], file,
                  separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
    path = pathlib.Path(sys.argv[1])
    record(path.parent, path.name)
