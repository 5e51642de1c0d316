"""A module of torch as an ONNX graph, quietly, and without the paths of this machine in it."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from vae_core.errors import reason
from vae_core.export.errors import ExportError

_PACKAGES = ("onnx", "onnxscript", "onnxruntime")
_INSTALL = (
    "ONNX needs the packages onnx, onnxscript and onnxruntime, of which {} is not installed; run "
    'pip install "latentscape[onnx]".'
)
_LOGGERS = ("torch.onnx", "torch.export", "onnxscript", "onnx_ir")
# A graph with its weights is one message of at most 2 GB.
_MOST_BYTES = 1_800_000_000
# What a dynamic axis of each input is called.
Axes = Mapping[int, str]


def check_packages() -> None:
    """Raises ExportError where what ONNX needs is not installed."""
    for name in _PACKAGES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise ExportError(_INSTALL.format(name)) from error


def graph_of(
    module: nn.Module, example: Tensor, axes: Axes, names: tuple[str, Sequence[str]]
) -> Any:
    """The onnx.ModelProto of ``module``; ``names`` are of its input and of its outputs.

    ``axes`` of the input may have any length. Raises ExportError where torch cannot make it.
    """
    onnx: Any = importlib.import_module("onnx")
    size = sum(value.numel() * value.itemsize for value in module.state_dict().values())
    if size > _MOST_BYTES:
        raise ExportError(
            f"An ONNX file holds at most 2 GB, but this model has {size / 1e9:.1f}; choose "
            "safetensors."
        )
    try:
        with _quiet(), torch.no_grad():
            # The older exporter, by traces, gives wrong numbers for other lengths than the example.
            program: Any = torch.onnx.export(
                module,
                (example,),
                dynamo=True,
                input_names=[names[0]],
                output_names=list(names[1]),
                dynamic_shapes=(dict(axes),),
                verbose=False,
            )
            graph = program.model_proto
        for part in (graph.graph, *graph.functions):
            _strip(part)
        _drop_unused(graph.graph)
        onnx.checker.check_model(graph, full_check=True)
    except Exception as error:  # every layer below raises kinds of its own
        raise ExportError(
            f"This model cannot be made an ONNX graph ({type(error).__name__}: "
            f"{reason(error)[:200]}); upgrade torch, onnx and onnxscript, or choose safetensors."
        ) from error
    return graph


def session_of(content: bytes) -> Any:
    """An onnxruntime session on the CPU of an ONNX file's content."""
    runtime: Any = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 3  # errors
    return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings of the exporter, which are about its own insides."""
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _strip(graph: Any) -> None:
    """Remove where in our source each node came from: half of a small file, and its paths."""
    del graph.metadata_props[:]
    for value in getattr(graph, "value_info", ()):
        del value.metadata_props[:]
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
        for inner in _inner_graphs(node):
            _strip(inner)


def _drop_unused(graph: Any) -> None:
    """Remove constants that nothing takes: a runtime warns of each."""
    used = _taken(graph)
    kept = [value for value in graph.initializer if value.name in used]
    if len(kept) < len(graph.initializer):
        kept = [type(value).FromString(value.SerializeToString()) for value in kept]
        del graph.initializer[:]
        graph.initializer.extend(kept)


def _taken(graph: Any) -> set[str]:
    """Every name that a node of the graph, or of one inside it, takes or the graph gives."""
    names = {value.name for value in graph.output}
    for node in graph.node:
        names.update(node.input)
        names.update(*map(_taken, _inner_graphs(node)))
    return names


def _inner_graphs(node: Any) -> Iterator[Any]:
    """The bodies of a loop or of a choice."""
    for attribute in node.attribute:
        yield from (inner for inner in (attribute.g, *attribute.graphs) if inner.node)
