"""Pictures in every form that Python has them."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, Any, Sequence

import numpy as np

from . import _library
from ._errors import UsageError

if TYPE_CHECKING:
    from ._model import Model


def as_array(value: Any) -> np.ndarray:
    """Anything with numbers in it, without a copy where its memory can be looked at: NumPy, DLPack, PIL, lists."""
    if isinstance(value, np.ndarray):
        return value
    if _is_pil(value):
        return _upright(value)
    if hasattr(value, "detach"):
        # What has a gradient of its own does not lend its memory.
        value = value.detach()
    if hasattr(value, "__dlpack__"):
        if getattr(value, "device", None) is not None and "cuda" in str(value.device):
            value = value.cpu()
        return np.from_dlpack(value) if hasattr(np, "from_dlpack") else np.asarray(value)
    return np.asarray(value)


def floats(value: Any) -> np.ndarray:
    """Contiguous 32-bit floats: the very memory where it is that already."""
    return np.ascontiguousarray(as_array(value), dtype=np.float32)


def batch(model: "Model", pictures: Any) -> np.ndarray:
    """N×C×H×W (or N×Z) as the net takes it, 32-bit floats with pixels in 0…1.

    Files, PIL images and bytes are scaled to the net's size, as the command line does. Floats go in as they are, at any size
    that the net takes: N×C×H×W (without a copy), C×H×W, N×H×W×C or H×W×C; the axis that fits the net's channels is theirs,
    and the first one where both do.
    """
    if isinstance(pictures, (list, tuple)) and pictures and not np.isscalar(pictures[0]):
        parts = [batch(model, picture) for picture in pictures]
        if len({part.shape[1:] for part in parts}) > 1:
            raise UsageError(f"pictures of one batch have one size, not {[part.shape for part in parts]}", "usage")
        return np.concatenate(parts)
    if isinstance(pictures, (str, os.PathLike)):
        place = _library.Tensor()
        _library.checked("picture", model._handle, os.fsencode(pictures), ctypes.byref(place))
        return _library.array(place)
    array = as_array(pictures)
    if array.dtype == np.uint8:
        return np.concatenate([_scaled(model, picture) for picture in _interleaved(array, model.channels)])
    if not (np.issubdtype(array.dtype, np.floating) or array.dtype == np.bool_ or np.issubdtype(array.dtype, np.integer)):
        raise UsageError(f"pictures are numbers, not {array.dtype}", "usage")
    return np.ascontiguousarray(_channels_first(array, model.channels, len(model.input_shape)), dtype=np.float32)


def arrays_of(pictures: Any) -> "list[np.ndarray]":
    """C×H×W of every picture in memory, floats with pixels in 0…1: as the tool reads them from .npy files."""
    array = as_array(pictures)
    if array.dtype == np.uint8:
        return [np.moveaxis(picture, -1, 0).astype(np.float32) / 255 for picture in _interleaved(array, None)]
    if array.ndim == 2:
        array = array[None]
    return list(np.ascontiguousarray(array, dtype=np.float32).reshape((-1, *array.shape[-3:])))


def _is_pil(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "PIL"


def _upright(image: Any) -> np.ndarray:
    """H×W×C bytes, turned as the camera says."""
    from PIL import ImageOps

    image = ImageOps.exif_transpose(image)
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode in ("PA", "La", "RGBa") else "RGB")
    array = np.asarray(image)
    return array[..., None] if array.ndim == 2 else array


def _interleaved(array: np.ndarray, channels: "int | None") -> "Sequence[np.ndarray]":
    """H×W×C of every picture; bytes are mostly interleaved, and torch's C×H×W where only that can be."""
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim == 3:
        array = array[None]
    if array.ndim != 4:
        raise UsageError(f"a picture of bytes is H×W, H×W×C, C×H×W or N of these, not {array.shape}", "usage")
    if array.shape[-1] > 4 and array.shape[1] <= 4 or array.shape[1] == channels and array.shape[-1] != channels:
        array = np.moveaxis(array, 1, -1)
    return [np.ascontiguousarray(picture) for picture in array]


def _scaled(model: "Model", picture: np.ndarray) -> np.ndarray:
    place = _library.Tensor()
    _library.checked("picture_of_bytes", model._handle, picture.ctypes.data, *picture.shape, ctypes.byref(place))
    return _library.array(place)


def _channels_first(array: np.ndarray, channels: "int | None", rank: int) -> np.ndarray:
    if rank != 4:
        return array[None] if array.ndim == rank - 1 else array
    if array.ndim == 2 and channels == 1:
        array = array[None]
    if array.ndim == 3:
        array = array[None]
    if array.ndim == 4 and channels is not None and array.shape[1] != channels and array.shape[-1] == channels:
        array = np.moveaxis(array, -1, 1)
    return array
