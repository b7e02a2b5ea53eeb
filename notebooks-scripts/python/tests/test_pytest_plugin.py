"""The fixture `gingham`, by tests that pytest runs in a process of its own."""

import importlib.util
import os
import subprocess
import sys
import textwrap
import unittest

from support import FolderTest


@unittest.skipUnless(importlib.util.find_spec("pytest"), "pytest is not installed")
class Fixture(FolderTest):
    def pytest(self, body):
        (self.folder / "test_net.py").write_text(textwrap.dedent(body))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "gingham.pytest_plugin", "-p", "no:cacheprovider", "test_net.py"],
            capture_output=True, text=True, cwd=self.folder, env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
        return done.returncode, done.stdout + done.stderr

    def test_a_broken_limit_fails_the_test_and_says_which(self):
        (self.folder / "limits.yaml").write_text("gradient: {all: 0.05, 2: 1000}\n")
        status, output = self.pytest("""
            def test_no_grid(gingham):
                gingham.check("random:squeezenet1_1?size=64", limits="limits.yaml")
        """)
        self.assertEqual(status, 1, output)
        self.assertIn("BROKEN random:squeezenet1_1?size=64: gradient: unevenness", output)
        self.assertNotIn("ok random", output)

    def test_limits_that_hold_pass_and_the_verbs_are_there(self):
        status, output = self.pytest("""
            def test_no_grid(gingham):
                result = gingham.check("random:squeezenet1_1?size=64", gradient=1000)
                assert result.findings.passed and result.limits[0].value > 0
                assert gingham.open("random:squeezenet1_1?size=64").layers
        """)
        self.assertEqual(status, 0, output)

    def test_what_cannot_be_measured_does_not_pass(self):
        self.picture("picture.npy")
        (self.folder / "limits.yaml").write_text("faint: 0\nblurr: 1\n")
        status, output = self.pytest("""
            import pytest
            from gingham import Error

            def test_one_picture_has_nothing_alike(gingham):
                gingham.check("picture.npy", faint=0)

            def test_mistakes_are_errors(gingham):
                with pytest.raises(Error, match="limits.yaml:2"):
                    gingham.check("picture.npy", limits="limits.yaml")
        """)
        self.assertEqual(status, 1, output)
        self.assertIn("1 failed, 1 passed", output)
        self.assertIn("NOT MEASURED", output)


if __name__ == "__main__":
    unittest.main()
