"""What this machine can do at most: matrix products a second, and memory bandwidth.

    python -m benchmarks.hardware [--threads 1] [--device cpu]

The other benchmarks print these limits beside their figures.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

SIZES = {"cpu": (512, 1024, 2048), "cuda": (4096, 8192)}
# Long enough that other work on the machine leaves some tries alone.
SECONDS, TRIES = 1.0, 5
# Far above any cache.
COPIED_BYTES = 1 << 28


@dataclass(frozen=True)
class Limits:
    """Highest rates seen: FLOP/s of matrix products (a multiply-add is 2), bytes/s of a copy."""

    device: str
    threads: int
    torch: str
    float32: float
    bfloat16: float
    bandwidth: float

    def text(self) -> str:
        ratio = self.bfloat16 / self.float32
        return (
            f"{self.device}, torch {self.torch}, {self.threads} thread{'s' * (self.threads != 1)}\n"
            f"matrix products at most {self.float32 / 1e9:.0f} GFLOP/s in float32, "
            f"{self.bfloat16 / 1e9:.0f} in bfloat16 ({ratio:.1f} times); "
            f"memory {self.bandwidth / 1e9:.1f} GB/s (copy, read and written)"
        )

    def peak(self, precision: str) -> float:
        return self.bfloat16 if precision == "bfloat16" else self.float32

    def share(self, flops_per_item: float, items_per_second: float, precision: str) -> float:
        """Which part of the matmul peak a training at that speed uses."""
        return flops_per_item * items_per_second / self.peak(precision)


def measure(device: str = "cpu", threads: int = 1) -> Limits:
    """The best of many tries each, so that other work on the machine counts little."""
    torch.set_num_threads(threads)
    return Limits(
        device=device_name(device),
        threads=torch.get_num_threads(),
        torch=torch.__version__,
        float32=_matmul_rate(device, torch.float32),
        bfloat16=_matmul_rate(device, torch.bfloat16),
        bandwidth=_copy_rate(device),
    )


def training_flops(step: Callable[[], object]) -> int:
    """FLOPs of the matrix products and convolutions that ``step`` runs, both ways."""
    with FlopCounterMode(display=False) as counter:
        step()
    return int(counter.get_total_flops())


def device_name(device: str) -> str:
    if device == "cuda":
        return torch.cuda.get_device_name()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    capability = torch.backends.cpu.get_cpu_capability()
    return f"{names[0] if names else platform.machine()} ({len(names)} cores, {capability})"


def _matmul_rate(device: str, dtype: torch.dtype) -> float:
    best = 0.0
    for size in SIZES[device]:
        left, right = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
        seconds = _shortest(lambda left=left, right=right: left @ right, device)  # type: ignore[misc]
        best = max(best, 2 * size**3 / seconds)
    return best


def _copy_rate(device: str) -> float:
    source = torch.zeros(COPIED_BYTES // 4, device=device)
    target = torch.empty_like(source)
    return 2 * COPIED_BYTES / _shortest(lambda: target.copy_(source), device)


def _shortest(action: Callable[[], object], device: str) -> float:
    """Seconds of the fastest of the tries that fit in SECONDS, at least TRIES after one more."""
    seconds: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(seconds) <= TRIES or time.perf_counter() < end:
        began = time.perf_counter()
        action()
        if device == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - began)
    return min(seconds[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=sorted(SIZES), default="cpu")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.device == "cuda" and not torch.cuda.is_available():
        parser.error("this machine has no CUDA device; leave --device out")
    limits = measure(arguments.device, arguments.threads)
    print(json.dumps(dataclasses.asdict(limits)) if arguments.json else limits.text())


if __name__ == "__main__":
    main()
