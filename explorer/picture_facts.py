"""What a visitor's pictures are like: their number, size, repeats, blanks, labels, and a few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer import page_parts

NO_LABEL = "no label"
LABELS_HEIGHT, MOST_WHOLE = 180, 4
THUMBNAIL = 72


def show(profile: Mapping[str, Any]) -> None:
    """Show what `latentscape plan` found of pictures."""
    size = f"{profile['height']} × {profile['width']} pixels"
    facts = {
        "Items": f"{profile['items']:,}",
        "Height × width": size,
        "Colours": "three" if profile["coloured"] else "grey",
        "Repeated": f"{profile['repeated']:,}",
        "Blank, of one colour": f"{profile['blank']:,}",
    }
    if profile["looked_at"] < profile["items"]:
        facts["Looked at"] = f"{profile['looked_at']:,}, evenly drawn"
    left, middle, right = st.columns([1, 1.2, 1], gap="medium")
    with left:
        page_parts.show_facts(facts, key="data_facts")
    with middle:
        st.caption("**Some of them, as the model sees them**")
        _strip(profile["samples"])
    with right:
        if profile["labels"]:
            show_labels(profile["labels"], profile["different_labels"])


def _strip(samples: Sequence[str]) -> None:
    with st.container(horizontal=True, gap="small", key="data_pictures"):
        for number, sample in enumerate(samples, start=1):
            st.image(
                f"data:image/png;base64,{sample}", width=THUMBNAIL, alt=f"picture {number} of some"
            )


def show_labels(labels: Mapping[str, int], different: int) -> None:
    """Show how many items have each label; those without one are called so."""
    known = different - ("" in labels)
    st.caption(f"**Labels** · {known:,}")
    st.dataframe(
        {"Label": [name or NO_LABEL for name in labels], "Items": list(labels.values())},
        column_config={
            "Items": st.column_config.ProgressColumn(
                "Items", format="%d", min_value=0, max_value=max(labels.values())
            )
        },
        hide_index=True,
        # A table that is higher than its rows shows empty ones.
        height=LABELS_HEIGHT if len(labels) > MOST_WHOLE else "content",
    )


def sizes_in_words(sizes: Sequence[tuple[int, int, int]], items: int) -> str:
    """Say how large pictures are, by those that were looked at: (height, width, how many)."""
    looked_at = sum(count for _, _, count in sizes)
    of = "" if looked_at >= items else f" among {looked_at:,} looked at"
    if len(sizes) == 1:
        height, width, _ = sizes[0]
        return f"{height} × {width} pixels (height × width){of}"
    (low, narrow, _), *_, (high, wide, _) = sorted(sizes, key=lambda size: size[0] * size[1])
    return (
        f"{len(sizes):,} different sizes{of}, from {low} × {narrow} to {high} × {wide} pixels "
        "(height × width)"
    )
