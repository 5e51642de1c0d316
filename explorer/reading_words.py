"""What is read of a model, in words: for the Read page and for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.analysis.aggregate import LEVEL, Holes
from explorer.analysis.dimensions import Dimension, Effect

# Up to so many times the level, there is nothing that one would call a hole.
_HARDLY = 2.0
# So near its cap, what is known of the information is only that it is not less.
_AT_CAP = 0.5


def holes(found: Holes) -> str:
    """Say how large the holes are in one sentence."""
    share, error = percent(found.mass), f"± {100 * found.error:.1f} points"
    if is_hardly_any(found):
        return (
            f"Hardly any holes: {share} of what the prior draws falls where no item is ({error}); "
            f"{LEVEL:.0%} would do so if both were the same."
        )
    return f"About {share} of what the prior draws falls where no item is ({error})."


def hatched(exact: bool, found: Holes | None) -> str:
    """Say what is hatched on a map, and that it is area: `found` is None while it is not known.

    `exact`: whether each place of the map is one place of the latent space.
    """
    words = (
        "Hatched: no item lies there."
        if exact
        else "Hatched: where much of what the prior draws falls into holes. Seen from this plane, "
        "holes may lie before items or behind them."
    )
    if found is None:
        return f"{words} That is area, not mass: the prior may hardly draw there."
    if is_hardly_any(found):
        much = "It may be much area, but it is little mass"
    else:
        much = "How much area that is does not say how much mass"
    return f"{words} {much}: {percent(found.mass)} of what the prior draws."


def is_hardly_any(found: Holes) -> bool:
    """Whether there is nothing that one would call a hole."""
    return found.mass - found.error <= _HARDLY * LEVEL


def kl(found: Holes) -> str:
    """Say how far items and prior differ as a whole, as far as that can be known."""
    low = max(0.0, found.least)
    if is_capped(found) or found.kl - low > 1.0:
        return f"{low:.1f} to {found.kl:.1f} nats"
    return f"{max(0.0, (low + found.kl) / 2):.2f} nats"


def percent(share: float) -> str:
    """Say a share, small ones to a tenth of a percent."""
    return f"{share:.1%}" if share < 0.095 else f"{share:.0%}"


def is_capped(found: Holes) -> bool:
    """Whether so little is known of the information that it is only known not to be less."""
    return found.cap - found.information < _AT_CAP


def headline(one: Dimension, most: int = 2) -> str:
    """Say in a few words what a dimension does, by its strongest effects, at most `most`."""
    if not one.is_used:
        return "not used"
    said = [effect_words(effect) for effect in one.effects[:most] if effect.clear]
    if one.words is not None and not said:
        come, go = ([word.word for word in words[:2]] for words in (one.words.come, one.words.go))
        if come or go:
            said.append(f"{_quoted(go) or 'fewer words'} → {_quoted(come) or 'other words'}")
    return "; ".join(said) or "no clear effect"


def effect_words(effect: Effect) -> str:
    """Say what there is at the low and the high end."""
    if effect.of_categories:
        return f"{effect.low} → {effect.high} ({effect.name})"
    noun = {"words": "texts", "stroke width": "strokes"}.get(effect.name, effect.name)
    return f"{effect.low} → {effect.high} {noun}".strip()


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
