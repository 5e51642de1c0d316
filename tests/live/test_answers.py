"""What a model answers: its own decodes, and one sentence where it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from explorer.live import answers
from explorer.live.protocol import At, Decode, Encode, Item, Nearest, Request
from explorer.live.replies import (
    Error,
    Images,
    ItemFound,
    Latent,
    NearestFound,
    Place,
    Reply,
    Texts,
)
from explorer.live.views import Neighbours, Raw, Views
from tests.live.support import points
from vae_core.checkpoint import Run
from vae_core.models import SentenceVAE
from vae_core.runs import longest_text

of_each_kind = pytest.mark.parametrize(
    "run", ["pictures", "coloured", "sentences", "documents"], indirect=True
)
of_texts = pytest.mark.parametrize("run", ["sentences", "documents"], indirect=True)
of_sentences = pytest.mark.parametrize("run", ["sentences"], indirect=True)


def one(run: Run, request: Request, views: Views | None = None) -> Reply:
    (reply,) = answers.answer(run, [request], views=views or Views())
    return reply


def decoded(run: Run, z: np.ndarray) -> Any:
    return run.model.decode(torch.from_numpy(np.atleast_2d(z)))


def assert_shows(shown: Reply, run: Run, z: np.ndarray) -> None:
    """That `shown` is what the model decodes at z (rows, latent_dim)."""
    expected = decoded(run, z)
    if isinstance(shown, Texts):
        assert [text["text"] for text in shown.texts] == expected
        assert all(len(text["tokens"]) == len(text["p"]) for text in shown.texts)
    else:
        assert isinstance(shown, Images)
        assert np.abs(shown.pixels / 255 - expected).max() <= 0.5001 / 255


@of_each_kind
def test_a_decode_is_the_models(run: Run) -> None:
    z = points(5, run.latent_dim)
    assert_shows(one(run, Decode(z)), run, z)


@of_each_kind
def test_one_decode_answers_everybody(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    name = "decode" if run.modality == "images" else "decode_tokens"
    method = getattr(run.model, name)

    def counted(z: torch.Tensor, *rest: Any) -> Any:
        calls.append(len(z))
        return method(z, *rest)

    views = Views()
    views.publish(run, "map", Raw((0, 1)))
    z = [points(rows, run.latent_dim, seed=rows) for rows in (1, 4, 2)]
    requests = [Decode(z[0]), At("map", 0.5, -0.5), Decode(z[1]), Item(3), Decode(z[2])]
    monkeypatch.setattr(run.model, name, counted)
    found = answers.answer(run, requests, views=views)
    monkeypatch.undo()
    assert calls == [1 + 1 + 4 + 1 + 2]
    for reply, expected in zip(found[::2], z, strict=True):
        assert_shows(reply, run, expected)
    assert isinstance(found[1], Place)
    assert_shows(found[1].shown, run, found[1].z)
    assert isinstance(found[3], ItemFound)
    assert_shows(found[3].shown, run, run.latents.mean[3])


@of_each_kind
def test_a_place_is_what_the_view_says(run: Run) -> None:
    views = Views()
    views.publish(run, "map", Raw((0, 1)))
    for from_nearest in (False, True):
        found = one(run, At("map", 0.25, -0.75, from_nearest), views)
        assert isinstance(found, Place)
        published = views.find(run, "map")
        assert published is not None
        z, nearest, trust = published.at(0.25, -0.75, from_nearest)
        np.testing.assert_array_equal(found.z, z)
        assert (found.nearest, found.trust) == (nearest, trust)
        assert_shows(found.shown, run, z)


@pytest.mark.parametrize("run", ["pictures", "coloured"], indirect=True)
def test_a_drawn_picture_is_encoded(run: Run) -> None:
    assert run.images is not None
    pixels = np.array(run.images[4])
    with torch.no_grad():
        posterior = run.model.encode(torch.from_numpy(pixels[None]) / 255)
    views = Views()
    views.publish(run, "raw", Raw((1, 0)))
    views.publish(run, "other", Neighbours(points(len(run), 2), run.latents.mean))
    found = one(run, Encode(pixels.tobytes()), views)
    assert isinstance(found, Latent)
    mean = np.array(found.about["mean"])
    np.testing.assert_allclose(mean, posterior.mean[0], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(
        found.about["log_variance"], posterior.log_variance[0], rtol=1e-4, atol=1e-4
    )
    assert found.about["at"]["raw"] == pytest.approx([mean[1], mean[0]], abs=1e-4)
    assert np.isfinite(found.about["at"]["other"]).all()
    order = np.linalg.norm(run.latents.mean - mean, axis=1).argsort()[:8]
    assert found.about["nearest"] == order.tolist()
    assert "unknown" not in found.about
    assert isinstance(found.shown, Images)
    assert np.abs(found.shown.pixels / 255 - decoded(run, posterior.mean.numpy())).max() < 0.01


@of_texts
def test_a_typed_text_is_encoded(run: Run) -> None:
    from vae_core.runs import encode_texts

    text = "item 3 says zyzzyva"
    found = one(run, Encode(text.encode()))
    assert isinstance(found, Latent)
    mean = encode_texts(run.model, [text]).numpy()
    np.testing.assert_allclose(found.about["mean"], mean[0], rtol=1e-4, atol=1e-4)
    assert "zyzzyva" in found.about["unknown"]
    assert "read" not in found.about
    assert_shows(found.shown, run, mean)


@of_texts
def test_of_a_long_text_is_told_how_much_was_read(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of a document ten million words are read: five minutes and 7 GB for the same answer.
    monkeypatch.setattr("vae_core.runs.MAX_DOCUMENT_TOKENS", 50)
    longest = longest_text(run.model)
    counts = (longest, longest + 1, longest + 9)
    whole, cut, longer = (one(run, Encode(b"says " * count)) for count in counts)
    assert isinstance(whole, Latent)
    assert isinstance(cut, Latent)
    assert isinstance(longer, Latent)
    assert "read" not in whole.about
    assert cut.about["read"] == longer.about["read"] == longest
    assert longer.about["mean"] == pytest.approx(cut.about["mean"], abs=1e-3)


@of_each_kind
def test_an_item_is_all_that_is_known_of_it(run: Run) -> None:
    found = one(run, Item(5))
    assert isinstance(found, ItemFound)
    assert found.about["split"] == run.split[5]
    assert run.labels is not None
    assert found.about["label"] == run.labels[5]
    assert found.about["metadata"] == {name: of[5] for name, of in run.metadata.items()}
    np.testing.assert_allclose(found.about["z"], run.latents.mean[5], rtol=1e-4)
    assert_shows(found.shown, run, run.latents.mean[5])
    if run.images is None:
        assert run.table.texts is not None
        assert (found.about["text"], found.about["decoded"]) == (run.table.texts[5], False)
        assert found.original is None
    else:
        assert "text" not in found.about
        assert found.original is not None
        np.testing.assert_array_equal(found.original.pixels[0], run.images[5])


def test_the_nearest_items_are_those_of_the_latents(run: Run) -> None:
    found = one(run, Nearest(7, run.latents.mean[11]))
    assert isinstance(found, NearestFound)
    distances = np.linalg.norm(run.latents.mean - run.latents.mean[11], axis=1)
    assert found.indices.tolist() == distances.argsort()[:7].tolist()
    assert found.indices[0] == 11
    np.testing.assert_allclose(found.distances, np.sort(distances)[:7], rtol=1e-5)


@of_sentences
def test_each_request_has_its_own_temperature(run: Run) -> None:
    z = np.repeat(points(1, run.latent_dim), 30, axis=0)
    generator = torch.Generator().manual_seed(0)
    likeliest, drawn = answers.answer(run, [Decode(z), Decode(z, 5.0)], generator)
    assert isinstance(likeliest, Texts)
    assert isinstance(drawn, Texts)
    assert {text["text"] for text in likeliest.texts} == set(decoded(run, z))
    assert len({text["text"] for text in drawn.texts}) > 5


WRONG: list[tuple[str, Request, str]] = [
    ("pictures", Decode(points(1, 2)), "has 3 latent dimensions, but 2 numbers came"),
    ("pictures", Decode(np.full((1, 3), np.nan, np.float32)), "must be made of numbers"),
    ("pictures", Decode(np.full((1, 3), np.inf, np.float32)), "must be made of numbers"),
    ("pictures", Decode(points(1025, 3)), "at most 1024 rows, but 1025 came"),
    ("sentences", Decode(points(65, 4)), "at most 64 rows, but 65 came"),
    ("sentences", Decode(points(1, 4), -1.0), "between 0 and 100, but -1 came"),
    ("sentences", Decode(points(1, 4), float("nan")), "between 0 and 100, but nan came"),
    ("pictures", At("pca", 0, 0), "no longer has this map; reload the page"),
    ("pictures", At("space", 0, 0), "a pointer means no single place; ask for an item"),
    ("pictures", At("map", float("nan"), 0), "needs two numbers"),
    ("pictures", Encode(bytes(63)), "8 x 8 x 1 pixels, 64 bytes, but 63 came"),
    ("coloured", Encode(bytes(64)), "8 x 8 x 3 pixels, 192 bytes, but 64 came"),
    ("sentences", Encode(b"\xff\xfe"), "must be UTF-8"),
    ("documents", Encode(b" \n "), "is empty; type a few words"),
    ("pictures", Item(40), "There are 40 items, numbered from 0; 40 is none"),
    ("pictures", Nearest(3, points(1, 2)[0]), "has 3 latent dimensions, but 2 numbers came"),
    ("pictures", Nearest(3, np.full(3, np.nan, np.float32)), "must be made of numbers"),
]


@pytest.mark.parametrize(("run", "request_", "why"), WRONG, indirect=["run"])
def test_what_cannot_be_answered_is_one_sentence_and_the_others_are(
    run: Run, request_: Request, why: str
) -> None:
    views = Views()
    views.publish(run, "map", Raw((0, 1)))
    if run.latent_dim > 2:
        views.publish(run, "space", Raw((0, 1, 2)))
    z = points(1, run.latent_dim)
    failed, answered = answers.answer(run, [request_, Decode(z)], views=views)
    assert isinstance(failed, Error)
    assert why in failed.message
    assert failed.message.endswith(".")
    assert_shows(answered, run, z)


@of_each_kind
def test_a_point_far_out_is_answered_too(run: Run) -> None:
    """Where the decoder overflows there are still pixels, and numbers that JSON knows."""
    z = np.full((1, run.latent_dim), 3e38, np.float32)
    found = one(run, Decode(z))
    assert isinstance(found, Images | Texts)
    found.to_bytes()


@of_each_kind
def test_hello_says_what_the_model_is(run: Run) -> None:
    about = answers.about("run:x", run)
    assert (about["model"], about["modality"]) == ("run:x", run.modality)
    assert (about["dim"], about["items"]) == (run.latent_dim, len(run))
    shapes = {"pictures": [8, 8, 1], "coloured": [8, 8, 3]}
    assert about.get("shape") == shapes.get(run.path.name)
    # What HELLO allows is what is answered.
    assert not isinstance(one(run, Decode(points(about["max_rows"], run.latent_dim))), Error)


def test_long_texts_are_cut_for_a_card(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_MOST_LETTERS", 3)
    monkeypatch.setitem(run.metadata, "long", ("abcdef",) * len(run))
    found = one(run, Item(0))
    assert isinstance(found, ItemFound)
    assert found.about["metadata"]["long"] == "abc"


@of_sentences
def test_sentences_come_with_the_probability_of_each_token(run: Run) -> None:
    z = points(4, run.latent_dim)
    found = one(run, Decode(z))
    assert isinstance(found, Texts)
    assert isinstance(run.model, SentenceVAE)
    for text, expected in zip(
        found.texts, run.model.decode_tokens(torch.from_numpy(z)), strict=True
    ):
        assert tuple(text["tokens"]) == expected.tokens
        assert text["p"] == pytest.approx(expected.probabilities, rel=1e-4)
