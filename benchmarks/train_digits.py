"""Seconds and ELBO of the command that the README shows first.

python -m benchmarks.train_digits
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ARGUMENTS = "train --dataset digits --model dense --latent-dim 2 --epochs 20 --seed 0 --json --out"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        latentscape = [sys.executable, "-m", "explorer.cli"]
        began = time.perf_counter()
        subprocess.run([*latentscape, *ARGUMENTS.split(), out], check=True, capture_output=True)
        seconds = time.perf_counter() - began
        last = json.loads((out / "metrics.jsonl").read_text().splitlines()[-1])
        evaluate = [*latentscape, "evaluate", out, "--json"]
        answer = subprocess.run(evaluate, check=True, capture_output=True, text=True).stdout
    result = json.loads(answer)
    print(f"whole command {seconds:.1f} s, of which training {last['elapsed_seconds']:.1f} s")
    print(
        f"held-out ELBO {result['elbo']:.2f} nats per item (reconstruction "
        f"{result['reconstruction']:.2f}, KL {result['kl']:.2f}, {result['items']} items)"
    )


if __name__ == "__main__":
    main()
