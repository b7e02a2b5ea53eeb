"""An open net against the command line, and the process around it."""

import gc
import multiprocessing
import os
import pickle
import resource
import subprocess
import sys
import threading
import time
import unittest

import numpy as np
from support import NET, FolderTest, pictures

import gingham


class Gradients(FolderTest):
    def test_the_bytes_are_the_command_lines(self):
        model = gingham.open(NET, threads=2)
        path = self.picture()
        for words, options in [
            ([], {}),
            (["--target", "class:7"], {"target": "class:7"}),
            (["--target", "features.6.cat:3"], {"target": "features.6.cat:3"}),
            (
                ["--method", "smoothgrad", "--samples", "3", "--seed", "9", "--noise", "0.5"],
                {"method": "smoothgrad", "samples": 3, "seed": 9, "noise": 0.5},
            ),
            (["--method", "integrated", "--samples", "8"], {"method": "integrated", "samples": 8}),
            (["--method", "gradcam", "--at", "features.6.cat"], {"method": "gradcam", "at": "features.6.cat"}),
            (["--at", "features.3.squeeze"], {"at": "features.3.squeeze"}),
            (["--method", "lattice-jitter"], {"method": "lattice-jitter"}),
        ]:
            self.tool("gradient", NET, path, "--threads", 2, "--output", "run", "--force", *words)
            written = np.load(self.folder / "run" / "gradient.npy")
            found = model.gradient(path, **options)
            self.assertEqual(found.shape, written.shape)
            self.assertEqual(found.tobytes(), written.tobytes(), words)

    def test_values_and_products(self):
        model = gingham.open(NET)
        x = pictures(3)
        values, gradient = model.value_and_gradient(x, "class:7")
        output = model(x)
        np.testing.assert_array_equal(values, output[:, 7])
        cotangent = np.zeros_like(output)
        cotangent[:, 7] = 1
        np.testing.assert_array_equal(model.vjp(x, "output", cotangent), gradient)
        found, step = model.forward(x)
        np.testing.assert_array_equal(found, output)
        np.testing.assert_array_equal(step.backward(cotangent), gradient)
        # Another pass takes its place: the first one is done again.
        model.forward(pictures(3, seed=5))
        np.testing.assert_array_equal(step.backward(cotangent), gradient)
        both = model.activations(x, ["features.6.cat", "output"])
        np.testing.assert_array_equal(both["output"], output)
        inner = model.vjp(x, "output", cotangent, at="features.6.cat")
        self.assertEqual(inner.shape, both["features.6.cat"].shape)
        np.testing.assert_array_equal(inner, model.gradient(x, "class:7", at="features.6.cat"))

    def test_a_gradient_is_the_slope(self):
        model = gingham.open(NET, backend="reference64")
        x, step = pictures(), 1e-4
        # Along the gradient, where the rounding of the pictures to 32 bits counts least.
        gradient = model.gradient(x, "class:3").astype(np.float64)
        direction = gradient / np.abs(gradient).max()
        up, down = (x + sign * step * direction for sign in (1, -1))
        values = [float(model.value_and_gradient(moved, "class:3")[0][0]) for moved in (up, down)]
        slope = (gradient * direction).sum()
        self.assertAlmostEqual((values[0] - values[1]) / (2 * step), slope, delta=0.01 * slope)


class Inputs(FolderTest):
    def setUp(self):
        super().setUp()
        self.model = gingham.open(NET)

    def test_floats_in_every_layout(self):
        x = pictures(2)
        for form in [x, x.astype(np.float64), np.moveaxis(x, 1, -1), [x[0], x[1]], [x[:1], np.moveaxis(x[1], 0, -1)]]:
            np.testing.assert_array_equal(self.model.input(form), x)
        for form in [x[0], np.moveaxis(x[0], 0, -1), x[0].tolist()]:
            np.testing.assert_array_equal(self.model.input(np.asarray(form, np.float32)), x[:1])
        self.assertIs(self.model.input(x).base if self.model.input(x) is not x else x, x)
        self.assertTrue(np.shares_memory(self.model.input(x), x))

    def test_bytes_and_files_are_scaled_as_the_tool_does(self):
        rng = np.random.default_rng(0)
        bytes_ = rng.integers(0, 256, (50, 70, 3), np.uint8)
        expected = self.model.input(bytes_)
        self.assertEqual(expected.shape, (1, 3, 64, 64))
        np.testing.assert_array_equal(self.model.input(np.moveaxis(bytes_, -1, 0)), expected)
        np.testing.assert_array_equal(self.model.input(np.stack([bytes_, bytes_])), np.concatenate([expected] * 2))
        np.testing.assert_array_equal(
            self.model.input(np.dstack([bytes_, rng.integers(0, 256, (50, 70), np.uint8)])), expected)
        try:
            from PIL import Image
        except ImportError:
            self.skipTest("there is no PIL")
        image = Image.fromarray(bytes_)
        image.save(self.folder / "picture.png")
        np.testing.assert_array_equal(self.model.input(image), expected)
        np.testing.assert_array_equal(self.model.input(self.folder / "picture.png"), expected)
        np.testing.assert_array_equal(self.model.input(str(self.folder / "picture.png")), expected)

    def test_arrays_go_out_by_dlpack_without_a_copy(self):
        gradient = self.model.gradient(pictures())
        self.assertTrue(np.shares_memory(np.from_dlpack(gradient), gradient))

    def test_what_is_no_picture_is_an_error(self):
        for wrong in ["nowhere.png", pictures()[:, :2], np.zeros((2, 2, 2, 2, 2), np.uint8), np.array(["a"])]:
            with self.assertRaises(gingham.Error):
                self.model.gradient(wrong)


class Errors(unittest.TestCase):
    def test_errors_have_kinds_and_classes(self):
        model = gingham.open(NET)
        for call, kind, classes in [
            (lambda: gingham.open("nowhere.onnx"), "format", (gingham.FormatError, OSError)),
            (lambda: gingham.open(NET, threads=0), "usage", (gingham.UsageError, ValueError)),
            (lambda: model.gradient(pictures(), "class:1000"), "objective", (gingham.Error,)),
            (lambda: model.activations(pictures(), "nowhere"), "network", (gingham.Error,)),
            (lambda: model.vjp(pictures(), "output", np.zeros((1, 5))), "usage", (ValueError,)),
        ]:
            with self.assertRaises(gingham.Error) as caught:
                call()
            self.assertEqual(caught.exception.kind, kind, caught.exception)
            for expected in classes:
                self.assertIsInstance(caught.exception, expected)
            self.assertEqual(pickle.loads(pickle.dumps(caught.exception)).kind, kind)
        with self.assertRaisesRegex(TypeError, "samples"):
            model.gradient(pictures(), sample=3)

    def test_a_closed_model_says_so(self):
        with gingham.open(NET) as model:
            model(pictures())
        with self.assertRaisesRegex(gingham.UsageError, "closed"):
            model(pictures())
        model.close()


def _in_child(model, results):
    try:
        results.put(("value", model.gradient(pictures(), "class:3").tobytes()))
    except gingham.Error as error:
        results.put((error.kind, str(error)))


class Processes(unittest.TestCase):
    def outcome(self, method):
        context = multiprocessing.get_context(method)
        results = context.Queue()
        model = gingham.open(NET, threads=1)
        expected = model.gradient(pictures(), "class:3").tobytes()
        child = context.Process(target=_in_child, args=(model, results))
        child.start()
        found = results.get(timeout=60)
        child.join()
        return found, expected

    def test_a_model_goes_to_a_process_that_is_started_anew(self):
        (kind, value), expected = self.outcome("spawn")
        self.assertEqual(kind, "value", value)
        self.assertEqual(value, expected)

    def test_a_forked_process_says_why_not(self):
        (kind, text), _ = self.outcome("fork")
        self.assertEqual(kind, "forked")
        self.assertIn("spawn", text)

    def test_a_fork_in_front_of_the_first_model_works(self):
        program = (
            "import os, sys, gingham, numpy as np\n"
            "gingham.verbs()\n"
            "child = os.fork()\n"
            f"model = gingham.open({NET!r}, threads=1)\n"
            "model.gradient(np.zeros((1, 3, 64, 64), np.float32), 'class:3')\n"
            "if child: sys.exit(os.waitpid(child, 0)[1])\n"
        )
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

    def test_importing_is_quick_and_loads_nothing(self):
        program = (
            "import time, sys; start = time.perf_counter(); import gingham; took = time.perf_counter() - start\n"
            "assert 'numpy' not in sys.modules and 'torch' not in sys.modules; print(took)"
        )
        times = [
            float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout) for _ in range(3)
        ]
        self.assertLess(min(times), 0.1)

    def test_nothing_of_the_process_changes(self):
        program = (
            "import locale, os, numpy as np, gingham\n"
            "def caught():\n"
            "    lines = [line.split() for line in open('/proc/self/status') if line.startswith(('SigCgt', 'SigIgn', 'SigBlk'))]\n"
            # The C library takes some behind the 31 for its threads.
            "    return [(name, int(mask, 16) & 0x7FFFFFFF) for name, mask in lines]\n"
            "before = caught(), locale.setlocale(locale.LC_ALL), dict(os.environ)\n"
            f"model = gingham.open({NET!r})\n"
            "model.gradient(np.zeros((1, 3, 64, 64), np.float32), 'class:3')\n"
            f"gingham.layers({NET!r})\n"
            "assert (caught(), locale.setlocale(locale.LC_ALL), dict(os.environ)) == before\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_two_threads_at_once(self):
        models = [gingham.open(NET, threads=1), gingham.open(NET, threads=1)]
        x = [pictures(seed=seed) for seed in range(4)]
        expected = [models[0].gradient(one, "class:3") for one in x]
        wrong = []

        def work(index):
            for turn in range(10):
                found = models[(index + turn) % 2].gradient(x[index], "class:3")
                if not np.array_equal(found, expected[index]):
                    wrong.append(index)

        threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


def _memory():
    """Bytes that this process has in memory now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


class Memory(unittest.TestCase):
    def test_ten_thousand_calls_do_not_grow(self):
        model = gingham.open("random:squeezenet1_1?size=32", threads=1)
        x = pictures(side=32)
        target, cotangent = "features.0:3", np.ones_like(model.activations(x, "features.0"))

        def calls(count):
            for _ in range(count):
                model.value_and_gradient(x, target)
                model.vjp(x, "features.0", cotangent)
                try:
                    model.gradient(x, "class:-1")
                except gingham.Error:
                    pass

        calls(500)
        gc.collect()
        before = _memory()
        calls(3000)
        gc.collect()
        self.assertLess(_memory() - before, 4 << 20)

    def test_models_go_when_nobody_holds_them(self):
        def opened():
            gingham.open("random:resnet18?size=32", threads=1).gradient(pictures(side=32))
            gc.collect()

        opened()
        before = _memory()
        for _ in range(5):
            opened()
        # One of them has 45 MB of weights, and as much in its plan.
        self.assertLess(_memory() - before, 60 << 20)

    def test_a_batch_is_not_copied(self):
        program = (
            "import resource, sys, numpy as np, gingham\n"
            "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10\n"
            "model = gingham.open('random:squeezenet1_1', threads=2)\n"
            "x = np.full((64, 3, 224, 224), 0.5, np.float32)\n"
            "model.activations(x, 'features.0')\n"
            "held = model.activations(x, 'features.0')\n"
            "before = peak()\n"
            "again = model.activations(x, 'features.0')\n"
            "print((peak() - before - again.nbytes) / x.nbytes)\n"
        )
        grown = float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)
        # Neither the pictures nor the result are there twice.
        self.assertLess(grown, 0.5)


if __name__ == "__main__":
    unittest.main()
