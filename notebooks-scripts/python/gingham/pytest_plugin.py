"""A fixture for tests of what was trained: `def test_no_grid(gingham): gingham.check("net.onnx", limits="limits.yaml")`.

Installed packages are found by pytest through the entry point `pytest11`; without an installation
`pytest -p gingham.pytest_plugin` names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ._results import Result


class Checker:
    """The verbs, with a `check` that fails the test where a limit is broken or nothing could be measured."""

    def check(self, *subjects: Any, **options: Any) -> "Result":
        """Holds a net or pictures against limits: the verb `check`, options as keyword arguments.

        Returns: what was measured, where every limit holds.
        Fails the test with a line a limit otherwise. A file that cannot be read, or limits that cannot be understood,
        are an error of the test: `gingham.Error`.
        """
        __tracebackhide__ = True
        import gingham

        result = gingham.check(*subjects, **options)
        if result.exit_status != 0:
            pytest.fail(_report(result), pytrace=False)
        return result

    def __getattr__(self, name: str) -> Any:
        import gingham

        return getattr(gingham, name)


def _report(result: "Result") -> str:
    """What is wrong: one line each."""
    wrong = [line for line in result.text.splitlines() if not line.startswith("ok ")]
    left_out = [f"left out: {file['reason']}" for file in result.skipped]
    return "\n".join(wrong + left_out + [f"note: {remark}" for remark in result.remarks])


@pytest.fixture(scope="session")
def gingham() -> Checker:
    """Every verb of Gingham, with a `check` that fails the test."""
    return Checker()
