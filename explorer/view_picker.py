"""Which projection the map shows: one that is there, or a new one that a job computes meanwhile."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import (
    computed,
    jobs,
    page_parts,
    paths,
    projections,
    session,
    view_parameters,
)
from explorer.analysis.projection.spec import (
    NAMES,
    PACMAP,
    PCA,
    RAW,
    TAKES,
    TSNE,
    UMAP,
    ProjectionSpec,
)
from explorer.job import Job, JobError
from explorer.job_state import TROUBLED
from explorer.slots import SlotsError
from vae_core.config import ConfigError

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from vae_core.checkpoint import Run

REFRESH_SECONDS = 1.0
_MEANING = {
    UMAP: "Keeps near items near; clusters stand apart. The usual choice.",
    TSNE: "Keeps the very nearest items near. Slow for many items: minutes from ten thousand on.",
    PACMAP: "Keeps near items near, and large shapes too.",
    PCA: "The three straight axes that show most of the variance; two are there at once.",
    RAW: "The three latent dimensions as they are.",
}
_AT_ONCE = "at once"
_POPOVER = "view.new"


@dataclass(frozen=True)
class _Asked:
    """A projection that a job computes for this visitor."""

    spec: ProjectionSpec
    job_id: str


def shown(run: Run) -> Projection:
    """Return the projection that the visitor chose for a run, else what is there at once."""
    spec = _chosen(run)
    found = None if spec is None else computed.projection(run, spec)
    return computed.projected(run) if found is None else found


def chosen_id(run: Run) -> str | None:
    """Return the id of the projection that is asked for; None for what is there at once."""
    spec = _chosen(run)
    return None if spec is None else spec.id


def choose(run: Run, spec_id: str | None) -> None:
    """Ask for a projection by its id, whether there is one or not; None: what is there at once."""
    _choose(run, _AT_ONCE if spec_id is None else spec_id)


def there(run: Run, spec_id: str) -> Projection | None:
    """Return the projection with this id, None where it is not there (yet)."""
    try:
        spec = ProjectionSpec.from_id(spec_id)
    except ConfigError:
        return None
    return None if run.latent_dim <= 2 else computed.projection(run, spec)


def show(run: Run, new: bool = True, width: int = 260) -> None:
    """Show which projection is drawn, and how to have another; the choice is `shown` then.

    `new`: whether one that is not there can be asked for here.
    """
    if run.latent_dim <= 2:
        return  # the latent space itself is the map, which its note says
    kept = {one.spec.id: one.spec for one in projections.projections_of(run)}
    kept.pop(ProjectionSpec(PCA).id, None)  # what is there at once
    chosen = _chosen(run)
    if chosen is not None and chosen.id not in kept:
        chosen = None
    options = [_AT_ONCE, *kept]
    key = f"view.select.{run.content_hash}"
    st.selectbox(
        "View",
        options,
        key=session.synced_widget(key, _AT_ONCE if chosen is None else chosen.id),
        format_func=lambda name: f"View: {_words(kept.get(name))}",
        on_change=lambda: _choose(run, str(session.recall(key))),
        label_visibility="collapsed",
        width=width,
    )
    if new:
        with st.popover("New view", icon=":material/add:", key=_POPOVER, on_change="rerun"):
            _form(run, set(kept))


def show_progress(run: Run) -> None:
    """Say how far a projection is that was asked for, until it is there."""
    asked = _asked(run)
    if asked is None:
        return
    try:
        job = jobs.jobs_in(paths.runs_folder()).get(asked.job_id)
    except SlotsError as error:
        page_parts.problem(str(error))
        return
    if job is None:
        _forget(run)
        return

    @st.fragment(run_every=REFRESH_SECONDS)
    def progress() -> None:
        if not job.over():
            _wait(job, asked.spec)
            return
        _forget(run)
        if job.state() == "finished":
            _choose(run, asked.spec.id)
        elif job.state() in TROUBLED:
            session.remember(_key(run, "problem"), job.failure())
        st.rerun()

    progress()


def show_problem(run: Run, drawn: Projection) -> None:
    """Say why what was asked for, here or by a link, is not what is `drawn`."""
    problem: str | None = session.recall(_key(run, "problem"))
    if problem is not None:
        page_parts.problem(f"This view could not be computed. {problem}")
    named = session.url_value(session.VIEW_PARAMETER)
    chosen = _chosen(run)
    if named is None or (chosen is not None and chosen.id == drawn.spec.id):
        return
    shown = (
        "Its latent space itself is shown."
        if run.latent_dim <= 2
        else f"{drawn.spec.words} is shown; New view computes others."
    )
    with st.container(key="view_told", horizontal=True, vertical_alignment="center"):
        page_parts.problem(f"This link asks for a view that this model does not have. {shown}")
        if chosen is None or _asked(run) is not None:
            return
        st.button(
            page_parts.literal(f"Compute {chosen.words}"),
            key="view.compute_linked",
            icon=":material/scatter_plot:",
            on_click=_ask,
            args=(run, chosen.id),
        )


def _wait(job: Job, spec: ProjectionSpec) -> None:
    waits = job.state() == "queued"
    words = (
        f"{spec.words} waits for a free slot."
        if waits
        else f"Computing {spec.words}: {job.age():.0f} s so far."
    )
    with st.container(key="view_progress", horizontal=True, vertical_alignment="center"):
        st.caption(f":material/hourglass_top: {page_parts.literal(words)}")
        st.button("Cancel", type="tertiary", icon=":material/close:", on_click=job.stop_now)


def _form(run: Run, kept: set[str]) -> None:
    """What a new projection is to be."""
    methods = [UMAP, TSNE, PACMAP, PCA] if _has_pacmap() else [UMAP, TSNE, PCA]
    chosen = st.segmented_control(
        "Method",
        methods,
        key=session.kept_widget("view.method", UMAP, methods),
        format_func=NAMES.__getitem__,
        required=True,
        help=None
        if _has_pacmap()
        else 'There is PaCMAP, too, where it is installed: `pip install "latentscape[pacmap]"`.',
    )
    method = chosen or UMAP
    st.caption(_MEANING[method])
    sides = st.columns(2, gap="medium")
    with sides[0]:
        given: dict[str, Any] = {"method": method, "dimensions": view_parameters.dimensions(method)}
    for number, name in enumerate(TAKES[method], 1):
        with sides[number % 2]:
            value = view_parameters.value_of(name, run)
        if value is not None:
            given[name] = value
    try:
        spec = ProjectionSpec(**given)
    except ConfigError as error:
        page_parts.problem(str(error))
        return
    there = spec.id in kept
    st.button(
        "Show it" if there else "Compute it",
        key="view.compute",
        type="primary",
        icon=":material/scatter_plot:",
        on_click=_open if there else _ask,
        args=(run, spec.id),
        disabled=_asked(run) is not None and not there,
    )


def _ask(run: Run, spec_id: str) -> None:
    spec = ProjectionSpec.from_id(spec_id)
    session.remember(_key(run, "problem"), None)
    session.remember(_POPOVER, False)  # the map behind it is what one wants to see
    try:
        job = jobs.jobs_in(paths.runs_folder()).ask_analysis(
            run.path, ["project", str(run.path), *spec.arguments], f"{run.path.name}: {spec.words}"
        )
    except (JobError, SlotsError) as error:
        session.remember(_key(run, "problem"), str(error))
        return
    session.remember(_key(run, "asked"), _Asked(spec, job.id))


def _chosen(run: Run) -> ProjectionSpec | None:
    """The projection that the URL or the session names; None for what is there at once.

    What the one names the other is told: a page that follows has another URL, and the URL is what
    people pass on.
    """
    named = session.url_value(session.VIEW_PARAMETER)
    name = named or session.recall(_key(run, "chosen"))
    if name is None or run.latent_dim <= 2:
        return None
    try:
        spec = ProjectionSpec.from_id(str(name))
    except ConfigError:  # a link that was changed by hand
        return None
    session.remember(_key(run, "chosen"), spec.id)
    if named is None:
        session.set_url_value(session.VIEW_PARAMETER, spec.id)
    return spec


def _open(run: Run, name: str) -> None:
    """Show one that is there, from the form."""
    session.remember(_POPOVER, False)
    _choose(run, name)


def _choose(run: Run, name: str) -> None:
    chosen = None if name == _AT_ONCE else name
    session.remember(_key(run, "chosen"), chosen)
    session.remember(_key(run, "problem"), None)
    session.set_url_value(session.VIEW_PARAMETER, chosen)


def _asked(run: Run) -> _Asked | None:
    asked: _Asked | None = session.recall(_key(run, "asked"))
    return asked


def _forget(run: Run) -> None:
    session.remember(_key(run, "asked"), None)


def _key(run: Run, what: str) -> str:
    return f"view.{what}.{run.content_hash}"


def _words(spec: ProjectionSpec | None) -> str:
    return "PCA" if spec is None else spec.words


def _has_pacmap() -> bool:
    return importlib.util.find_spec("pacmap") is not None
