"""Which training a visitor watches: in the URL, so that a link finds it again."""

from __future__ import annotations

from typing import NamedTuple

from explorer import session
from explorer.job import Job
from explorer.job_queue import successor
from explorer.jobs import Jobs

_PARAMETER, _WATCHED = "job", "train.job"


class Watched(NamedTuple):
    """The training that is shown, if any, and one sentence where it is not the one asked for."""

    job: Job | None
    remark: str | None


def watched() -> str | None:
    """Return the id of the training that this visitor watches: the URL's, else the last one."""
    job_id = session.url_value(_PARAMETER) or session.recall(_WATCHED, None)
    if job_id is not None:
        watch(job_id)
    return job_id


def watch(job_id: str) -> None:
    """Show this training from now on, also after a change of page or when the page is reloaded."""
    session.remember(_WATCHED, job_id)
    session.set_url_value(_PARAMETER, job_id)


def shown(jobs: Jobs) -> Watched:
    """Return the training to show: the watched one, or what it went on as."""
    job_id = watched()
    if job_id is None:
        return Watched(None, None)
    job = jobs.get(job_id)
    if job is None or job.record.kind != "training":
        return Watched(
            None,
            f"There is no training {job_id} in this runs folder; what there is stands on the Runs "
            "page, and below you can start another.",
        )
    later = successor(job, jobs.all())
    if later is None:
        return Watched(job, None)
    return Watched(later, _went_on(job, later))


def _went_on(job: Job, later: Job) -> str:
    state = job.state()
    if "--resume" in later.record.arguments:
        then = "it is about to go on" if later.record.waits else "it went on"
        return f"The training of this link was {state}; {then}, as shown here."
    return f"The training of this link is {state}; another one that took its folder is shown here."
