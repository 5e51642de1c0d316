"""What one model answers to the requests of everybody who waits for it: one decode for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.live import guard, replies
from explorer.live.neighbours import nearest_items
from explorer.live.protocol import At, Decode, Encode, Item, Nearest, Request
from explorer.live.views import VIEWS, Views
from vae_core.errors import UserError

if TYPE_CHECKING:
    import torch

    from vae_core.checkpoint import Run

MOST_PICTURES, MOST_TEXTS = 1024, 64
MOST_PIXEL_BYTES = 4 << 20
MOST_TEMPERATURE = 100.0
# What a card beside the pointer can show.
_MOST_LETTERS, _MOST_METADATA, _MOST_DIMENSIONS = 4000, 32, 64
_NEAREST_SHOWN = 8


class RequestError(UserError, ValueError):
    """A request that this model cannot answer; the message is one sentence for people."""


@dataclass(frozen=True)
class _Plan:
    """A request on its way: what to decode, and the answer once that is done."""

    z: NDArray[np.float32]
    finish: Callable[[replies.Shown], replies.Reply]
    temperature: float = 0.0


def most_rows(run: Run) -> int:
    """How many rows one request may decode, so that nobody waits long for somebody else."""
    by_size = (guard.MOST_BYTES - 20) // (4 * run.latent_dim)
    if run.modality != "images":
        return max(1, min(MOST_TEXTS, by_size))
    return max(1, min(MOST_PICTURES, by_size, MOST_PIXEL_BYTES // int(np.prod(picture_shape(run)))))


def about(model_id: str, run: Run) -> dict[str, Any]:
    """What HELLO says of an opened model."""
    found: dict[str, Any] = {
        "model": model_id,
        "modality": run.modality,
        "dim": run.latent_dim,
        "items": len(run),
        "max_rows": most_rows(run),
        "max_bytes": guard.MOST_BYTES,
        "max_rate": guard.MOST_RATE,
    }
    return found | {"shape": [*picture_shape(run)]} if run.modality == "images" else found


def answer(
    run: Run,
    requests: Sequence[Request],
    generator: torch.Generator | None = None,
    views: Views = VIEWS,
) -> list[replies.Reply]:
    """The answer to each of the requests, from one decode of everything that they ask for.

    A request that cannot be answered gets an Error, and the others theirs. The generator, for
    texts at a temperature, must be of the model's device.
    """
    plans = [_planned(run, request, views) for request in requests]
    good = [plan for plan in plans if isinstance(plan, _Plan)]
    shown = iter(_decoded(run, good, generator))
    return [plan.finish(next(shown)) if isinstance(plan, _Plan) else plan for plan in plans]


def _planned(run: Run, request: Request, views: Views) -> _Plan | replies.Reply:
    try:
        match request:
            case Decode():
                return _plan_decode(run, request)
            case At():
                return _plan_at(run, request, views)
            case Encode():
                return _plan_encode(run, request, views)
            case Item():
                return _plan_item(run, request)
            case Nearest():
                return _nearest(run, request)
            case _:
                raise RequestError("This model is already open.")
    except UserError as error:
        return replies.Error(str(error))


def _plan_decode(run: Run, request: Decode) -> _Plan:
    _check_latents(run, request.z)
    if len(request.z) > most_rows(run):
        raise RequestError(
            f"One request decodes at most {most_rows(run)} rows, but {len(request.z)} came."
        )
    if not 0 <= request.temperature <= MOST_TEMPERATURE:
        raise RequestError(
            f"The temperature must be between 0 and {MOST_TEMPERATURE:g}, but "
            f"{request.temperature:g} came."
        )
    return _Plan(request.z, lambda shown: shown, request.temperature)


def _plan_at(run: Run, request: At, views: Views) -> _Plan:
    view = views.find(run, request.view)
    if view is None:
        raise RequestError("The server no longer has this map; reload the page.")
    if not view.flat:
        raise RequestError("On a map in space a pointer means no single place; ask for an item.")
    if not np.isfinite((request.x, request.y)).all():
        raise RequestError("A place on the map needs two numbers.")
    place = view.at(request.x, request.y, request.from_nearest)
    return _Plan(
        place.z[None],
        lambda shown: replies.Place(place.trust, place.nearest, place.z, shown),
    )


def _plan_encode(run: Run, request: Encode, views: Views) -> _Plan:
    from vae_core.runs import encode_dataset, is_cut, longest_text

    found = encode_dataset(run.model, _as_dataset(run, request.content))
    mean = found.mean[0]
    near, _ = nearest_items(run.latents.mean, mean, _NEAREST_SHOWN)
    described = {
        "mean": _numbers(mean),
        "log_variance": _numbers(found.log_variance[0]),
        "at": {name: list(view.place(mean)) for name, view in views.of(run).items()},
        "nearest": near.tolist(),
    }
    if run.tokenizer is not None:
        text = request.content.decode()
        described["unknown"] = run.tokenizer.unknown_words(text)
        if is_cut(run.model, text):
            described["read"] = longest_text(run.model)
    return _Plan(mean[None], lambda shown: replies.Latent(described, shown))


def _as_dataset(run: Run, content: bytes) -> Any:
    from vae_core.data.dataset import Dataset

    if run.modality == "images":
        shape = picture_shape(run)
        if len(content) != np.prod(shape):
            raise RequestError(
                f"This model takes pictures of {' x '.join(map(str, shape))} pixels, "
                f"{np.prod(shape)} bytes, but {len(content)} came."
            )
        pixels = np.frombuffer(content, np.uint8).reshape(1, *shape)
        return Dataset("drawn", "images", images=pixels if shape[2] > 1 else pixels[..., 0])
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise RequestError("A text must be UTF-8, but other bytes came.") from error
    if not text.strip():
        raise RequestError("The text is empty; type a few words.")
    return Dataset("typed", "sentences", texts=(text,))


def _plan_item(run: Run, request: Item) -> _Plan:
    index = request.index
    if index >= len(run):
        raise RequestError(f"There are {len(run)} items, numbered from 0; {index} is none.")
    described: dict[str, Any] = {
        "split": run.split[index],
        "metadata": {
            name: column[index][:_MOST_LETTERS]
            for name, column in list(run.metadata.items())[:_MOST_METADATA]
        },
        "z": _numbers(run.latents.mean[index, :_MOST_DIMENSIONS]),
    }
    if run.labels is not None:
        described["label"] = run.labels[index]
    if run.table.texts is not None:
        described["text"] = run.table.texts[index][:_MOST_LETTERS]
        described["decoded"] = run.table.texts_are_decoded
    original = None if run.images is None else replies.Images(np.asarray(run.images[index][None]))
    return _Plan(
        run.latents.mean[index][None],
        lambda shown: replies.ItemFound(described, original, shown),
    )


def _nearest(run: Run, request: Nearest) -> replies.Reply:
    _check_latents(run, request.z[None])
    return replies.NearestFound(*nearest_items(run.latents.mean, request.z, request.count))


def _check_latents(run: Run, z: NDArray[np.float32]) -> None:
    if z.shape[1] != run.latent_dim:
        raise RequestError(
            f"This model has {run.latent_dim} latent dimensions, but {z.shape[1]} numbers came."
        )
    if not np.isfinite(z).all():
        raise RequestError("A latent point must be made of numbers.")


def _decoded(
    run: Run, plans: Sequence[_Plan], generator: torch.Generator | None
) -> list[replies.Shown]:
    """What each of the plans decodes to."""
    if not plans:
        return []
    z = np.concatenate([plan.z for plan in plans])
    ends = np.cumsum([len(plan.z) for plan in plans])[:-1]
    if run.modality == "images":
        return [replies.Images(part) for part in np.split(_pixels(run, z), ends)]
    each = np.repeat([plan.temperature for plan in plans], [len(plan.z) for plan in plans])
    texts = _texts(run, z, each.astype(np.float32), generator)
    starts = [0, *ends.tolist(), len(texts)]
    return [replies.Texts(texts[i:j]) for i, j in pairwise(starts)]


def _pixels(run: Run, z: NDArray[np.float32]) -> NDArray[np.uint8]:
    import torch

    from vae_core.data.images import as_bytes

    with torch.inference_mode():
        drawn: NDArray[np.float32] = np.asarray(run.model.decode(torch.from_numpy(z)))
    # A latent point far out may overflow; that is no pixel, and black.
    return as_bytes(np.nan_to_num(drawn))


def _texts(
    run: Run,
    z: NDArray[np.float32],
    temperatures: NDArray[np.float32],
    generator: torch.Generator | None,
) -> list[dict[str, Any]]:
    import torch

    from vae_core.models import BagOfWordsVAE, SentenceVAE

    assert isinstance(run.model, SentenceVAE | BagOfWordsVAE)
    with torch.inference_mode():
        found = run.model.decode_tokens(
            torch.from_numpy(z), torch.from_numpy(temperatures), generator
        )
    return [
        {"text": one.text, "tokens": one.tokens, "p": _numbers(np.array(one.probabilities))}
        for one in found
    ]


def _numbers(values: NDArray[np.floating[Any]]) -> list[float]:
    """Numbers for JSON: five digits, and 0 for what overflowed."""
    return [float(f"{value:.5g}") for value in np.nan_to_num(values).tolist()]


def picture_shape(run: Run) -> tuple[int, int, int]:
    """Height, width and colours of the pictures of a run."""
    from vae_core.models.image import ImageConfig

    config = run.model.config
    assert isinstance(config, ImageConfig)
    return config.image_height, config.image_width, config.image_channels
