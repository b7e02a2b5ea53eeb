"""The verbs as functions."""

import inspect
import json
import os
import signal
import subprocess
import sys
import time
import unittest

import numpy as np
from support import NET, FolderTest, pictures

import gingham
from gingham._verbs import described


class Verbs(FolderTest):
    def setUp(self):
        super().setUp()
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)

    def test_every_verb_of_the_tool_is_a_function(self):
        raw = json.loads(self.tool("--experimental-dump-help"))
        names = [verb["commandName"] for verb in raw["command"]["subcommands"] if verb["commandName"] != "help"]
        self.assertEqual(list(described()), names)
        for name in names:
            verb = getattr(gingham, name)
            options = inspect.signature(verb).parameters
            self.assertIn(described()[name].abstract, verb.__doc__)
            if name != "run":
                self.assertTrue({"threads", "backend", "output"} <= set(options), name)
        self.assertIn("with_", inspect.signature(gingham.repair).parameters)
        with self.assertRaisesRegex(TypeError, "did you mean target"):
            gingham.gradient(NET, "a.png", tarjet="top")
        self.assertFalse(hasattr(gingham, "no_such_verb"))

    def test_a_run_finds_what_the_tool_finds(self):
        path = self.picture()
        printed = json.loads(self.tool(
            "gradient", NET, path, "--target", "class:3", "--threads", 2, "--json", "--output", "tool"))
        result = gingham.gradient(gingham.open(NET, threads=2), path, target="class:3", output="python")
        self.assertEqual(dict(result.findings), printed)
        self.assertEqual(result.images[0].value, printed["images"][0]["value"])
        self.assertEqual(result.exit_status, 0)
        for name in ["gradient.npy", "magnitude.png", "findings.json"]:
            self.assertEqual((self.folder / "tool" / name).read_bytes(), (self.folder / "python" / name).read_bytes())
        np.testing.assert_array_equal(result.array("gradient.npy"), np.load("tool/gradient.npy"))
        self.assertEqual(result.words[:2], ["gingham", "gradient"])

    def test_arrays_are_pictures(self):
        x = pictures(2)
        result = gingham.gradient(NET, x, target="class:3", output="run", threads=2)
        np.testing.assert_array_equal(
            result.array("gradient.npy"),
            np.concatenate([gingham.open(NET, threads=2).gradient(one, "class:3") for one in x]))
        bytes_ = (np.moveaxis(x[0], 0, -1) * 255).astype(np.uint8)
        self.assertEqual(len(gingham.measure(bytes_).images), 1)

    def test_results_show_themselves(self):
        result = gingham.gradient(NET, self.picture(), output="run")
        self.assertTrue(result._repr_png_().startswith(b"\x89PNG"))
        self.assertIn("data:image/png;base64,", result._repr_html_())
        self.assertIn("class:", repr(result))
        kept = result.save("kept")
        self.assertEqual(sorted(os.listdir(kept)), sorted(os.listdir("run")))
        with self.assertRaises(FileExistsError):
            result.save("kept")
        with self.assertRaisesRegex(ValueError, "output"):
            gingham.layers(NET).save("nowhere")
        try:
            import pandas  # noqa: F401
        except ImportError:
            with self.assertRaisesRegex(ImportError, "pandas"):
                result.table()
        else:
            layers = gingham.layers(NET)
            self.assertEqual(len(layers.table()), len(layers.layers))

    def test_options_of_every_form(self):
        layers = gingham.layers(NET, input_size=(96, 128))
        self.assertEqual(layers.input_shape, [1, 3, 96, 128])
        result = gingham.measure(self.picture(), periods=[2, 4], figures=["svg"], output="run")
        self.assertEqual({band.period for band in result.images[0].bands}, {2, 4})
        self.assertTrue(any(name.endswith(".svg") for name in result.files))
        compared = gingham.compare(
            NET, objective="features.3.squeeze:2", mitigations=["naive", "robust"], steps=2, output="compare")
        self.assertEqual(compared.exit_status, 0)

    def test_render_makes_a_picture(self):
        result = gingham.render(NET, "features.3.squeeze:2", preset="naive", steps=2, output="run")
        self.assertTrue(result._repr_png_().startswith(b"\x89PNG"))
        self.assertEqual(result.manifest["parameters"]["objective"], "features.3.squeeze:2")

    def test_what_is_left_out_is_named(self):
        (self.folder / "broken.png").write_bytes(b"none")
        result = gingham.gradient(NET, self.picture(), "broken.png", output="run")
        self.assertEqual(result.exit_status, 2)
        self.assertEqual([file["path"] for file in result.skipped], ["broken.png"])

    def test_interruption_keeps_what_is_finished(self):
        program = (
            "import sys, gingham\n"
            "try:\n"
            f"    gingham.visualize({NET!r}, all_channels='features.3.squeeze', steps=400, threads=1, batch=1, output='run')\n"
            "except KeyboardInterrupt:\n"
            "    sys.exit(7)\n"
        )
        child = subprocess.Popen([sys.executable, "-c", program], cwd=self.folder)
        deadline = time.time() + 60
        while time.time() < deadline and not list(self.folder.glob(".gingham-run/*/**/*.json")):
            time.sleep(0.05)
        sent = time.time()
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(timeout=30), 7)
        self.assertLess(time.time() - sent, 10)
        self.assertFalse((self.folder / "run").exists())
        self.assertTrue(list(self.folder.glob(".gingham-run/*/**/*.json")))


if __name__ == "__main__":
    unittest.main()
