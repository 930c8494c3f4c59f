"""A BERT encoder (Devlin et al. 2019) as an ONNX graph with weights of few bits.

Takes embedded tokens, texts × tokens × width, and gives the mean of the last layer's tokens,
texts × width. Texts of one call have equally many tokens, so that none needs a mask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from onnx import TensorProto, helper

Array = Any  # numpy arrays carry no useful types here
MICROSOFT = "com.microsoft"
"""Where onnxruntime's own operators live; all of them run on any processor."""
IN, OUT = "tokens", "means"
BLOCK = 32
"""Weights that share a scale, at four bits."""


@dataclass(frozen=True)
class Graph:
    """``model``: in ONNX's format, without its ``weights``, which are handed to onnxruntime as they
    are: written into the model they would be copied five times, and memory not come back."""

    model: bytes
    weights: Mapping[str, Array]


@dataclass
class Parts:
    """The nodes and weights of a graph that is being written."""

    nodes: list[Any] = field(default_factory=list)
    weights: dict[str, Array] = field(default_factory=dict)

    def weight(self, name: str, value: Array) -> str:
        """Add a weight; its name."""
        self.weights[name] = np.ascontiguousarray(value)
        return name

    def promised(self) -> list[Any]:
        """What the model says of each weight: its kind and shape, and that it comes apart."""
        return [_promised(name, value) for name, value in self.weights.items()]

    def node(self, kind: str, inputs: Sequence[str], output: str, domain: str, **how: Any) -> str:
        """Add a node with one output; the output's name."""
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **how))
        return output


class Dense(Protocol):
    """Weights and bias of one layer's multiplication, in some number of bits."""

    def add(self, parts: Parts, given: str, name: str) -> str:
        """Add ``given`` × weights + bias under ``name``; its name."""


@dataclass(frozen=True)
class FourBits:
    """``codes``: outputs × blocks × 32, from 0 to 15, of which 8 is zero; ``scales``: outputs ×
    blocks; ``bias``: outputs."""

    codes: Array
    scales: Array
    bias: Array

    def add(self, parts: Parts, given: str, name: str) -> str:
        """As in Dense. Two codes share a byte, the first in its lower half."""
        outputs, blocks, _ = self.codes.shape
        packed = self.codes[..., 0::2] | (self.codes[..., 1::2] << 4)
        codes = parts.weight(f"{name}.codes", packed.astype(np.uint8))
        scales = parts.weight(f"{name}.scales", self.scales.astype(np.float32).reshape(-1))
        inputs = [given, codes, scales, "", "", parts.weight(f"{name}.bias", self.bias)]
        shape = {"K": blocks * BLOCK, "N": outputs, "bits": 4, "block_size": BLOCK}
        return parts.node("MatMulNBits", inputs, name, MICROSOFT, accuracy_level=4, **shape)


@dataclass(frozen=True)
class EightBits:
    """``codes``: inputs × outputs, from -127 to 127; ``scales`` and ``bias``: outputs."""

    codes: Array
    scales: Array
    bias: Array

    @classmethod
    def of(cls, weights: Array, bias: Array) -> EightBits:
        """From full precision, outputs × inputs."""
        scales = np.maximum(np.abs(weights).max(axis=1), 1e-12).astype(np.float32) / 127
        codes = np.round(weights / scales[:, None]).astype(np.int8).T
        return cls(codes, scales, np.asarray(bias, np.float32))

    def add(self, parts: Parts, given: str, name: str) -> str:
        """As in Dense."""
        codes, scales = parts.weight(f"{name}.codes", self.codes), f"{name}.scales"
        inputs = [given, codes, parts.weight(scales, self.scales), ""]
        inputs.append(parts.weight(f"{name}.bias", self.bias))
        return parts.node("DynamicQuantizeMatMul", inputs, name, MICROSOFT)


@dataclass(frozen=True)
class Norm:
    """Weights and bias of a normalisation, width each."""

    weight: Array
    bias: Array

    def inputs(self, parts: Parts, name: str) -> list[str]:
        """The names of both."""
        pairs = (("weight", self.weight), ("bias", self.bias))
        return [parts.weight(f"{name}.{what}", np.asarray(v, np.float32)) for what, v in pairs]


@dataclass(frozen=True)
class Layer:
    """One layer: what tokens ask, offer and tell (``asked``: all three, one after another), how
    it is brought together, and the two halves of the feed-forward part."""

    asked: Dense
    together: Dense
    after_attention: Norm
    up: Dense
    down: Dense
    after_all: Norm


def bert_graph(layers: Sequence[Layer], first: Norm, heads: int, epsilon: float) -> Graph:
    """The graph, for nlu/encoders/bert_runner.py. ``first`` normalises the embedded tokens."""
    parts, width = Parts(), len(first.weight)
    inputs = [IN, *first.inputs(parts, "first")]
    here = parts.node("LayerNormalization", inputs, "first", "", epsilon=epsilon, axis=-1)
    for number, layer in enumerate(layers):
        here = _add_layer(parts, layer, here, f"layer{number}", heads, epsilon)
    parts.node("ReduceMean", [here], OUT, "", axes=[1], keepdims=0)
    given = helper.make_tensor_value_info(IN, TensorProto.FLOAT, ["texts", "tokens", width])
    made = helper.make_tensor_value_info(OUT, TensorProto.FLOAT, ["texts", width])
    graph = helper.make_graph(parts.nodes, "bert", [given], [made], parts.promised())
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    model = helper.make_model(graph, opset_imports=versions, ir_version=8)
    return Graph(bytes(model.SerializeToString()), parts.weights)


def _promised(name: str, value: Array) -> Any:
    promised = TensorProto(name=name, dims=value.shape, data_location=TensorProto.EXTERNAL)
    promised.data_type = helper.np_dtype_to_tensor_dtype(value.dtype)
    promised.external_data.add(key="location", value="apart")
    return promised


def _add_layer(
    parts: Parts, layer: Layer, given: str, name: str, heads: int, epsilon: float
) -> str:
    asked = layer.asked.add(parts, given, f"{name}.asked")
    three = [f"{name}.{what}" for what in ("query", "key", "value")]
    parts.nodes.append(helper.make_node("Split", [asked], three, axis=-1))
    seen = f"{name}.seen"
    parts.node("MultiHeadAttention", three, seen, MICROSOFT, num_heads=heads)
    together = layer.together.add(parts, seen, f"{name}.together")
    calm = _added(parts, [together, given], layer.after_attention, f"{name}.calm", epsilon)
    up = layer.up.add(parts, calm, f"{name}.up")
    bent = parts.node("Gelu", [up], f"{name}.bent", MICROSOFT)
    down = layer.down.add(parts, bent, f"{name}.down")
    return _added(parts, [down, calm], layer.after_all, f"{name}.end", epsilon)


def _added(parts: Parts, two: list[str], norm: Norm, name: str, epsilon: float) -> str:
    inputs = [*two, *norm.inputs(parts, f"{name}.norm")]
    return parts.node("SkipLayerNormalization", inputs, name, MICROSOFT, epsilon=epsilon)
