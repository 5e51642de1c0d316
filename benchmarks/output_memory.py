"""Peak memory of a training step as vocabulary × batch × length grows: ours against the plain loop.

    python -m benchmarks.output_memory

Each figure is of a process of its own: what the second training step of the sentence model needs
at its peak beyond what was there before (weights, and the optimiser's and allocator's remains of
the first step). On the CPU that is resident memory, on CUDA torch's own count.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.alternating import BenchmarkError, leg, print_table, run_leg
from benchmarks.plain_sentences import Parts, PlainVAE
from vae_core.config import ObjectiveConfig
from vae_core.data.tokenizer import BOS, EOS, UNK, train_tokenizer
from vae_core.families import sized
from vae_core.models import build_model
from vae_core.models.recurrent import GruConfig
from vae_core.objectives import objective

# Vocabulary, batch, length: the product doubles or more from row to row.
SHAPES = ((5_000, 32, 16), (10_000, 32, 32), (20_000, 64, 32), (40_000, 64, 32), (40_000, 128, 32))
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_MIB = 2**20


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--largest", type=int, default=len(SHAPES), help="rows of the table")
    parser.add_argument("--leg", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.device == "cuda" and not torch.cuda.is_available():
        parser.error("this machine has no CUDA device; leave --device out")
    try:
        if arguments.leg:
            name, *shape = arguments.leg
            torch.set_num_threads(arguments.threads)
            print(json.dumps(_peak(name, *map(int, shape), device=arguments.device)))
        else:
            _compare(arguments)
    except BenchmarkError as error:
        sys.exit(f"{error}")


def _compare(arguments: argparse.Namespace) -> None:
    rows = []
    for shape in SHAPES[: arguments.largest]:
        given = ["--device", arguments.device, "--threads", str(arguments.threads)]
        peaks = [
            run_leg(
                leg("output_memory", *given, "--leg", name, *map(str, shape)), arguments.threads
            )["peak"]
            for name in ("plain", "ours")
        ]
        vocabulary, batch, length = shape
        logits = 4 * vocabulary * batch * length
        rows.append([
            f"{vocabulary:,} × {batch} × {length}",
            *[f"{number / _MIB:,.0f}" for number in (logits, *peaks)],
            f"{peaks[0] / peaks[1]:.1f}",
        ])  # fmt: skip
    print("MiB that a training step needs at its peak (gru, small, float32)")
    print_table(["vocabulary × batch × length", "logits", "plain", "ours", "plain ÷ ours"], rows)


def _peak(name: str, vocabulary: int, batch: int, length: int, *, device: str) -> dict[str, Any]:
    config = GruConfig(**sized("gru", "small"), vocabulary_size=vocabulary, max_tokens=length)
    tokens = torch.full((batch, 1 + length), UNK + 1)
    tokens[:, 0], tokens[:, -1] = BOS, EOS
    step = _step(name, config, tokens.to(device))
    step()
    before = _held(device)
    step()
    return {"peak": max(_highest(device) - before, 1)}


def _step(name: str, config: GruConfig, tokens: Tensor) -> Any:
    device = tokens.device
    model: Any
    if name == "plain":
        model = PlainVAE(config, Parts()).to(device)
    else:
        texts = [f"w{number}" for number in range(config.vocabulary_size)]
        tokenizer = train_tokenizer(texts, vocabulary_size=config.vocabulary_size)
        model = build_model(config, tokenizer).to(device)
    optimiser = torch.optim.Adam(model.parameters(), fused=True)
    generator = torch.Generator(device=device).manual_seed(0)

    def step() -> None:
        optimiser.zero_grad()
        if name == "plain":
            loss = model(tokens)
        else:
            loss, _ = objective(model, tokens, ObjectiveConfig(), 1.0, generator, len(tokens))
        loss.backward()
        optimiser.step()

    return step


def _held(device: str) -> int:
    """Bytes in use now; from here on the highest is counted anew where that is possible."""
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated()
    if not _STATUS.exists():
        return 0
    _CLEAR.write_text("5")
    return _of_status("VmRSS")


def _highest(device: str) -> int:
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    if _STATUS.exists():
        return _of_status("VmHWM")
    # macOS counts bytes, and has no way to begin anew: the whole process.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _of_status(name: str) -> int:
    (line,) = [line for line in _STATUS.read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
