#!/usr/bin/env python3
"""What has training made of the grid? Bands of a trained net's gradients over those of the same architecture with random
weights, on the same pictures.

    notebooks-scripts/random_twins.py models/squeezenet1_1.safetensors squeezenet1_1 PICTURE... [--twins 8] [--tool gingham]

Prints for each band the trained net's CV², the twins' mean and deviation, their ratio with its deviation (that of the
twins over their mean), and whether the trained net lies more than two deviations of a single twin away: only that is
something learned. A prediction holds for no single net, so measured over predicted says nothing of training.
"""
import argparse
import statistics
import tempfile

from prediction_bounds import measured


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("model")
    options.add_argument("architecture", help="as it follows random:, options and all")
    options.add_argument("pictures", nargs="+")
    options.add_argument("--twins", type=int, default=8)
    options.add_argument("--tool", default="gingham")
    asked = options.parse_args()
    if asked.twins < 3:
        raise SystemExit("fewer than three twins have no deviation to speak of")
    joined = "&" if "?" in asked.architecture else "?"
    with tempfile.TemporaryDirectory() as folder:
        trained = measured(asked.tool, asked.model, asked.pictures, folder + "/trained")
        twins = [measured(asked.tool, f"random:{asked.architecture}{joined}seed={seed}", asked.pictures,
                          f"{folder}/twin") for seed in range(asked.twins)]
    print("period  trained   twins              ratio          learned")
    for period, (value, error) in trained.items():
        values = [twin[period][0] for twin in twins if period in twin]
        if len(values) < asked.twins:
            continue
        mean, deviation = statistics.mean(values), statistics.stdev(values)
        # What lies within its own error of nothing has no ratio.
        if mean <= 2 * deviation / len(values) ** 0.5 or mean < 0.002:
            print(f"{period:>6s} {value:8.4f}  {mean:7.4f} ± {deviation:.4f}  no ratio: the twins show no band")
            continue
        away = (value - mean) / (deviation ** 2 + error ** 2) ** 0.5
        verdict = "amplified" if away > 2 else "compensated" if away < -2 else "nothing beyond their spread"
        print(f"{period:>6s} {value:8.4f}  {mean:7.4f} ± {deviation:.4f}  {value / mean:5.2f} ± "
              f"{value / mean * deviation / mean:.2f}  {verdict} ({away:+.1f} deviations)")


if __name__ == "__main__":
    main()
