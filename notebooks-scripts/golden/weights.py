"""Writes the golden files of Tests/ModelFormatsTests/Golden/Weights and Tests/TensorsTests/Golden.

Needs torch, numpy and safetensors. Run: python notebooks-scripts/golden/weights.py
Every file NAME has its values in NAME.json beside it: {tensor: {"shape": […], "bits": [float32 bit patterns]}}.
"""

import argparse
import collections
import io
import json
import os
import pathlib
import pickle
import struct
import warnings
import zipfile

import numpy as np
import torch
from safetensors.torch import save_file

from made_with import record

warnings.filterwarnings("ignore")
root = pathlib.Path(__file__).resolve().parents[2]
weights = root / "Tests/ModelFormatsTests/Golden/Weights"
arrays = root / "Tests/TensorsTests/Golden"
weights.mkdir(parents=True, exist_ok=True)
arrays.mkdir(parents=True, exist_ok=True)
torch.manual_seed(1)


def expect(path, tensors):
    values = {}
    for name, tensor in tensors.items():
        floats = torch.as_tensor(tensor).detach().to(torch.float32).contiguous().numpy()
        values[name] = {"shape": list(floats.shape), "bits": floats.reshape(-1).view(np.uint32).tolist()}
    path.with_name(path.name + ".json").write_text(json.dumps(values, separators=(",", ":")) + "\n")


def special(dtype):
    return torch.tensor([0.0, -0.0, 1.0, -2.5, 1e-7, 3e-39, 6e4, float("inf"), -float("inf")]).to(dtype)


def state():
    base = torch.randn(4, 6)
    flat = torch.randn(30)
    return collections.OrderedDict(
        [
            ("conv.weight", torch.randn(2, 3, 3, 3)),
            ("conv.bias", torch.nn.Parameter(torch.randn(2))),
            ("bn.num_batches_tracked", torch.tensor(12345)),
            ("scalar", torch.tensor(0.1)),
            ("empty", torch.empty(0, 3)),
            ("half", special(torch.float16)),
            ("bfloat16", special(torch.bfloat16)),
            ("double", torch.cat([special(torch.float64), torch.rand(5, dtype=torch.float64)])),
            ("int8", torch.tensor([-128, 127], dtype=torch.int8)),
            ("int16", torch.tensor([-32768, 32767], dtype=torch.int16)),
            ("int32", torch.tensor([-(2**31), 16777217], dtype=torch.int32)),
            ("int64", torch.tensor([-(2**62), 2**53 + 1])),
            ("uint8", torch.tensor([0, 255], dtype=torch.uint8)),
            ("bool", torch.tensor([True, False, True])),
            ("transposed", base.t()),
            ("strided", base[1::2, ::3]),
            ("expanded", torch.randn(3, 1).expand(2, 3, 4)),
            ("permuted", torch.randn(2, 3, 4, 5).permute(0, 2, 3, 1)),
            ("half_transposed", torch.randn(3, 5).half().t()),
            ("channels_last", torch.randn(2, 3, 4, 4).to(memory_format=torch.channels_last)),
            ("shared.whole", flat),
            ("shared.part", flat[5:17].view(3, 4)),
            ("tied", flat),
        ]
    )


def save(name, value, tensors=None, **options):
    path = weights / name
    torch.save(value, path, **options)
    if tensors is not None:
        expect(path, tensors)


legacy = {"_use_new_zipfile_serialization": False}
values = state()
save("state.pth", values, values)
save("state_legacy.pth", values, values, **legacy)
save("protocol4.pth", values, values, pickle_protocol=4)
save("protocol5_legacy.pth", values, values, pickle_protocol=5, **legacy)
wide = {"uint16": torch.tensor([0, 65535], dtype=torch.uint16), "uint32": torch.tensor([7], dtype=torch.uint32)}
save("unsigned.pth", wide, wide)

model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Linear(4, 2))
named = torch.nn.Parameter(torch.randn(2))
named.tag = "kept by its author"
optimizer = torch.optim.Adam(model.parameters())
for parameter in model.parameters():
    parameter.grad = torch.randn_like(parameter)
optimizer.step()
prefixed = torch.nn.DataParallel(model).state_dict()
checkpoint = {
    "epoch": 3,
    "state_dict": prefixed,
    "optimizer": optimizer.state_dict(),
    "best": np.float64(0.75),
    "history": [0.1, {"deep": [1, (2, None)]}],
    "args": argparse.Namespace(lr=0.1, layers=[1, 2]),
    "classes": {"cat", "dog"},
    "counts": collections.defaultdict(list, {"a": [1]}),
    "device": torch.device("cpu"),
    "size": torch.Size([3, 4]),
    "dtype": torch.float32,
    "array": np.arange(3.0),
    "big": 2**70,
    "name": "résumé",
}
save("checkpoint.pth", checkpoint, prefixed)
save("checkpoint_legacy.pth", checkpoint, prefixed, **legacy)
save("attributes.pth", {"w": named}, {"w": named})
generator = {"main.0.weight": torch.randn(2, 2)}
save("gan.pth", {"netG_state_dict": generator, "netD_state_dict": {"d": torch.ones(1)}, "epoch": 1}, generator)
save("nested.pth", {"params": {"generator": generator}, "iteration": 9}, generator)

save("module.pth", torch.nn.Conv2d(1, 1, 1))
save("module_legacy.pth", torch.nn.Conv2d(1, 1, 1), **legacy)
save("single.pth", torch.ones(3))
torch.jit.save(torch.jit.script(torch.nn.ReLU()), weights / "script.pt")


class Command:
    def __reduce__(self):
        return os.system, ("touch gingham-was-here",)


save("command.pth", {"w": torch.ones(1), "x": Command()})
save("command_legacy.pth", {"w": torch.ones(1), "x": Command()}, **legacy)
(weights / "plain.pkl").write_bytes(pickle.dumps({"w": [1.0]}, protocol=2))

# Archives that torch.save does not write itself, but which are zip all the same.
with zipfile.ZipFile(weights / "gan.pth") as archive:
    entries = [(info.filename, archive.read(info)) for info in archive.infolist()]


class Unseekable(io.RawIOBase):
    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def rezip(name, compression=zipfile.ZIP_STORED, streamed=False, replace={}, comment=b""):
    with open(weights / name, "wb") as file:
        with zipfile.ZipFile(Unseekable(file) if streamed else file, "w", compression) as archive:
            archive.comment = comment
            for entry, data in entries:
                archive.writestr(zipfile.ZipInfo(entry), replace.get(entry.split("/")[-1], data), compression)


rezip("streamed.pth", streamed=True, comment=b"a comment PK\x05\x06 that looks like an end record")
rezip("deflated.pth", compression=zipfile.ZIP_DEFLATED)
rezip("big_endian.pth", replace={"byteorder": b"big"})


def zip64(path, entries):
    """Every size and offset in the ZIP64 fields, as archives beyond 4 GiB have them."""
    body, directory = b"", b""
    for name, data in entries:
        name, offset, crc = name.encode(), len(body), zipfile.crc32(data)
        extra = struct.pack("<HHQQ", 1, 16, len(data), len(data))
        body += struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 0, 0, 33, crc, 2**32 - 1, 2**32 - 1, len(name), len(extra))
        body += name + extra + data
        extra = struct.pack("<HHHHQQQ", 0xBEEF, 0, 1, 24, len(data), len(data), offset)
        directory += struct.pack(
            "<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 0, 0, 33, crc, 2**32 - 1, 2**32 - 1,
            len(name), len(extra), 0, 0, 0, 0, 2**32 - 1) + name + extra
    end = struct.pack(
        "<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, len(entries), len(entries), len(directory), len(body))
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(body) + len(directory), 1)
    last = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    path.write_bytes(body + directory + end + locator + last)


zip64(weights / "zip64.pth", entries)

tensors = {name: tensor.detach().contiguous().clone() for name, tensor in values.items()}
save_file(tensors, weights / "state.safetensors", metadata={"format": "pt", "note": "line\n\"quoted\" ü"})
expect(weights / "state.safetensors", tensors)

# NumPy arrays.
grid = np.arange(24).reshape(2, 3, 4)
for code in ["<f2", "<f4", "<f8", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "|b1"]:
    np.save(arrays / f"{code[1:]}.npy", (grid % 2 if code == "|b1" else grid).astype(code))
np.save(arrays / "fortran.npy", np.asfortranarray(grid.astype("<f4")))
np.save(arrays / "scalar.npy", np.float32(2.5))
np.save(arrays / "empty.npy", np.zeros((0, 3), "<f4"))
np.save(arrays / "big_endian.npy", grid.astype(">f4"))
np.save(arrays / "objects.npy", np.array([None, "x"], dtype=object), allow_pickle=True)
np.save(arrays / "record.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
for version in [(2, 0), (3, 0)]:
    with open(arrays / f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, grid.astype("<f4"), version=version)
np.savez(arrays / "pair.npz", first=grid.astype("<f4"), second=np.float64([0.1, 0.2]))
np.savez_compressed(arrays / "compressed.npz", first=grid)
record(weights, "*")
record(arrays, "*")
