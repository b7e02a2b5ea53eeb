"""Small ONNX files of operators that no conformance suite has cases of, with outputs and input gradients by PyTorch.

    python notebooks-scripts/golden/onnx_operators.py Tests/VerbsTests/Golden/operators

Each file NAME.onnx has one floating-point input x and one output; NAME.x, NAME.y, NAME.cotangent and NAME.gradient stand
in operators.npz, worked out in double precision. Where ONNX Runtime knows the operator, its output must agree with
PyTorch's. Needs torch, numpy, onnx and onnxruntime.
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto as TP
from onnx import helper as oh
from onnx import numpy_helper as nh

from made_with import record

random = np.random.default_rng(2026)
folder = pathlib.Path(sys.argv[1])
golden = {}


def grid(*shape, low=-2, high=2):
    """Multiples of 1/64: exact in any precision."""
    return (random.integers(low * 64, high * 64, shape) / 64).astype("f4")


def add(name, nodes, x, function, constants=(), opset=21, rounding=0.0, microsoft=False):
    """`function` is PyTorch's, of x and the constants. `rounding` is how far quantised outputs may lie off."""
    constants = {key: np.asarray(value) for key, value in dict(constants).items()}
    leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    tensors = {k: torch.tensor(v, dtype=torch.float64 if v.dtype.kind == "f" else None) for k, v in constants.items()}
    y = function(leaf, **tensors)
    cotangent = grid(*y.shape)
    (gradient,) = torch.autograd.grad(y, leaf, torch.tensor(cotangent, dtype=torch.float64))
    graph = oh.make_graph(
        nodes, name, [oh.make_tensor_value_info("x", TP.FLOAT, x.shape)],
        [oh.make_tensor_value_info("y", TP.FLOAT, y.shape)], [nh.from_array(v, k) for k, v in constants.items()])
    imports = [oh.make_opsetid("", opset)] + ([oh.make_opsetid("com.microsoft", 1)] if microsoft else [])
    model = oh.make_model(graph, opset_imports=imports)
    model.ir_version = 10
    onnx.save(model, folder / f"{name}.onnx")
    value = y.detach().numpy()
    try:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        print(f"{name}: ONNX Runtime has no kernel ({str(error).splitlines()[0][:80]})")
    else:
        other = session.run(None, {"x": x})[0]
        error = np.abs(other - value).max()
        assert error <= 1e-4 * max(1, np.abs(value).max()) + rounding, (name, error)
    for key, array in dict(x=x, y=value, cotangent=cotangent, gradient=gradient.numpy()).items():
        golden[f"{name}.{key}"] = np.asarray(array, dtype="f4" if key in ("x", "cotangent") else "f8")


def node(kind, inputs, outputs=("y",), domain="", **attributes):
    return oh.make_node(kind, list(inputs), list(outputs), name=f"{kind.lower()}.{outputs[0]}", domain=domain, **attributes)


def runtime(kind, inputs, outputs=("y",), **attributes):
    return node(kind, inputs, outputs, domain="com.microsoft", **attributes)


# Attention: the input is the query; keys and values are made of it, too, so that all three pass gradients.
def attention(x, heads=None, key_heads=None, **settings):
    q = x
    if heads:
        split = lambda t, h: t.reshape(t.shape[0], t.shape[1], h, -1).transpose(1, 2)
        q, k, v = split(x, heads), split(x[..., : x.shape[-1] * key_heads // heads], key_heads), split(
            x[..., : x.shape[-1] * key_heads // heads], key_heads)
    else:
        k, v = x, x
    mask = settings.get("mask")
    y = F.scaled_dot_product_attention(
        q, k, v, attn_mask=mask, is_causal=settings.get("causal", False), scale=settings.get("scale"),
        enable_gqa=bool(heads) and heads != key_heads)
    return y.transpose(1, 2).flatten(2) if heads else y


add("attention_plain", [node("Attention", ["x", "x", "x"])], grid(2, 2, 5, 4), lambda x: attention(x), opset=23)
add("attention_scaled", [node("Attention", ["x", "x", "x"], scale=0.3)], grid(1, 3, 4, 4),
    lambda x: attention(x, scale=float(np.float32(0.3))), opset=23)
add("attention_causal", [node("Attention", ["x", "x", "x"], is_causal=1)], grid(2, 2, 5, 4),
    lambda x: attention(x, causal=True), opset=23)
add("attention_bias", [node("Attention", ["x", "x", "x", "m"])], grid(2, 2, 5, 4), lambda x, m: attention(x, mask=m),
    dict(m=grid(1, 2, 5, 5)), opset=23)
truth = random.integers(0, 2, (5, 5)).astype(bool) | np.eye(5, dtype=bool)
add("attention_mask", [node("Attention", ["x", "x", "x", "m"])], grid(2, 2, 5, 4), lambda x, m: attention(x, mask=m),
    dict(m=truth), opset=24)
add("attention_joined", [node("Attention", ["x", "x", "x"], q_num_heads=2, kv_num_heads=2)], grid(2, 5, 8),
    lambda x: attention(x, 2, 2), opset=23)
add("attention_shared_heads",
    [node("Slice", ["x", "zero", "four", "last"], ["k"]),
     node("Attention", ["x", "k", "k"], q_num_heads=4, kv_num_heads=2)], grid(2, 5, 8), lambda x, **_: attention(x, 4, 2),
    dict(zero=[0], four=[4], last=[2]), opset=24)


def softcapped(x):
    scores = x @ x.transpose(-1, -2) / x.shape[-1] ** 0.5
    return torch.softmax(3 * torch.tanh(scores / 3), -1) @ x


add("attention_softcap", [node("Attention", ["x", "x", "x"], softcap=3.0)], grid(1, 2, 5, 4), softcapped, opset=24)


def rotated(x, c, s, interleaved=False, turned=None):
    turned = turned or x.shape[-1]
    part, rest = x[..., :turned], x[..., turned:]
    a, b = (part[..., 0::2], part[..., 1::2]) if interleaved else part.chunk(2, -1)
    real, imaginary = c * a - s * b, s * a + c * b
    part = torch.stack([real, imaginary], -1).flatten(-2) if interleaved else torch.cat([real, imaginary], -1)
    return torch.cat([part, rest], -1)


angles = random.uniform(0, 6, (2, 5, 3))
tables = dict(c=np.cos(angles).astype("f4"), s=np.sin(angles).astype("f4"))
for name, settings in dict(plain={}, interleaved=dict(interleaved=1)).items():
    add(f"rotary_{name}", [node("RotaryEmbedding", ["x", "c", "s"], **settings)], grid(2, 4, 5, 6),
        lambda x, c, s, settings=settings: rotated(x, c[:, None], s[:, None], bool(settings)), tables, opset=23)
positions = np.array([[0, 2, 1, 4, 6], [3, 3, 0, 1, 5]])
cache = random.uniform(0, 6, (7, 2))
add("rotary_partial", [node("RotaryEmbedding", ["x", "c", "s", "p"], rotary_embedding_dim=4)], grid(2, 3, 5, 6),
    lambda x, c, s, p: rotated(x, c[p][:, None], s[p][:, None], turned=4),
    dict(c=np.cos(cache).astype("f4"), s=np.sin(cache).astype("f4"), p=positions), opset=23)
add("rotary_joined", [node("RotaryEmbedding", ["x", "c", "s"], num_heads=4)], grid(2, 5, 24),
    lambda x, c, s: rotated(x.reshape(2, 5, 4, 6), c[:, :, None], s[:, :, None]).flatten(2), tables, opset=23)


def root_mean_square(x, g, axis=-1, epsilon=1e-5):
    axes = list(range(axis % x.ndim, x.ndim))
    return x / (x.square().mean(axes, keepdim=True) + float(np.float32(epsilon))).sqrt() * g


for axis in (-1, 1, -2):
    add(f"rms_normalization_{axis % 3}" + ("_negative" if axis == -2 else ""),
        [node("RMSNormalization", ["x", "g"], axis=axis)], grid(2, 3, 4),
        lambda x, g, axis=axis: root_mean_square(x, g, axis), dict(g=grid(*([4] if axis == -1 else [3, 4]))), opset=23)
add("swish", [node("Swish", ["x"], alpha=1.5)], grid(3, 7), lambda x: x * torch.sigmoid(1.5 * x), opset=24)
add("swish_default", [node("Swish", ["x"])], grid(3, 7), F.silu, opset=24)

# ONNX Runtime's own operators.
add("runtime_gelu", [runtime("Gelu", ["x"])], grid(3, 7), F.gelu, microsoft=True)
add("runtime_bias_gelu", [runtime("BiasGelu", ["x", "b"])], grid(3, 7), lambda x, b: F.gelu(x + b), dict(b=grid(7)),
    microsoft=True)
add("runtime_fast_gelu", [runtime("FastGelu", ["x", "b"])], grid(3, 7), lambda x, b: F.gelu(x + b, approximate="tanh"),
    dict(b=grid(7)), microsoft=True)
alpha = float(np.float32(1.702))
add("runtime_quick_gelu", [runtime("QuickGelu", ["x"], alpha=1.702)], grid(3, 7), lambda x: x * torch.sigmoid(alpha * x),
    microsoft=True)
for a in (0, 1):
    for b in (0, 1):
        x = grid(2, 4, 3) if a else grid(2, 3, 4)
        weight = grid(2, 5, 4) if b else grid(2, 4, 5)
        turn = lambda t, flag: t.transpose(-1, -2) if flag else t
        add(f"runtime_fused_matmul_{a}{b}", [runtime("FusedMatMul", ["x", "w"], transA=a, transB=b, alpha=0.5)], x,
            lambda x, w, a=a, b=b: 0.5 * turn(x, a) @ turn(w, b), dict(w=weight), microsoft=True)
add("runtime_fused_convolution",
    [runtime("FusedConv", ["x", "w", "b"], activation="LeakyRelu", activation_params=[0.25], pads=[1] * 4)],
    grid(1, 3, 5, 5), lambda x, w, b: F.leaky_relu(F.conv2d(x, w, b, padding=1), 0.25),
    dict(w=grid(4, 3, 3, 3), b=grid(4)), microsoft=True)
add("runtime_skip_layer_normalization",
    [runtime("SkipLayerNormalization", ["x", "s", "g", "b"], epsilon=1e-5)], grid(2, 3, 8),
    lambda x, s, g, b: F.layer_norm(x + s, [8], g, b, float(np.float32(1e-5))),
    dict(s=grid(2, 3, 8), g=grid(8), b=grid(8)), microsoft=True)
add("runtime_skip_rms_normalization",
    [runtime("SkipSimplifiedLayerNormalization", ["x", "s", "g"], epsilon=1e-5)], grid(2, 3, 8),
    lambda x, s, g: root_mean_square(x + s, g), dict(s=grid(2, 3, 8), g=grid(8)), microsoft=True)
add("runtime_rms_normalization", [node("SimplifiedLayerNormalization", ["x", "g"], axis=-1, epsilon=1e-5)],
    grid(2, 3, 8), lambda x, g: root_mean_square(x, g), dict(g=grid(8)))


class Round(torch.autograd.Function):
    """Rounds, and lets the gradient straight through (Bengio, Léonard & Courville 2013)."""

    @staticmethod
    def forward(_, x):
        return x.round()

    @staticmethod
    def backward(_, gradient):
        return gradient


def quantized(x, scale, zero, low=0, high=255):
    return torch.clamp(Round.apply(x / scale) + zero, low, high)


def there_and_back(x, scale, zero, low=0, high=255):
    return (quantized(x, scale, zero, low, high) - zero) * scale


u8, i8 = np.uint8, np.int8
scale = lambda value: np.array(value, "f4")
add("quantized_there_and_back",
    [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"])], grid(2, 3, 4),
    lambda x, s, z: there_and_back(x, s, z), dict(s=scale(0.0113), z=u8(100)))
add("quantized_a_channel",
    [node("QuantizeLinear", ["x", "s", "z"], ["q"], axis=1), node("DequantizeLinear", ["q", "s", "z"], axis=1)],
    grid(2, 3, 4), lambda x, s, z: there_and_back(x, s[:, None], z[:, None], -128, 127),
    dict(s=np.array([0.0213, 0.0113, 0.0313], "f4"), z=np.array([3, -5, 0], i8)))
weights = random.integers(-60, 60, (4, 3, 3, 3)).astype(i8)


def convolved(x, xs, xz, w, ws, wz, ys, yz, b):
    filters = (w.double() - wz.double()[:, None, None, None]) * ws[:, None, None, None]
    return F.conv2d(there_and_back(x, xs, xz), filters, b.double() * xs * ws, padding=1)


parameters = dict(
    xs=scale(0.0173), xz=u8(120), w=weights, ws=np.array([0.01, 0.02, 0.015, 0.01], "f4"), wz=np.zeros(4, i8), ys=scale(0.2),
    yz=u8(128), b=np.array([10, -20, 30, 0], np.int32))
add("quantized_convolution",
    [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
     node("QLinearConv", ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], ["c"], pads=[1] * 4),
     node("DequantizeLinear", ["c", "ys", "yz"])], grid(1, 3, 5, 5),
    lambda x, **p: there_and_back(convolved(x, **p), p["ys"], p["yz"]), parameters, rounding=0.21)
matrix = random.integers(-60, 60, (4, 5)).astype(i8)
add("quantized_product",
    [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
     node("QLinearMatMul", ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"], ["c"]),
     node("DequantizeLinear", ["c", "ys", "yz"])], grid(2, 3, 4),
    lambda x, xs, xz, w, ws, wz, ys, yz: there_and_back(
        there_and_back(x, xs, xz) @ ((w.double() - wz) * ws), ys, yz),
    dict(xs=scale(0.0173), xz=u8(120), w=matrix, ws=scale(0.02), wz=i8(1), ys=scale(0.1), yz=u8(120)), rounding=0.11)


def dynamic(x):
    low, high = min(0.0, float(x.min())), max(0.0, float(x.max()))
    s = (high - low) / 255
    return (quantized(x, s, round(-low / s)) - round(-low / s)) * s


add("quantized_dynamically",
    [node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
     node("MatMulInteger", ["q", "w", "z", "wz"], ["i"]), node("Cast", ["i"], ["f"], to=TP.FLOAT),
     node("Mul", ["f", "s"], ["g"]), node("Mul", ["g", "ws"])], grid(3, 4),
    lambda x, w, wz, ws: dynamic(x) @ ((w.double() - wz) * ws), dict(w=matrix, wz=i8(1), ws=scale(0.02)), rounding=1e-3)


def pair(name, kind, combine, **attributes):
    add(name,
        [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
         runtime(kind, ["q", "xs", "xz", "b", "bs", "bz", "ys", "yz"], ["c"], **attributes),
         node("DequantizeLinear", ["c", "ys", "yz"])], grid(2, 3, 4),
        lambda x, xs, xz, b, bs, bz, ys, yz: there_and_back(
            combine(there_and_back(x, xs, xz), (b.double() - bz) * bs), ys, yz),
        dict(xs=scale(0.0173), xz=u8(120), b=random.integers(0, 255, (3, 4)).astype(u8), bs=scale(0.01), bz=u8(110),
             ys=scale(0.03), yz=u8(128)), microsoft=True, rounding=0.031)


pair("quantized_sum", "QLinearAdd", lambda a, b: a + b)
pair("quantized_products", "QLinearMul", lambda a, b: a * b)


def one(name, kind, function, x, ys=0.0213, yz=100, **attributes):
    add(name,
        [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
         runtime(kind, ["q", "xs", "xz", "ys", "yz"], ["c"], **attributes), node("DequantizeLinear", ["c", "ys", "yz"])],
        x, lambda x, xs, xz, ys, yz: there_and_back(function(there_and_back(x, xs, xz)), ys, yz),
        dict(xs=scale(0.0173), xz=u8(120), ys=scale(ys), yz=u8(yz)), microsoft=True, rounding=ys * 1.1)


one("quantized_sigmoid", "QLinearSigmoid", torch.sigmoid, grid(2, 3, 4), ys=1 / 256, yz=0)
one("quantized_leaky_relu", "QLinearLeakyRelu", lambda x: F.leaky_relu(x, 0.25), grid(2, 3, 4), alpha=0.25)
one("quantized_global_average", "QLinearGlobalAveragePool", lambda x: x.mean((2, 3), keepdim=True), grid(2, 3, 4, 4))
one("quantized_average", "QLinearAveragePool", lambda x: F.avg_pool2d(x, 2), grid(2, 3, 4, 4), kernel_shape=[2, 2],
    strides=[2, 2])
add("quantized_concatenation",
    [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
     runtime("QLinearConcat", ["ys", "yz", "q", "xs", "xz", "b", "bs", "bz"], ["c"], axis=1),
     node("DequantizeLinear", ["c", "ys", "yz"])], grid(2, 3, 4),
    lambda x, xs, xz, b, bs, bz, ys, yz: there_and_back(
        torch.cat([there_and_back(x, xs, xz), ((b.double() - bz) * bs)], 1), ys, yz),
    dict(xs=scale(0.0173), xz=u8(120), b=random.integers(0, 255, (2, 2, 4)).astype(u8), bs=scale(0.01), bz=u8(110),
         ys=scale(0.03), yz=u8(128)), microsoft=True, rounding=0.031)
add("quantized_dense",
    [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
     runtime("QGemm", ["q", "xs", "xz", "w", "ws", "wz", "b", "ys", "yz"], ["c"], transB=1),
     node("DequantizeLinear", ["c", "ys", "yz"])], grid(3, 4),
    lambda x, xs, xz, w, ws, wz, b, ys, yz: there_and_back(
        there_and_back(x, xs, xz) @ ((w.double() - wz) * ws).T + b.double() * xs * ws, ys, yz),
    dict(xs=scale(0.0173), xz=u8(120), w=np.ascontiguousarray(matrix.T), ws=scale(0.02), wz=i8(1),
         b=np.arange(5, dtype=np.int32), ys=scale(0.1), yz=u8(120)), microsoft=True, rounding=0.11)
# Known once shapes are.
body = oh.make_graph([node("Relu", ["x"], ["t"])], "then", [], [oh.make_tensor_value_info("t", TP.FLOAT, None)])
other = oh.make_graph([node("Neg", ["x"], ["e"])], "else", [], [oh.make_tensor_value_info("e", TP.FLOAT, None)])
add("branch_by_shape",
    [node("Shape", ["x"], ["n"]), node("Gather", ["n", "one"], ["c"]), node("Equal", ["c", "three"], ["is"]),
     oh.make_node("If", ["is"], ["y"], name="if", then_branch=body, else_branch=other)], grid(2, 3),
    lambda x, **_: F.relu(x), dict(one=np.array(1), three=np.array(3)))
turn = oh.make_graph(
    [node("Mul", ["s", "w"], ["m"]), node("Add", ["m", "x"], ["next"]), node("Identity", ["c"], ["go"]),
     node("Identity", ["m"], ["slice"])], "turn",
    [oh.make_tensor_value_info("i", TP.INT64, []), oh.make_tensor_value_info("c", TP.BOOL, []),
     oh.make_tensor_value_info("s", TP.FLOAT, None)],
    [oh.make_tensor_value_info("go", TP.BOOL, []), oh.make_tensor_value_info("next", TP.FLOAT, None),
     oh.make_tensor_value_info("slice", TP.FLOAT, None)])


def turns(x, w, **_):
    state, slices = x, []
    for _ in range(3):
        slices.append(state * w)
        state = slices[-1] + x
    return state + torch.stack(slices).sum(0)


add("loop_by_shape",
    [node("Shape", ["x"], ["n"]), node("Gather", ["n", "one"], ["count"]),
     oh.make_node("Loop", ["count", "", "x"], ["last", "all"], name="loop", body=turn),
     node("ReduceSum", ["all", "zero"], ["sum"], keepdims=0), node("Add", ["last", "sum"])], grid(2, 3), turns,
    dict(one=np.array(1), w=grid(3), zero=[0]))
add("standardised_weights",
    [node("Reshape", ["w", "flat"], ["r"]), node("BatchNormalization", ["r", "g", "o", "o", "g"], ["n", "m", "v"],
          training_mode=1, epsilon=1e-3), node("Reshape", ["n", "back"], ["f"]),
     node("Conv", ["x", "f"], pads=[1] * 4)], grid(1, 3, 5, 5),
    lambda x, w, g, o, **_: F.conv2d(
        x, F.batch_norm(w.reshape(1, 4, -1), None, None, g, o, True, 0.1, float(np.float32(1e-3))).reshape(w.shape),
        padding=1), dict(w=grid(4, 3, 3, 3), flat=[1, 4, 27], back=[4, 3, 3, 3], g=grid(4, low=1), o=grid(4)))
add("gather_by_computed_indices",
    [node("ArgMax", ["x"], ["i"], axis=1, keepdims=0), node("Gather", ["table", "i"], ["r"]),
     node("ReduceSum", ["x", "one"], ["s"]), node("Mul", ["r", "s"])], grid(3, 4),
    lambda x, table, **_: table[x.argmax(1)] * x.sum(1, keepdim=True), dict(table=grid(4, 5), one=[1]))
add("sequences_that_fold",
    [node("Split", ["x"], ["a", "b"], axis=1, num_outputs=2), node("SequenceConstruct", ["a", "b"], ["q"]),
     node("SequenceInsert", ["q", "a"], ["r"]), node("SequenceAt", ["r", "last"], ["t"]),
     node("ConcatFromSequence", ["r"], ["u"], axis=1), node("ReduceSum", ["u", "one"], ["v"]), node("Mul", ["t", "v"])],
    grid(2, 6), lambda x, **_: x[:, :3] * (x.sum(1) + x[:, :3].sum(1))[:, None], dict(last=np.array(-1), one=[1]))


# Recurrent layers: PyTorch's own where it has them, with gates in ONNX's order; written out where it does not.
UNITS = 4


def weights(gates, directions=1, **more):
    """W, R and B, and whatever else has the shapes of `more`."""
    shapes = dict(w=(directions, gates * UNITS, 6), r=(directions, gates * UNITS, UNITS), b=(directions, 2 * gates * UNITS))
    return {key: grid(*shape, low=-1, high=1) for key, shape in {**shapes, **more}.items()}


def module(kind, order, x, w, r, b, states=None, lengths=None, batch_first=False):
    """PyTorch's layer over steps×N×features; `order` are ONNX's gates in PyTorch's order."""
    layer = getattr(torch.nn, kind)(6, UNITS, bidirectional=len(w) == 2, batch_first=batch_first).double()
    gates = lambda t: torch.cat([t.chunk(len(order))[gate] for gate in order])
    for direction, suffix in zip(range(len(w)), ("", "_reverse")):
        values = [w[direction], r[direction], *b[direction].chunk(2)]
        for name, value in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), values):
            getattr(layer, f"{name}_l0{suffix}").data = gates(value)
    if lengths is not None:
        x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    y, last = layer(x, states)
    if lengths is not None:
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=5)
    return y, last


def split_directions(y, directions):
    """steps×N×directions·units as ONNX has it: steps×directions×N×units."""
    return y.unflatten(-1, (directions, UNITS)).movedim(-2, 1)


LSTM, GRU, RNN = (0, 2, 3, 1), (1, 0, 2), (0,)
reads = ["x", "w", "r", "b"]
add("recurrent_lstm", [node("LSTM", reads, hidden_size=UNITS)], grid(5, 2, 6),
    lambda x, **p: split_directions(module("LSTM", LSTM, x, **p)[0], 1), weights(4))
add("recurrent_lstm_both_ways", [node("LSTM", reads, hidden_size=UNITS, direction="bidirectional")], grid(5, 2, 6),
    lambda x, **p: split_directions(module("LSTM", LSTM, x, **p)[0], 2), weights(4, 2))
add("recurrent_lstm_last_states",
    [node("LSTM", [*reads, "", "h", "c"], ["", "last", "memory"], hidden_size=UNITS),
     node("Mul", ["last", "memory"])], grid(5, 2, 6),
    lambda x, h, c, **p: torch.mul(*module("LSTM", LSTM, x, states=(h, c), **p)[1]),
    weights(4, h=(1, 2, UNITS), c=(1, 2, UNITS)))
add("recurrent_lstm_lengths",
    [node("LSTM", [*reads, "lengths"], ["all", "last"], hidden_size=UNITS, direction="bidirectional"),
     node("ReduceSum", ["all", "first"], ["sum"], keepdims=0), node("Mul", ["sum", "last"])], grid(5, 3, 6),
    lambda x, lengths, first, **p: (lambda y, last: split_directions(y, 2).sum(0) * last[0])(
        *module("LSTM", LSTM, x, lengths=lengths, **p)),
    dict(weights(4, 2), lengths=np.array([5, 2, 3], np.int32), first=[0]))
add("recurrent_gru", [node("GRU", reads, hidden_size=UNITS, linear_before_reset=1)], grid(5, 2, 6),
    lambda x, **p: split_directions(module("GRU", GRU, x, **p)[0], 1), weights(3))
add("recurrent_gru_backwards",
    [node("GRU", [*reads, "", "h"], hidden_size=UNITS, linear_before_reset=1, direction="reverse")], grid(5, 2, 6),
    lambda x, h, **p: split_directions(module("GRU", GRU, x.flip(0), states=h, **p)[0].flip(0), 1),
    weights(3, h=(1, 2, UNITS)))
add("recurrent_rnn", [node("RNN", reads, hidden_size=UNITS)], grid(5, 2, 6),
    lambda x, **p: split_directions(module("RNN", RNN, x, **p)[0], 1), weights(1))
add("recurrent_rnn_batch_first", [node("RNN", reads, hidden_size=UNITS, layout=1, direction="bidirectional")],
    grid(2, 5, 6), lambda x, **p: module("RNN", RNN, x, batch_first=True, **p)[0].unflatten(-1, (2, UNITS)),
    weights(1, 2), opset=14)


def resetting_first(x, w, r, b):
    """The gate weighs the state in front of the product."""
    state, states = x.new_zeros(x.shape[1], UNITS), []
    (wz, wr, wh), (rz, rr, rh), (b, c) = w[0].chunk(3), r[0].chunk(3), (part.chunk(3) for part in b[0].chunk(2))
    for step in x:
        z = torch.sigmoid(step @ wz.T + state @ rz.T + b[0] + c[0])
        reset = torch.sigmoid(step @ wr.T + state @ rr.T + b[1] + c[1])
        new = torch.tanh(step @ wh.T + (reset * state) @ rh.T + b[2] + c[2])
        state = (1 - z) * new + z * state
        states.append(state)
    return torch.stack(states)[:, None]


add("recurrent_gru_resets_first", [node("GRU", reads, hidden_size=UNITS)], grid(5, 2, 6), resetting_first, weights(3))


def with_peepholes(x, w, r, b, p):
    """Gates that see the memory, clipped, with functions of their own; what is not taken in is kept."""
    state = memory = x.new_zeros(x.shape[1], UNITS)
    inner, outer = (p[0].chunk(3)[gate] for gate in (0, 1))
    clipped = lambda t: t.clamp(-1.5, 1.5)
    for step in x:
        i, o, _, c = (step @ w[0].T + state @ r[0].T + sum(b[0].chunk(2))).chunk(4, -1)
        taken = torch.clamp(clipped(i + inner * memory) * 0.25 + 0.5, 0, 1)
        memory = (1 - taken) * memory + taken * F.softsign(clipped(c))
        state = torch.clamp(clipped(o + outer * memory) * 0.25 + 0.5, 0, 1) * F.elu(memory, 0.5)
    return state[None]


add("recurrent_lstm_peepholes",
    [node("LSTM", [*reads, "", "", "", "p"], ["", "y"], hidden_size=UNITS, clip=1.5, input_forget=1,
          activations=["HardSigmoid", "Softsign", "Elu"], activation_alpha=[0.25, 0.5], activation_beta=[0.5])],
    grid(5, 2, 6), with_peepholes, weights(4, p=(1, 3 * UNITS)))
add("quantized_dense_by_filter",
    [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
     runtime("QGemm", ["q", "xs", "xz", "w", "ws", "wz", "b"], ["y"], transB=1)],
    grid(3, 4),
    lambda x, xs, xz, w, ws, wz, b: there_and_back(x, xs, xz) @ ((w.double() - wz[:, None]) * ws[:, None]).T
    + b.double() * xs * ws,
    dict(xs=scale(0.0173), xz=u8(120), w=np.ascontiguousarray(matrix.T),
         ws=np.linspace(0.01, 0.05, 5).astype("f4"), wz=np.arange(5, dtype=np.int8), b=np.arange(5, dtype=np.int32)),
    microsoft=True)
add("blocks_of_uneven_stride", [node("Col2Im", ["x", "size", "block"], strides=[2, 2], pads=[1, 1, 1, 1])], grid(2, 18, 9),
    lambda x, size, block: F.fold(x, (6, 6), 3, padding=1, stride=2),
    dict(size=np.array([6, 6]), block=np.array([3, 3])))
np.savez(folder / "operators.npz", **golden)
size = sum(path.stat().st_size for path in folder.iterdir())
print(f"{len(golden) // 4} operators, {size // 1024} kB")
record(folder, "*")
