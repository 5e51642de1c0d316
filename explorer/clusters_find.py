"""Find clusters: the form, what is proposed, and the work while it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import (
    cluster_place,
    cluster_spaces,
    clusters_state,
    computed_clusters,
    page_parts,
    session,
    side_work,
)
from explorer.analysis.clustering import natural_k
from explorer.analysis.clusters.edits import MOST_NAME, found_by
from explorer.analysis.clusters.fitting import LARGE
from explorer.analysis.clusters.spec import FEWEST_K, MOST_K, ClusterError, ClusterSpec, Method
from explorer.content import key_of
from explorer.side_work import Key, Work
from vae_core.config import ConfigError

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

METHODS: dict[Method, str] = {"kmeans": "k-means", "hdbscan": "HDBSCAN"}
USUAL_SIZE = 15
CHART_HEIGHT = 210
REFRESH_SECONDS = 0.5
_ABOUT: dict[Method, str] = {
    "kmeans": "Every item goes to the nearest of k centres. You choose k, or let it be proposed.",
    "hdbscan": "Dense places become clusters, as many as there are; what lies between is noise.",
}


def show(run: Run) -> None:
    """Show the way to clusters of one's own; it stays usable while they are looked for."""
    name = "Finding clusters…" if _busy(run) else "Find clusters"
    with st.popover(name, icon=":material/bubble_chart:", type="primary", key="clusters.popover"):
        busy = _busy(run)

        @st.fragment(run_every=REFRESH_SECONDS if busy else None)
        def form() -> None:
            _take_found(run)
            if clusters_state.take_change() or busy != _busy(run):
                st.rerun()
            _form(run)

        form()


def _form(run: Run) -> None:
    spaces = cluster_spaces.names(run)
    sides = st.columns([1, 1.2], gap="small")
    with sides[0]:
        method = st.segmented_control(
            "Method",
            tuple(METHODS),
            key=session.kept_widget("clusters.method", "kmeans", tuple(METHODS)),
            format_func=lambda name: METHODS[name],
            required=True,
        )
    with sides[1]:
        space = st.selectbox(
            "Space",
            list(spaces),
            key=session.kept_widget(f"clusters.space.{run.content_hash}", "latent", list(spaces)),
            format_func=lambda name: spaces.get(name, name),
            help="Where items count as near to one another.",
        )
    assert method is not None
    st.caption(_ABOUT[method])
    size_key = _size(run, method)
    sides = st.columns([1, 2], gap="small")
    with sides[0]:
        seed = st.number_input(
            "Seed", 0, 2**32 - 1, key=session.kept_widget("clusters.seed", 0), step=1,
            help="Of everything drawn at random: the same seed finds the same clusters.",
        )  # fmt: skip
    with sides[1]:
        title = st.text_input(
            "Title", key=session.kept_widget("clusters.new_title", ""), max_chars=MOST_NAME,
            placeholder="How it was found",
        )  # fmt: skip
    if method == "kmeans":
        _proposal(run, space, int(seed), size_key)
    work = _work(run, "finding")
    if work is not None and not work.over:
        _progress(work, run, "finding")
        return
    st.button(
        "Find", icon=":material/search:", type="primary", on_click=_find, width="stretch",
        args=(run, method, size_key, space, int(seed), str(title)),
    )  # fmt: skip
    if work is not None and work.problem is not None:
        page_parts.problem(work.problem)


def _size(run: Run, method: Method) -> str:
    """Show the number that the method takes; return the key of its value."""
    if method == "kmeans":
        key = session.kept_widget(f"clusters.k.{run.content_hash}", natural_k(run.labels, len(run)))
        st.number_input("How many clusters (k)", FEWEST_K, MOST_K, key=key, step=1)
    else:
        key = session.kept_widget("clusters.size", USUAL_SIZE)
        st.number_input(
            "Items in a cluster, at least", 2, 1_000_000, key=key, step=1,
            help="Smaller groups are noise. Larger numbers give fewer, larger clusters.",
        )  # fmt: skip
    return key


def _proposal(run: Run, space: str, seed: int, size_key: str) -> None:
    """Which k the items speak for, with the curves; or the way to know."""
    key = ("proposal", key_of(run), space, str(seed))
    work = side_work.works().known(key)
    if work is not None and not work.over and not work.stopping.is_set():
        _progress(work, run, "proposal")
    elif work is not None and work.result is not None:
        _show_proposal(work.result, size_key)
    else:
        st.button(
            "Let it propose k", icon=":material/lightbulb:", on_click=_propose,
            args=(run, key, space, seed), width="stretch",
            help="Tries 2 to 20 clusters, beside a cloud of points without any.",
        )  # fmt: skip
        if work is not None and work.problem is not None:
            page_parts.problem(work.problem)


def _show_proposal(choice: dict[str, Any], size_key: str) -> None:
    from explorer import figures, figures_clusters

    st.markdown(page_parts.literal(choice["said"]))
    st.plotly_chart(
        figures.of_height(figures_clusters.choice_of_k(choice), CHART_HEIGHT),
        key="clusters.choice",
        height=CHART_HEIGHT,
        config=figures.PLAIN,
        alt="Silhouette and inertia for each number of clusters",
    )
    st.caption(
        "Silhouette (higher is better; dotted: in a cloud without clusters) and inertia (lower is "
        "tighter, and always falls)."
    )
    st.button(
        f"Take {choice['k']}" if choice["verdict"] != "none" else f"Begin with {choice['k']}",
        on_click=session.set_kept,
        args=(size_key, int(choice["k"])),
        disabled=session.recall(size_key) == choice["k"],
    )


def _progress(work: Work, run: Run, what: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/hourglass_top: {work.words()}")
        st.button("Cancel", key=f"clusters.cancel.{what}", on_click=_cancel, args=(work, run, what))


def _cancel(work: Work, run: Run, what: str) -> None:
    work.stop()
    session.remember(_key(run, what), None)


def _propose(run: Run, key: Key, space: str, seed: int) -> None:
    arguments = [
        "cluster", str(run.path), "--only", "proposal", "--space", space, "--seed", str(seed),
    ]  # fmt: skip
    side_work.works().ask(
        key, arguments, "Trying 2 to 20 clusters", "give k yourself or choose another space"
    )
    session.remember(_key(run, "proposal"), key)


def _find(run: Run, method: Method, size_key: str, space: str, seed: int, title: str) -> None:
    """Find clusters: k-means of not too many items at once, else by a process beside the server."""
    size = int(session.recall(size_key))
    try:
        if method == "kmeans":
            spec = ClusterSpec("kmeans", k=size, space=space, seed=seed)
        else:
            spec = ClusterSpec("hdbscan", min_cluster_size=size, space=space, seed=seed)
        if spec.id in computed_clusters.kept(run).clusterings:
            clusters_state.open_clustering(run, spec.id)
            clusters_state.note("These were found before: here they are, as they were left.")
        elif method == "kmeans" and len(run) <= LARGE:
            found = found_by(spec, computed_clusters.vectors(run, space), _plain(title))
            if clusters_state.keep(run, found):
                clusters_state.note(f"{len(found.clusters)} clusters found.")
        else:
            _ask(run, spec, _plain(title))
            return
    except (ClusterError, ConfigError) as error:
        clusters_state.tell(str(error))
        clusters_state.changed()


def _ask(run: Run, spec: ClusterSpec, title: str) -> None:
    size = (
        ["--k", str(spec.k)]
        if spec.method == "kmeans"
        else ["--min-cluster-size", str(spec.min_cluster_size)]
    )
    arguments = [
        "cluster", str(run.path), "--method", spec.method, *size, "--space", spec.space,
        "--seed", str(spec.seed), "--only", "clusters", f"--name={title}",
        "--into", str(cluster_place.place_of(run)),
    ]  # fmt: skip
    key = ("clusters", key_of(run), spec.id)
    side_work.works().ask(key, arguments, "Looking for clusters", "take k-means instead")
    session.remember(_key(run, "finding"), key)


def _take_found(run: Run) -> None:
    """Open what was looked for, once it is there."""
    work = _work(run, "finding")
    if work is None or work.result is None:
        return
    session.remember(_key(run, "finding"), None)
    name = str(work.result["id"])
    work.stop()  # asked for once more after it was removed, it is looked for again
    clusters_state.open_clustering(run, name)
    found = computed_clusters.kept(run).clusterings.get(name)
    if found is not None:
        clusters_state.note(f"{len(found.clusters)} clusters found.")


def _busy(run: Run) -> bool:
    """Whether something is being done that this visitor waits for."""
    works = [_work(run, what) for what in ("proposal", "finding")]
    return any(work is not None and not work.over for work in works)


def _work(run: Run, what: str) -> Work | None:
    key = session.recall(_key(run, what))
    return None if key is None else side_work.works().known(key)


def _key(run: Run, what: str) -> str:
    return f"clusters.work.{what}.{run.content_hash}"


def _plain(title: str) -> str:
    return " ".join(title.split())
