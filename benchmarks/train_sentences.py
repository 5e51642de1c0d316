"""How much faster this project trains a sentence VAE than the plain loop of tutorials does.

    python -m benchmarks.train_sentences              # ours against the plain loop
    python -m benchmarks.train_sentences --ablation   # and what each part contributes

The plain loop: the same modules and number of parameters, random batches that are padded to the
corpus's longest sentence, logits of every position and word at once, cross-entropy that leaves out
the padding, float32, Adam. Both train on the same glosses of WordNet, as many sentences in batches
of the same size. Tokens a second count real tokens, end marks included, padding not. "CPU" ratios
are by processor time: the same as those by the clock where nothing else runs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.alternating import (
    ROOT,
    BenchmarkError,
    Results,
    alternate,
    comparison_parser,
    leg,
    median,
    options,
    print_table,
    ratio,
    spread,
)
from benchmarks.hardware import Limits, measure, training_flops
from benchmarks.plain_sentences import Parts, PlainVAE
from vae_core.config import TrainConfig
from vae_core.data.corpus import read_corpus
from vae_core.data.tensors import SentenceTensors
from vae_core.data.tokenizer import BOS, PAD, UNK, Tokenizer, train_tokenizer
from vae_core.errors import UserError
from vae_core.families import sized
from vae_core.models import build_model
from vae_core.models.recurrent import GruConfig
from vae_core.training import TrainingData, train

FILE = "wordnet-glosses-train.tsv.gz"
VOCABULARY = 10_000
LEARNING_RATE = 1e-3
CLIP = 5.0
TARGET = 4.0
WARM_UP_STEPS = 2


# Each line adds one part to the line before.
ABLATION = {
    "plain": Parts(),
    "+ length buckets": Parts(buckets=True),
    "+ only real tokens": Parts(buckets=True, real_tokens=True),
    "+ sliced softmax": Parts(buckets=True, real_tokens=True, sliced=True),
    "+ bfloat16": Parts(buckets=True, real_tokens=True, sliced=True, half=True),
}


def main() -> None:
    arguments = _parser().parse_args()
    try:
        if arguments.leg:
            print(json.dumps(_run(arguments)))
        else:
            _compare(arguments)
    except (BenchmarkError, UserError) as error:
        sys.exit(f"{error}")


def _parser() -> argparse.ArgumentParser:
    parser = comparison_parser(__doc__)
    parser.add_argument("--data", type=Path, help=f"the folder of {FILE}")
    parser.add_argument("--size", choices=("small", "base"), default="small", help="of the gru")
    parser.add_argument("--max-tokens", type=int, default=32)
    parser.add_argument("--steps", type=int, default=24, help="batches, after two to warm up")
    parser.add_argument("--ablation", action="store_true", help="each part's contribution")
    return parser


def _compare(arguments: argparse.Namespace) -> None:
    folder = _data_folder(arguments.data)
    limits = measure(arguments.device, arguments.threads)
    print(limits.text())
    names = list(ABLATION) if arguments.ablation else ["plain"]
    names += ["ours, float32", "ours, bfloat16"]
    kept = ("size", "device", "max_tokens", "batch_size", "steps", "threads")
    shared = options({"data": folder, **{name: getattr(arguments, name) for name in kept}})
    legs = {name: leg("train_sentences", *shared, "--leg", name) for name in names}
    results = alternate(legs, arguments.rounds, arguments.threads)
    _print(arguments, results, limits)


def _print(arguments: argparse.Namespace, results: Results, limits: Limits) -> None:
    first = results["plain"][0]
    counts = {result["parameters"] for found in results.values() for result in found}
    if len(counts) != 1:
        raise BenchmarkError(f"The networks differ: {sorted(counts)} parameters; report this.")
    print(
        f"\ngru {arguments.size}: {counts.pop():,} parameters, {first['vocabulary']:,} words, "
        f"batch {arguments.batch_size}, {first['flops'] / 1e6:.1f} MFLOP a token;\nsentences have "
        f"{first['mean_tokens']:.1f} tokens with the end mark, the plain loop pads all to "
        f"{first['longest']}"
    )
    rows = []
    for name in results:
        half = "bfloat16" if "bfloat16" in name else "float32"
        speed = median(results, name)
        share = f"{limits.share(first['flops'], speed, half):.0%}"
        rows.append([name, f"{speed:,.0f}", spread(results, name, "plain"),
                     spread(results, name, "plain", "cpu_speed"), share])  # fmt: skip
    print_table(["", "tokens/s", "÷ plain", "CPU ÷ plain", "of peak"], rows)
    best = max(ratio(results, name, "plain")[0] for name in results if name.startswith("ours"))
    print(f"ours is {best:.1f} times as fast as the plain loop; the aim is {TARGET:.0f} times")


def _data_folder(given: Path | None) -> Path:
    root = Path(os.environ.get("LATENTSCAPE_DATA", ROOT.parent / "shared" / "data"))
    folder = given if given is not None else root / "text"
    if not (folder / FILE).is_file():
        raise BenchmarkError(
            f"There is no {FILE} in {folder}; give its folder with --data, or the one above it in "
            "the environment variable LATENTSCAPE_DATA."
        )
    return folder.resolve()


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    torch.set_num_threads(arguments.threads)
    texts = read_corpus(_data_folder(arguments.data) / FILE).texts or ()
    tokenizer = train_tokenizer(texts, vocabulary_size=VOCABULARY)
    config = GruConfig(
        **sized("gru", arguments.size),
        vocabulary_size=tokenizer.vocabulary_size,
        max_tokens=arguments.max_tokens,
    )
    items = SentenceTensors(
        tokenizer.encode(texts, arguments.max_tokens), torch.device(arguments.device)
    )
    found = {
        "vocabulary": tokenizer.vocabulary_size,
        "mean_tokens": float((items.lengths - 1).float().mean()),
        "longest": int(items.lengths.max()) - 1,
    }
    if arguments.leg.startswith("ours"):
        return found | _ours(arguments, config, tokenizer, items)
    return found | _plain(arguments, config, items, ABLATION[arguments.leg])


def _ours(
    arguments: argparse.Namespace, config: GruConfig, tokenizer: Tokenizer, items: SentenceTensors
) -> dict[str, Any]:
    """One epoch of ``train()`` over a random part of the corpus, after a short one to warm up."""
    model = build_model(config, tokenizer).to(items.device)
    chosen = torch.randperm(len(items), generator=torch.Generator().manual_seed(0))
    settings = TrainConfig(
        epochs=1,
        batch_size=arguments.batch_size,
        learning_rate=LEARNING_RATE,
        gradient_clip=CLIP,
        precision=arguments.leg.removeprefix("ours, "),
    )

    def seconds(steps: int) -> tuple[float, float, int]:
        part = items.part(chosen[: steps * arguments.batch_size])
        # The plain loop has no validation: here it is eight sentences.
        data = TrainingData(part, part.part(torch.arange(8)))
        began = time.perf_counter(), time.process_time()
        for _ in train(model, data, settings):
            pass
        tokens = int((part.lengths - 1).sum())
        return time.perf_counter() - began[0], time.process_time() - began[1], tokens

    seconds(WARM_UP_STEPS)
    return _result(model, *seconds(arguments.steps))


def _plain(
    arguments: argparse.Namespace, config: GruConfig, items: SentenceTensors, parts: Parts
) -> dict[str, Any]:
    torch.manual_seed(0)
    device = items.device
    model = PlainVAE(config, parts).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    order = torch.Generator().manual_seed(0)
    chosen = torch.randperm(len(items), generator=order)[: arguments.steps * arguments.batch_size]
    warm_up = chosen[: WARM_UP_STEPS * arguments.batch_size]
    longest = int(items.lengths.max())

    def step(indices: Tensor) -> None:
        batch = items.batch(indices)
        if not parts.buckets:
            batch = F.pad(batch, (0, longest - batch.shape[1]), value=PAD)
        with torch.autocast(device.type, torch.bfloat16, enabled=parts.half):
            loss = model(batch)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimiser.step()

    def seconds(indices: Tensor) -> tuple[float, float, int]:
        part = items.part(indices)
        batches = (
            [indices[rows] for rows in part.batches(arguments.batch_size, order)]
            if parts.buckets
            else list(torch.split(indices, arguments.batch_size))
        )
        began = time.perf_counter(), time.process_time()
        for rows in batches:
            step(rows)
        if device.type == "cuda":
            torch.cuda.synchronize()
        tokens = int((part.lengths - 1).sum())
        return time.perf_counter() - began[0], time.process_time() - began[1], tokens

    seconds(warm_up)
    measured = seconds(chosen)
    return _result(model, *measured) | {"flops": _flops_per_token(config)}


def _result(model: nn.Module, wall: float, cpu: float, tokens: int) -> dict[str, Any]:
    parameters = sum(p.numel() for p in model.parameters())
    return {"speed": tokens / wall, "cpu_speed": tokens / cpu, "parameters": parameters}


def _flops_per_token(config: GruConfig) -> float:
    """FLOPs of a training step, a token: of the plain loop on sentences without any padding."""
    model = PlainVAE(config, Parts())
    tokens = 8
    batch = torch.full((4, 1 + tokens), UNK)
    batch[:, 0] = BOS
    return training_flops(lambda: model(batch).backward()) / (4 * tokens)


if __name__ == "__main__":
    main()
