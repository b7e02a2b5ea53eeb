"""What the tests share."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np

import gingham

TOOL = os.environ.get("GINGHAM", "gingham")
NET = "random:squeezenet1_1?size=64&seed=3"


def pictures(count=1, side=64, seed=0):
    """N×3×H×W of smooth noise in 0…1."""
    noise = np.random.default_rng(seed).normal(size=(count, 3, side, side)).astype(np.float32)
    return np.clip(0.5 + 0.2 * noise, 0, 1).astype(np.float32)


class Gradients:
    """A data set of gradients, for PyTorch's DataLoader: of an open net, or of a path that each worker opens."""

    def __init__(self, net, x):
        self.net, self.x = net, x

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        if isinstance(self.net, str):
            self.net = gingham.open(self.net, threads=1)
        return self.net.gradient(self.x[index], "class:3")[0]


class FolderTest(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gingham-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def tool(self, *words):
        """What the command line prints."""
        done = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def picture(self, name="picture.npy", **options):
        path = self.folder / name
        np.save(path, pictures(**options)[0])
        return path
