#!/usr/bin/env python3
"""Searches a generator's kernels, strides and blur with Optuna; Gingham is the objective.

    pip install optuna
    python notebooks-scripts/tune_generator.py [--gingham .build/release/gingham] [--trials 40] [--samples 16]

Two objectives: the grid's energy and the multiply-adds. The energy is that of random generators' samples: the share of
their fine detail that all have alike on the architecture's lattice (`gingham generate --json`); with --predict it is what
the architecture alone paints (`gingham predict --sweep --json`), which takes no samples. Prints the Pareto front.
"""
import argparse
import json
import subprocess
import tempfile

import optuna


def run(gingham, *arguments):
    with tempfile.TemporaryDirectory() as scratch:
        command = [gingham, *arguments, "--json", "--quiet", "--output", f"{scratch}/run", "--force"]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def cost(gingham, model):
    layers = subprocess.run([gingham, "layers", model, "--json"], capture_output=True, text=True, check=True).stdout
    return sum(layer["macs"] for layer in json.loads(layers)["layers"])


def predicted(gingham, name, settings):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as grid:
        grid.write("\n".join([f"model: random:{name}"] + [f"{key}: {value}" for key, value in settings.items()]) + "\n")
        grid.flush()
        entry = run(gingham, "predict", "--sweep", grid.name)["entries"][0]
    return entry["cv2"], entry["macs"]


def sampled(gingham, name, settings, samples):
    """The median over three draws of weights."""
    shares = []
    for seed in range(3):
        options = "&".join(f"{key}={value}" for key, value in settings.items())
        model = f"random:{name}?{options}&seed={seed}"
        found = run(gingham, "generate", model, "--samples", str(samples))
        shares.append(sum(band["share"] for band in found["pooled"]["locked"]["bands"]))
    return sorted(shares)[1], cost(gingham, model)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--gingham", default=".build/release/gingham")
    arguments.add_argument("--trials", type=int, default=40)
    arguments.add_argument("--samples", type=int, default=16)
    arguments.add_argument("--features", type=int, default=8)
    arguments.add_argument("--predict", action="store_true")
    options = arguments.parse_args()

    def objective(trial):
        name = trial.suggest_categorical("architecture", ["dcgan_generator", "resize_generator"])
        settings = {"kernel": trial.suggest_int("kernel", 2, 7), "features": options.features, "latent": 16}
        if options.predict:
            settings["blur"] = trial.suggest_int("blur", 1, 3)
            return predicted(options.gingham, name, settings)
        return sampled(options.gingham, name, settings, options.samples)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(objective, n_trials=options.trials)
    seen = set()
    print(f"{len(study.trials)} trials; none is both more even and cheaper than")
    for trial in sorted(study.best_trials, key=lambda trial: trial.values[1]):
        key = tuple(sorted(trial.params.items()))
        if key in seen:
            continue
        seen.add(key)
        energy, macs = trial.values
        words = ", ".join(f"{name} {value}" for name, value in trial.params.items())
        print(f"  energy {energy:.5f}, {macs / 1e6:8.2f} M multiply-adds: {words}")


if __name__ == "__main__":
    main()
