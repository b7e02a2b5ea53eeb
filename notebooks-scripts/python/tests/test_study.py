"""The study of evenness: twins, statistics, the report, and the short form against the built tool."""

import importlib.util
import math
import os
import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np

from support import TOOL, FolderTest

STUDY = Path(__file__).resolve().parents[2] / "study"


def missing(*packages):
    return [package for package in packages if importlib.util.find_spec(package) is None]


class Recipe(FolderTest):
    def setUp(self):
        super().setUp()
        sys.path.insert(0, str(STUDY))
        self.addCleanup(sys.path.remove, str(STUDY))

    def recipe(self, *words):
        return subprocess.run(
            [sys.executable, str(STUDY / "evenness.py"), *words], capture_output=True, text=True, cwd=self.folder)

    def test_its_files_are_python(self):
        for file in sorted(STUDY.glob("*.py")):
            compile(file.read_text(), str(file), "exec")

    @unittest.skipIf(missing("torch", "scipy"), "PyTorch or SciPy is not installed")
    def test_twins_are_twins(self):
        done = self.recipe("check")
        self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipIf(missing("scipy"), "SciPy is not installed")
    def test_the_dose_that_was_put_in_comes_out(self):
        import report

        random = np.random.default_rng(0)
        lines = []
        for seed in range(12):
            level, arms = random.normal(), {}
            for arm, cv2 in (("seven eighths", 0.4), ("half", 0.15), ("staggered", 0.1)):
                uneven = cv2 + random.normal() / 100
                arms[arm] = {"cv2": uneven, "l2": level - 0.2 * uneven, "l0": level, "linf": level + random.normal()}
            lines.append({"data": "made", "arms": arms})
        mean, low, high, chance = report.dose(lines, "l2")
        self.assertAlmostEqual(mean, -0.2 * 0.3, delta=0.01)
        self.assertEqual(report.verdict((mean, low, high), chance), "unevenness makes it easier to fool")
        self.assertIn("does not matter", report.verdict(report.dose(lines, "l0"), 1))
        self.assertEqual(report.verdict(report.dose(lines, "linf"), 1), "undecided")
        self.assertTrue(math.isnan(report.paired(lines, "l2", "aligned", "staggered")[0]))

    def test_a_line_that_was_cut_short_is_taken_away(self):
        import evenness

        file = self.folder / "results.jsonl"
        file.write_text('{"seed": 0}\n{"seed": 1')
        self.assertEqual(evenness.kept(file), [{"seed": 0}])
        self.assertEqual(file.read_text(), '{"seed": 0}\n')

    @unittest.skipIf(missing("torch", "scipy", "mlxtend", "onnx"), "PyTorch, SciPy, ONNX or mlxtend is not installed")
    def test_the_short_form_runs_goes_on_and_reports(self):
        words = ["run", "--short", "--gingham", os.path.abspath(TOOL) if os.sep in TOOL else TOOL]
        done = self.recipe(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        results = self.folder / "outputs" / "evenness-short.jsonl"
        first = results.read_text()
        self.assertEqual(first.count("\n"), 2)
        # The second seed is cut short, and comes out the same to the byte.
        results.write_text(first[:len(first) * 3 // 4])
        self.assertEqual(self.recipe(*words).returncode, 0)
        self.assertEqual(results.read_text(), first)
        told = self.recipe("report", "--results", str(results))
        self.assertIn("fewer than three seeds have no intervals", told.stdout)


if __name__ == "__main__":
    unittest.main()
