"""What a browser must know of a model to decode with it: its layers, their settings and weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from explorer.html_export.storing import MOST_INT8
from vae_core.data.tokenizer import SPECIAL_TOKENS
from vae_core.errors import UserError
from vae_core.models import (
    VAE,
    BagOfWordsVAE,
    ConvVAE,
    DenseVAE,
    GruVAE,
    LstmVAE,
    SentenceVAE,
    TransformerVAE,
)
from vae_core.models.bag_of_words import TOP_WORDS
from vae_core.models.conv import Block, Enlarge
from vae_core.models.image import ImageVAE

if TYPE_CHECKING:
    from collections.abc import Iterator

# Multiplications for one picture, about two seconds of JavaScript: more is no dragging any more.
MOST_WORK = 1_500_000_000
_PLAIN = {nn.ReLU: "relu", nn.Tanh: "tanh", nn.SiLU: "silu"}


class UndecodableError(UserError, ValueError):
    """A browser cannot decode with this model; the message is one sentence."""


@dataclass(frozen=True, eq=False)
class Decoder:
    """A decoder for the browser.

    Attributes:
        about: what it is, for JavaScript (`header.ts`).
        weights: by the names of the model's own parameters; what is not among these is derived.
        tokens: of a model of texts: its words in the order of their numbers.
    """

    about: dict[str, Any]
    weights: dict[str, NDArray[np.float32]]
    tokens: tuple[str, ...] | None = None


def decoder_of(model: VAE) -> Decoder:
    """Return the decoder of a model for the browser.

    Raises:
        UndecodableError: it is of an unknown family, too large, or too slow.
    """
    if isinstance(model, DenseVAE | ConvVAE):
        made = _pictures(model)
    elif isinstance(model, GruVAE | LstmVAE | TransformerVAE):
        made = _sentences(model)
    elif isinstance(model, BagOfWordsVAE):
        made = _documents(model)
    else:
        raise UndecodableError(
            f"A model of the family {model.config.family} cannot decode in a browser."
        )
    count = sum(array.size for array in made.weights.values())
    if count > MOST_INT8:
        raise UndecodableError(
            f"This model's decoder has {count / 1e6:,.0f} million weights, but a browser is given "
            f"at most {MOST_INT8 / 1e6:,.0f} million."
        )
    return made


def _pictures(model: ImageVAE) -> Decoder:
    layers = _Layers(model)
    described = list(layers.of_decoder())
    if layers.work > MOST_WORK:
        raise UndecodableError(
            f"A picture of this model takes {layers.work / 1e9:.1f} thousand million "
            f"multiplications, but a browser is given at most {MOST_WORK / 1e9:.1f}."
        )
    logits = model.config.likelihood == "bernoulli"
    about = {"kind": "pictures", "layers": described, "logits": logits}
    return Decoder(about, _parameters(model))


class _Layers:
    """The layers of a decoder of pictures; `work` counts multiplications as they are described."""

    def __init__(self, model: ImageVAE) -> None:
        self._model = model
        self._names = {module: name for name, module in model.named_modules()}
        self._area = 1
        self.work = 0

    def of_decoder(self) -> Iterator[dict[str, Any]]:
        if isinstance(self._model, DenseVAE):
            yield from self._of(self._model.decoder)
            return
        assert isinstance(self._model, ConvVAE)
        decoder = self._model.decoder
        yield from self._of(decoder.dense)
        channels, height, width = decoder.smallest
        self._area = height * width
        yield {"op": "maps", "channels": channels, "height": height, "width": width}
        yield from self._of(decoder.stages)

    def _of(self, module: nn.Module) -> Iterator[dict[str, Any]]:
        name = self._names[module]
        match module:
            case nn.Sequential():
                for part in module:
                    yield from self._of(part)
            case nn.Identity():
                pass
            case nn.Linear():
                self.work += module.weight.numel()
                yield {"op": "linear", "name": name}
            case nn.GroupNorm():
                groups, eps = module.num_groups, module.eps
                yield {"op": "norm", "name": name, "groups": groups, "eps": eps}
            case nn.Conv2d():
                self.work += module.weight.numel() * self._area
                yield {"op": "conv", "name": name}
            case Block():
                layers = list(self._of(module.layers))
                yield {"op": "block", "gain": f"{name}.gain", "layers": layers}
            case Enlarge():
                yield from self._of(module.convolution)
                height, width = module.size
                self._area = height * width
                yield {"op": "enlarge", "height": height, "width": width}
            case _ if type(module) in _PLAIN:
                yield {"op": _PLAIN[type(module)]}
            case _:
                raise UndecodableError(
                    f"This model has a layer that no browser knows ({type(module).__name__})."
                )


def _sentences(model: SentenceVAE) -> Decoder:
    config = model.config
    about: dict[str, Any] = {
        "kind": config.family,
        "max_tokens": config.max_tokens,
        "tokens": model.tokenizer.kind,
    }
    if isinstance(model, TransformerVAE):
        about |= {"heads": model.config.heads, "layers": model.config.decoder_layers}
    weights = _parameters(model)
    weights["embedding.weight"] = _array(model.embedding.weight)
    return Decoder(about, weights, model.tokenizer.tokens)


def _documents(model: BagOfWordsVAE) -> Decoder:
    config = model.config
    weights = {
        "decoder.weight": _array(model.decoder.weight),
        "decoder.bias": _array(model.decoder.bias),
    }
    topics = None
    if config.style == "prodlda":
        topics = math.sqrt((1 - 1 / config.latent_dim) / config.concentration)
        norm = model.decoder_norm
        assert norm.running_var is not None
        assert norm.running_mean is not None
        scale = _array(norm.weight / (norm.running_var + norm.eps).sqrt())
        weights["norm.scale"] = scale
        weights["norm.shift"] = _array(norm.bias) - scale * _array(norm.running_mean)
    about = {"kind": "bag-of-words", "topics": topics, "shown": min(TOP_WORDS, config.words)}
    numbers = range(len(SPECIAL_TOKENS), config.vocabulary_size)
    words = tuple(model.tokenizer.decode([number]) for number in numbers)
    return Decoder(about, weights, words)


def _parameters(model: VAE) -> dict[str, NDArray[np.float32]]:
    """All parameters that the decoder alone uses."""
    found = model.named_parameters()
    return {name: _array(value) for name, value in found if model.is_decoder(name)}


def _array(value: Any) -> NDArray[np.float32]:
    return np.ascontiguousarray(value.detach().cpu().numpy(), np.float32)
