"""Golden data for Tests/DiagnosisTests: Fréchet distances by scipy.linalg.sqrtm of the covariances' product, as the usual
FID programs compute them. Writes frechet/cases.json and frechet/features.f64 (little-endian doubles).

    python notebooks-scripts/golden/frechet_distance.py
"""
import json
import pathlib

import numpy
import scipy.linalg

from made_with import record

folder = pathlib.Path(__file__).parents[2] / "Tests/DiagnosisTests/Golden/frechet"
folder.mkdir(parents=True, exist_ok=True)
generator = numpy.random.default_rng(20170626)
values, cases = [], []


def distance(a, b):
    mean = a.mean(axis=0) - b.mean(axis=0)
    first, second = (numpy.atleast_2d(numpy.cov(s, rowvar=False)) for s in (a, b))
    root = scipy.linalg.sqrtm(first @ second)
    return float(mean @ mean + numpy.trace(first) + numpy.trace(second) - 2 * numpy.trace(root).real)


def features(samples, count, spread):
    mixing = generator.normal(size=(count, count)) * spread ** numpy.linspace(0, 1, count)
    return generator.normal(size=(samples, count)) @ mixing + generator.normal(size=count)


# More samples than features, fewer in one set, fewer in both, as few as there can be, one feature, very unequal spreads.
for name, first, second, count, spread in [
    ("full rank", 60, 45, 12, 1.0), ("one set of low rank", 80, 9, 24, 1.0), ("both of low rank", 10, 14, 32, 1.0),
    ("two samples", 2, 2, 5, 1.0), ("one feature", 20, 30, 1, 1.0), ("unequal spreads", 50, 70, 16, 1e-3),
]:
    a, b = features(first, count, spread), features(second, count, spread)
    cases.append({"name": name, "rows": [first, second], "columns": count, "distance": distance(a, b),
                  "offset": sum(v.size for v in values)})
    values += [a, b]
    exact = numpy.linalg.norm((a - a.mean(0)) @ (b - b.mean(0)).T, "nuc") / ((first - 1) * (second - 1)) ** 0.5
    mean = a.mean(0) - b.mean(0)
    other = mean @ mean + a.var(0, ddof=1).sum() + b.var(0, ddof=1).sum() - 2 * exact
    print(f"{name}: {cases[-1]['distance']:.9g}, by singular values {other:.9g}")
(folder / "features.f64").write_bytes(b"".join(v.astype("<f8").tobytes() for v in values))
(folder / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
record(folder, "*")
