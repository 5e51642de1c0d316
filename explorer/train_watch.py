"""Which training a visitor watches: in the URL, so that a link finds it again."""

from __future__ import annotations

from explorer import session

_PARAMETER, _WATCHED = "job", "train.job"


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
