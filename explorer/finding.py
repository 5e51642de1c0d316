"""What a visitor looks for in a run, and the items that answers it. It shows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import computed, wording
from explorer.analysis import ranking, search
from explorer.analysis.ranking import Ranked, RankingError
from explorer.nearby import NEARBY, others

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

MEANING, NEAR = "meaning", "near"
SAME, ALIKE, BAD, ALONE = "same", "alike", "bad", "alone"
LISTS = (SAME, ALIKE, BAD, ALONE)
# Of how many items there is a number to choose.
COUNTED = (MEANING, NEAR, BAD, ALONE)
_BY_NEARNESS = (MEANING, NEAR, ALIKE, ALONE)
USUAL_COUNT, MOST_COUNT = 50, 1_000
NAMES = {
    search.WORDS: "Words",
    search.PHRASE: "Exact phrase",
    search.PREFIX: "Beginnings of words",
    search.REGEX: "Regular expression",
    MEANING: "Meaning",
    NEAR: "Nearest to …",
    SAME: "Duplicates: the same",
    ALIKE: "Duplicates: nearly one place",
    BAD: "Outliers: badly rebuilt",
    ALONE: "Outliers: far from others",
}


@dataclass(frozen=True)
class Wish:
    """What is looked for.

    Attributes:
        kind: one of `NAMES`.
        query: the words or the pattern; for `NEAR`, what the point is called.
        count: how many items, for what can be ranked.
        point: of `NEAR`, a latent point.
        item: of `NEAR`, an item, which is itself left out.
    """

    kind: str = search.WORDS
    query: str = ""
    count: int = USUAL_COUNT
    point: tuple[float, ...] | None = None
    item: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for yet."""
        if self.kind == NEAR:
            return self.point is None and self.item is None
        return self.kind not in LISTS and not self.query.strip()


@dataclass(frozen=True, eq=False)
class Found:
    """The items that answer a wish.

    Attributes:
        mask: (items,); None where nothing is left out.
        ranked: the same items in an order.
        note: what is to be said of them.
        problem: why there are none.
    """

    mask: NDArray[np.bool_] | None = None
    ranked: Ranked | None = None
    note: str | None = None
    problem: str | None = None


def kinds(run: Run) -> list[str]:
    """Return what can be looked for in a run: pictures are not found by meaning."""
    texts = run.modality != "images"
    originals = not run.items_are_decoded
    left_out = {MEANING: not texts, SAME: not originals, BAD: not originals}
    return [kind for kind in NAMES if not left_out.get(kind, False)]


def find(run: Run, wish: Wish) -> Found:
    """Return the items that answer a wish.

    Raises:
        computed.NotReadError: the texts are being read for the first search.
        NotComputedError: a list that a job has to compute first.
    """
    if wish.is_empty:
        return Found()
    try:
        if wish.kind in search.MODES:
            matches = computed.found(run, wish.query, wish.kind)
            return Found(matches.mask, note=matches.note)
        ranked, note = _ranked(run, wish)
        if wish.kind in _BY_NEARNESS:
            note = " ".join(filter(None, (note, ranking.doubt(run)))) or None
    except (RankingError, search.SearchError, search.PatternError) as error:
        return Found(problem=str(error))
    return Found(ranked.mask(len(run)), ranked, note)


class NotComputedError(Exception):
    """A list that no job has computed yet."""


def _ranked(run: Run, wish: Wish) -> tuple[Ranked, str | None]:
    if wish.kind in LISTS:
        return _listed(run, wish)
    ranking.check_space(run)
    if wish.kind == MEANING:
        z, unknown = ranking.point_of(run, wish.query)
        near = ranking.by_distance(NEARBY.nearest(run, z, wish.count))
        return near, wording.unknown(unknown, run.modality) if unknown else _few(run, wish.count)
    if wish.item is not None:
        return others(run, wish.item, wish.count), _few(run, wish.count + 1)
    z = np.array(wish.point, np.float32)
    if z.shape != (run.latent_dim,) or not np.isfinite(z).all():
        raise RankingError("This point is of another model; choose one of this map.")
    return ranking.by_distance(NEARBY.nearest(run, z, wish.count)), _few(run, wish.count)


def _few(run: Run, count: int) -> str | None:
    if count > len(run):
        return f"There are only {len(run):,} items: these are all."
    recall = NEARBY.recall(run)
    if recall is None:
        return None
    return (
        f"Found through an index: about {100 * recall:.0f} of 100 of the truly nearest are listed."
    )


def _listed(run: Run, wish: Wish) -> tuple[Ranked, str | None]:
    found = computed.oddities(run)
    if found is None:
        raise NotComputedError(wish.kind)
    if wish.kind == ALONE:
        ranking.check_space(run)
        if len(run) < 2:
            raise RankingError("There is only one item, so it is far from no other.")
        return ranking.highest(found.alone, wish.count, "Distance"), None
    if wish.kind == BAD:
        if found.error is None:
            raise RankingError(
                "This model comes without its data, so how well items come back cannot be measured."
            )
        name = "Squared error" if run.images is not None else "Nats a token"
        return ranking.highest(found.error, wish.count, name), None
    if wish.kind == ALIKE:
        ranking.check_space(run)
    numbers = found.same if wish.kind == SAME else found.alike
    if numbers is None:
        raise RankingError("This model comes without its data, so there is nothing to compare.")
    ranked = ranking.groups(numbers, "Group")
    if not len(ranked.items):
        return ranked, "No two items are " + ("the same." if wish.kind == SAME else "so near.")
    count = int(numbers.max()) + 1
    return (
        ranked,
        f"{count:,} {'group' if count == 1 else 'groups'} of {len(ranked.items):,} items.",
    )


def meaning_of(run: Run, kind: str) -> str:
    """Say in a sentence what a kind of wish finds."""
    one = wording.ONE[run.modality]
    where = " Labels and columns are read, too." if run.labels is not None or run.metadata else ""
    texts: dict[str, Any] = {
        search.WORDS: "Items that hold all of the words, or parts of them, in any order and case."
        + where,
        search.PHRASE: "Items that hold these words one after the other, in any case." + where,
        search.PREFIX: "Items that have, for each of these, a word that begins so." + where,
        search.REGEX: "Items that hold a match of a pattern, in any case: colou?r, ^the \\w+."
        + where,
        MEANING: f"Your {one} is encoded; the items nearest to it in the latent space are found.",
        NEAR: "The items whose latent points lie nearest.",
        SAME: "Pictures that are the same in every pixel."
        if run.images is not None
        else "Texts that are the same but for case and spaces.",
        ALIKE: "Items whose latent points nearly coincide: nearer than 1 % of the usual distance "
        "to the next item. The model hardly tells them apart.",
        BAD: "Items that come back worst from where they lie: the highest mean squared error."
        if run.images is not None
        else "Items that come back worst from where they lie: the least likely per token.",
        ALONE: "Items where the space is emptiest: the largest mean distance to the 15 nearest.",
    }
    return str(texts[kind])
