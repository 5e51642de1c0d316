"""Stand-ins for the command that jobs run, and what tests of jobs share."""

from __future__ import annotations

from pathlib import Path

from explorer.job import Job
from explorer.jobs import Jobs

LONG = 60.0
# Says that it is ready, then writes rows until it is asked to end.
OBEDIENT = """
    import pathlib, sys, time
    out = pathlib.Path(sys.argv[-1]); out.mkdir(parents=True)
    try:
        with (out / "metrics.jsonl").open("w", buffering=1) as file:
            for step in range(100000):
                file.write('{"step": %d, "steps": 100000}\\n' % step)
                time.sleep(0.01)
    except KeyboardInterrupt:
        (out / "kept").write_text("best weights")
"""


def started(jobs: Jobs, tmp_path: Path, name: str = "first") -> Job:
    out = tmp_path / "runs" / name
    return jobs.start(["train", "--out", str(out)], name, out)


def until_rows(job: Job) -> None:
    while not job.metrics.rows():
        waits = job.record.waits  # before `alive`: it may begin in between
        assert waits or job.alive(), job.failure()
