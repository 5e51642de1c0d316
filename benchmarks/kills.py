"""Kill trainings, and the servers that started them, at random moments; count what is lost.

    python -m benchmarks.kills [--times 50] [--seed 0]

Each time a training is killed (SIGKILL) at a random moment: one in ten while it starts, the others
while it writes its folder, and now and then a second time while it goes on. Then its folder must be
absent, or be listed by the app as what it is and go on with `--resume`, to the weights and latents
of a training that was never killed, bit for bit. In between the server is killed instead: its
training must live on, be found again by a new one, and end as the others do.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.alternating import print_table

TRAININGS = {
    "digits": "--dataset digits --model dense --epochs 25",
    "sentences": "--dataset toy-sentences --model gru --embedding 8 --encoder-hidden 8 "
    "--decoder-hidden 12 --latent-dim 4 --epochs 1 --no-language-model",
}
RESULT = ("model.safetensors", "latents.npy", "items.parquet")
SERVER_EVERY = 5
STARTING = 0.1
METRICS = "metrics.jsonl"
COMMAND = (sys.executable, "-m", "explorer.cli", "train")
# As the app does it: a job of the runs folder, and a server that waits.
SERVER = """
import sys, time
from pathlib import Path
from explorer.jobs import jobs_in
runs, out, *arguments = sys.argv[1:]
job = jobs_in(Path(runs)).start(arguments, "killed", Path(out))
print(job.id, flush=True)
time.sleep(600)
"""


@dataclass(frozen=True)
class Moment:
    """When to kill: so many seconds after the start, or after its folder is being written."""

    writing: bool
    seconds: float


@dataclass
class Count:
    """What became of the trainings."""

    found: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def check(self, out: Path, whole: Path) -> None:
        for name in RESULT:
            if (out / name).read_bytes() != (whole / name).read_bytes():
                self.wrong.append(f"{out}: {name} differs")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    rows, wrong = [], []
    with tempfile.TemporaryDirectory() as name:
        runs = Path(name)
        lives = {kind: _whole(kind, runs / f"whole-{kind}") for kind in TRAININGS}

        def moment(kind: str) -> Moment:
            start, rest = lives[kind]
            starts = draw.random() < STARTING
            return Moment(not starts, draw.uniform(0, start if starts else rest))

        of_kind = {kind: Count() for kind in TRAININGS}
        servers = Count()
        for number in range(arguments.times):
            kind = list(TRAININGS)[number % len(TRAININGS)]
            whole, out = runs / f"whole-{kind}", runs / f"killed-{number}"
            if number % SERVER_EVERY == SERVER_EVERY - 1:
                _kill_server(kind, runs, out, moment(kind).seconds, servers)
                servers.check(out, whole)
            else:
                again = moment(kind) if draw.random() < 0.3 else None
                _kill_training(kind, out, moment(kind), again, of_kind[kind])
                of_kind[kind].check(out, whole)
            left = [path.name for path in runs.iterdir() if path.name.startswith(f".{out.name}")]
            if left:
                wrong.append(f"left behind: {left}")
            shutil.rmtree(out)
            print(f"{number + 1} of {arguments.times}", end="\r", file=sys.stderr)
        for what, count in [*of_kind.items(), ("server", servers)]:
            wrong += count.wrong
            states = ", ".join(f"{state} {n}" for state, n in sorted(count.found.items()))
            rows.append([what, str(count.found.total()), states, str(len(count.wrong))])
    print_table(["killed", "times", "found", "wrong"], rows)
    for sentence in wrong:
        print(sentence)
    if wrong:
        raise SystemExit(1)


def _whole(kind: str, out: Path) -> tuple[float, float]:
    """Train undisturbed; how many seconds passed before there was a folder, and after."""
    begin = time.monotonic()
    process = _started([*COMMAND, *TRAININGS[kind].split(), "--out", out])
    _until_written(out / METRICS, process)
    there = time.monotonic()
    if process.wait():
        raise SystemExit(f"The training of {kind} failed; nothing can be said of killing it.")
    return there - begin, time.monotonic() - there


def _kill_training(
    kind: str, out: Path, moment: Moment, again: Moment | None, count: Count
) -> None:
    settings = TRAININGS[kind].split()
    often = ("--save-every", "0.2")
    _killed([*COMMAND, *settings, "--out", out, *often], out / METRICS, moment)
    state = _state(out, count)
    if again is not None and state == "interrupted":
        _killed([*COMMAND, "--resume", out, *often], out / METRICS, again)
        state = _state(out, count)
    _finish(out, settings, state, count)


def _killed(command: list[str | Path], written: Path, moment: Moment) -> None:
    process = _started(command)
    if moment.writing:
        _until_written(written, process)
    try:
        process.wait(timeout=moment.seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _started(command: list[str | Path]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _until_written(file: Path, process: subprocess.Popen[bytes]) -> None:
    while not file.exists() and process.poll() is None:
        time.sleep(0.005)


def _state(out: Path, count: Count) -> str:
    """What the app takes the folder for."""
    from explorer.catalogue import UNFINISHED, list_models
    from explorer.interrupted import interrupted_in
    from explorer.jobs import Jobs
    from vae_core.checkpoint import RunError, load_run

    os.environ["LATENTSCAPE_RUNS"] = str(out.parent)
    listed = {entry.path: entry for entry in list_models()}
    waiting = {one.out for one in interrupted_in(out.parent, Jobs(out.parent))}
    if out in waiting:
        state = "interrupted"
    elif out in listed and listed[out].problem == UNFINISHED:
        state = "not finished"  # killed before its first state was written
    elif out in listed:
        try:
            load_run(out)
            state = "finished"
        except RunError as error:
            count.wrong.append(str(error))
            state = "unreadable"
    else:
        state = "nothing" if not out.exists() else "begun"
    count.found[state] += 1
    return state


def _finish(out: Path, settings: list[str], state: str, count: Count) -> None:
    if state == "finished":
        return
    go_on = (
        ["--resume", out] if state == "interrupted" else [*settings, "--out", out, "--overwrite"]
    )
    done = subprocess.run([*COMMAND, *go_on], capture_output=True, text=True, check=False)
    if done.returncode:
        count.wrong.append(f"{out} ({state}): {done.stderr.strip()[-300:]}")


def _kill_server(kind: str, runs: Path, out: Path, moment: float, count: Count) -> None:
    from explorer.jobs import Jobs

    arguments = ["train", *TRAININGS[kind].split(), "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, runs, out, *arguments],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    job_id = process.stdout.readline().strip()
    time.sleep(moment)
    process.kill()
    process.wait()
    jobs = Jobs(runs)
    job = jobs.get(job_id)
    if job is None:
        count.wrong.append(f"the job {job_id} is lost")
        return
    count.found[f"job {job.state()}"] += 1
    if not job.wait(120) or job.state() != "finished":
        count.wrong.append(f"the job {job_id} is {job.state()} after its server was killed")


if __name__ == "__main__":
    main()
