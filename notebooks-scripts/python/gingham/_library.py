"""The C interface (gingham.h) by ctypes: the only file that knows of pointers."""

from __future__ import annotations

import ctypes
import functools
import json
import os
import threading
from ctypes import POINTER, byref, c_char_p, c_float, c_int32, c_int64, c_uint64, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterable, Sequence

from ._errors import Error, error

if TYPE_CHECKING:
    import numpy as np

INTERFACE_VERSION = 1
LARGEST_RANK = 8


class Tensor(ctypes.Structure):
    """`gingham_tensor`."""

    _fields_ = [("data", c_void_p), ("shape", c_int64 * LARGEST_RANK), ("rank", c_int32)]


_Progress = ctypes.CFUNCTYPE(None, c_void_p, c_char_p, c_int64, c_int64)
_IsCancelled = ctypes.CFUNCTYPE(c_int32, c_void_p)


class Observer(ctypes.Structure):
    """`gingham_observer`."""

    _fields_ = [("user", c_void_p), ("progress", _Progress), ("is_cancelled", _IsCancelled)]


def _places() -> Iterable[Path]:
    """Where the library may be: named, in the package, beside a build of the sources, or wherever the system looks."""
    name = "libginghamc.so"
    if named := os.environ.get("GINGHAM_LIBRARY"):
        yield Path(named)
        return
    package = Path(__file__).resolve().parent
    yield package / "lib" / name
    for above in package.parents:
        if (above / "Package.swift").exists():
            yield above / ".build" / "release" / name
            yield above / ".build-test" / "release" / name
    yield Path(name)


@functools.lru_cache(maxsize=None)
def library() -> ctypes.CDLL:
    """The loaded library, its functions declared."""
    found = None
    for place in _places():
        if place.exists() or place.parent == Path("."):
            try:
                found = ctypes.CDLL(str(place))
                break
            except OSError as failure:
                raise Error(
                    f"the library cannot be loaded: {failure}. Build it with `make library`, or name it with "
                    "GINGHAM_LIBRARY", "library") from None
    if found is None:
        raise Error("there is no library: build it with `make library`, or name it with GINGHAM_LIBRARY", "library")
    errors, tensor, observer = POINTER(c_void_p), POINTER(Tensor), POINTER(Observer)
    for name, result, arguments in [
        ("interface_version", c_int32, []),
        ("version", c_char_p, []),
        ("describe_verbs", c_void_p, []),
        ("free", None, [c_void_p]),
        ("error_kind", c_char_p, [c_void_p]),
        ("error_text", c_char_p, [c_void_p]),
        ("error_free", None, [c_void_p]),
        ("open", c_void_p, [c_char_p, c_char_p, errors]),
        ("close", None, [c_void_p]),
        ("describe", c_void_p, [c_void_p, errors]),
        ("picture", c_int32, [c_void_p, c_char_p, tensor, errors]),
        ("picture_of_bytes", c_int32, [c_void_p, c_void_p, c_int64, c_int64, c_int64, tensor, errors]),
        ("activations", c_int32, [c_void_p, c_char_p, tensor, tensor, observer, errors]),
        ("gradient", c_int32, [c_void_p, c_char_p, tensor, c_void_p, tensor, observer, errors]),
        ("vjp", c_int32, [c_void_p, c_char_p, c_char_p, tensor, tensor, tensor, tensor, observer, errors]),
        ("forward", c_int32, [c_void_p, c_char_p, c_char_p, tensor, tensor, POINTER(c_uint64), observer, errors]),
        ("backward", c_int32, [c_void_p, c_uint64, tensor, tensor, observer, errors]),
        ("run", c_void_p, [c_char_p, observer, errors]),
    ]:
        function = getattr(found, "gingham_" + name)
        function.restype, function.argtypes = result, arguments
    version = found.gingham_interface_version()
    if version != INTERFACE_VERSION:
        raise Error(f"the library has version {version} of the interface, this package wants {INTERFACE_VERSION}", "library")
    return found


def checked(name: str, *arguments: Any) -> Any:
    """Calls a function whose last argument stores an error.

    Raises: `Error`, or `KeyboardInterrupt` where the call was interrupted.
    """
    code = library()
    stored = c_void_p()
    result = getattr(code, "gingham_" + name)(*arguments, byref(stored))
    if not stored:
        return result
    kind, text = code.gingham_error_kind(stored), code.gingham_error_text(stored)
    raised = error((kind or b"").decode(), (text or b"").decode(errors="replace"))
    code.gingham_error_free(stored)
    raise raised


def taken(address: int) -> str:
    """A string that the library made, which is given back."""
    try:
        return ctypes.string_at(address).decode(errors="surrogateescape")
    finally:
        library().gingham_free(address)


def words(items: Iterable[str]) -> bytes:
    """A JSON array as the library takes it."""
    return json.dumps(list(items)).encode()


# Arrays


class _Memory:
    """Memory that the library made, as NumPy sees it; it goes with the last array that looks at it."""

    def __init__(self, tensor: Tensor, free: Callable[[int], None]) -> None:
        self._address, self._free = tensor.data, free
        self.__array_interface__ = {
            "data": (tensor.data, False), "shape": tuple(tensor.shape[: tensor.rank]), "typestr": "<f4", "version": 3,
        }

    def __del__(self) -> None:
        self._free(self._address)


def lent(array: "np.ndarray") -> Tensor:
    """An array of contiguous 32-bit floats where it lies. It must outlive the tensor."""
    tensor = Tensor()
    tensor.data, tensor.rank = array.ctypes.data, array.ndim
    for axis, extent in enumerate(array.shape[:LARGEST_RANK]):
        tensor.shape[axis] = extent
    return tensor


def array(tensor: Tensor) -> "np.ndarray":
    """A result of the library's, without a copy."""
    import numpy as np

    return np.asarray(_Memory(tensor, library().gingham_free))


def tensors(count: int) -> Any:
    """Room for results whose memory the library makes."""
    return (Tensor * count)()


def lent_all(arrays: "Sequence[np.ndarray]") -> Any:
    """Several arrays where they lie."""
    return (Tensor * len(arrays))(*map(lent, arrays))


# Long work


def watched(call: Callable[[Any], Any], report: "Callable[[str, int, int], None] | None" = None) -> Any:
    """Makes a long call on a thread of its own, so that Ctrl-C reaches the caller: the work is then given up, what it has
    kept stays, and KeyboardInterrupt goes on when it has ended.

    `call` is handed a pointer to an observer.
    """
    stopped, ended = threading.Event(), threading.Event()
    outcome: "list[Any]" = []

    @_Progress
    def progress(_: Any, what: bytes, done: int, total: int) -> None:
        if report is not None:
            report(what.decode(errors="replace"), done, total)

    @_IsCancelled
    def is_cancelled(_: Any) -> int:
        return stopped.is_set()

    observer = Observer(None, progress, is_cancelled)

    def work() -> None:
        try:
            outcome.append((call(byref(observer)), None))
        except BaseException as raised:  # handed to the caller
            outcome.append((None, raised))
        finally:
            ended.set()

    thread = threading.Thread(target=work, name="gingham")
    thread.start()
    interruption = None
    while not ended.is_set():
        try:
            ended.wait()
        except KeyboardInterrupt as raised:
            interruption = raised
            stopped.set()
    thread.join()
    if interruption is not None:
        raise interruption
    result, raised = outcome[0]
    if raised is not None:
        raise raised
    return result
