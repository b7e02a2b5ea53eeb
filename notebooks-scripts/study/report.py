"""What the results say: tables, sentences by the rule that evenness.py states, a figure."""
import math

import numpy

import intervals

OUTCOMES = {"l2": "smallest L2 change", "l0": "fewest elements", "linf": "smallest L∞ change"}
DOSES = ["seven eighths", "half", "staggered"]
#: What counts as no difference, of log changes.
NEGLIGIBLE = math.log(1.02)


def shown(interval):
    if math.isnan(interval[0]):
        return "not run"
    return "{:.3f} [{:.3f}, {:.3f}]".format(*(math.exp(value) for value in interval[:3]))


def paired(lines, key, first, second):
    if not {first, second} <= set(lines[0]["arms"]):
        return (float("nan"),) * 4
    return intervals.student([line["arms"][first][key] - line["arms"][second][key] for line in lines])


def dose(lines, key):
    """Change of an outcome (log) from the arm `staggered` to `seven eighths` by the slope on measured CV²; the p-value."""
    def value(line, name):
        return [line["arms"][arm][name] for arm in DOSES if arm in line["arms"]]

    span = numpy.mean([line["arms"][DOSES[0]]["cv2"] - line["arms"][DOSES[-1]]["cv2"] for line in lines])
    return intervals.student([span * intervals.slope(value(line, "cv2"), value(line, key)) for line in lines])


def verdict(interval, chance):
    if chance < 0.05:
        return "unevenness makes it easier to fool" if interval[0] < 0 else "unevenness makes it harder to fool"
    if -NEGLIGIBLE < interval[1] and interval[2] < NEGLIGIBLE:
        return "it does not matter here (within ± 2 %)"
    return "undecided"


def write(lines, figure, seeds):
    """Prints what the lines say, and draws it where there are intervals to draw. Sentences wait for so many seeds."""
    if not lines:
        raise SystemExit("there are no results")
    parts = {data: [line for line in lines if line["data"] == data] for data in dict.fromkeys(x["data"] for x in lines)}
    for data, part in parts.items():
        tell(data, part, seeds)
    drawn = {data: part for data, part in parts.items() if len(part) >= 3}
    if figure and drawn:
        draw(drawn, figure)


def tell(data, lines, seeds):
    print(f"\n{data}: {len(lines)} seeds, {lines[0]['pictures']} pictures each\n")
    print("arm                accuracy  CV²     strongest phase  free 1/16  margin ÷ ‖g‖")
    for arm in lines[0]["arms"]:
        mean = {key: numpy.mean([line["arms"][arm][key] for line in lines]) for key in lines[0]["arms"][arm]}
        print(f"{arm:18s} {mean['accuracy']:.3f}     {mean['cv2']:6.3f}  {mean['strongest_phase']:.2f}             "
              f"{mean['free_sixteenth']:.2f}       {math.exp(mean['margin'] - mean['norm']):.3f}")
    if len(lines) < 3:
        print("\nfewer than three seeds have no intervals")
        return
    doses = [dose(lines, key) for key in OUTCOMES]
    print("\n                     dose: 7/8 ÷ staggered, by slope                   aligned ÷ staggered    "
          "control: aligned ÷ staggered")
    for (key, name), found, chance in zip(OUTCOMES.items(), doses, intervals.holm([found[3] for found in doses])):
        said = verdict(found, chance) if len(lines) >= seeds else f"nothing is said before {seeds} seeds"
        print(f"{name:20s} {shown(found)}, Holm's p {chance:.3f}: {said}\n{'':20s} "
              f"{'':48s}  {shown(paired(lines, key, 'aligned', 'staggered'))}   "
              f"{shown(paired(lines, key, 'control aligned', 'control staggered'))}")
    for key, name in (("norm", "gradient norm"), ("margin", "margin")):
        print(f"{name:20s} {shown(dose(lines, key))} {'':27s} {shown(paired(lines, key, 'aligned', 'staggered'))}   "
              f"{shown(paired(lines, key, 'control aligned', 'control staggered'))}")
    accuracy = paired(lines, "accuracy", "aligned", "staggered")
    print("accuracy, aligned − staggered: {:+.4f} [{:+.4f}, {:+.4f}]".format(*accuracy[:3]))


def draw(parts, path):
    """For each outcome and data: every contrast with its interval."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    contrasts = [
        ("dose (one union of windows)", lambda part, key: dose(part, key)),
        ("aligned ÷ staggered", lambda part, key: paired(part, key, "aligned", "staggered")),
        ("the same at stride 1", lambda part, key: paired(part, key, "control aligned", "control staggered")),
    ]
    page, axes = pyplot.subplots(1, len(OUTCOMES), figsize=(9, 1 + 0.8 * len(parts)), sharey=True, layout="constrained")
    for axis, (key, name) in zip(axes, OUTCOMES.items()):
        axis.axvspan(0.98, 1.02, color="0.92", zorder=0)
        axis.axvline(1, color="0.6", linewidth=0.8)
        for row, part in enumerate(parts.values()):
            for place, (label, contrast) in enumerate(contrasts):
                mean, low, high, _ = contrast(part, key)
                if math.isnan(mean):
                    continue
                y = row * 4 + place
                axis.plot([math.exp(low), math.exp(high)], [y, y], color=f"C{place}", linewidth=2)
                axis.plot(math.exp(mean), y, "o", color=f"C{place}", markersize=5)
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("uneven ÷ even")
    axes[0].set_yticks(
        [row * 4 + place for row in range(len(parts)) for place in range(3)],
        [f"{data}, {len(part)} seeds: {label}" for data, part in parts.items() for label, _ in contrasts], fontsize=8)
    axes[0].invert_yaxis()
    path.parent.mkdir(parents=True, exist_ok=True)
    page.savefig(path, dpi=110)
    print(f"\n{path}")
