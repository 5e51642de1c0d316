"""The measures of a run, as sections of rows: from what was kept, and from its config.json.

Both may come from anybody, so numbers alone are taken, and what is missing is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from explorer.evaluation_rows import Family, Maker, Section
from explorer.evaluation_words import BASELINES
from explorer.loose_json import count, mapping, number

FEW_ITEMS = 100
_NO_LABELS = "The items have no labels, so there is nothing for a probe to tell."
# What else a section measures needs the items themselves.
_WITHOUT_ITEMS: dict[Family, str] = {
    "likelihood": "How likely it finds items cannot be measured here, because the run was published"
    " without its data.",
    "text": "How well it rebuilds texts (BLEU) cannot be measured here, because the run was"
    " published without its data.",
    "topics": "Whether words of a topic belong together (NPMI) cannot be measured here, because the"
    " run was published without its data.",
    "probe": "What stands beside it (PCA, TF-IDF) cannot be measured here, because the run was"
    " published without its data.",
}


def sections(config: Mapping[str, Any], result: Mapping[str, Any] | None) -> list[Section]:
    """Return what is known of a run: what was `result` of measuring, else what training noted."""
    noted = mapping(config.get("result"))
    found = _space(result if result is not None else noted, result is None)
    made = [found, _likelihood(result, noted)]
    if result is not None:
        modality = config.get("modality")
        if modality == "sentences":
            made.append(_texts(result))
        if modality == "documents":
            made.append(_topics(result))
        made += [_probe(result), _clustering(result)]
        if "factors" in result:
            made.append(_factors(mapping(result["factors"])))
    return [_with_notes(one, result) for one in made]


def _with_notes(section: Section, result: Mapping[str, Any] | None) -> Section:
    without = result is not None and result.get("without_items") is True
    if without and section.family in _WITHOUT_ITEMS:
        return replace(section, notes=(_WITHOUT_ITEMS[section.family], *section.notes))
    return section


def _space(values: Mapping[str, Any], recorded: bool) -> Section:
    items, pairs = count(values, "items"), count(values, "mutual_information_items")
    of = _items(items, "validation" if recorded else _split(values))
    made = Maker("space", values, of, recorded)
    pair_of = _items(pairs, "validation" if recorded else _split(values))
    notes = []
    cap = number(mapping(values.get("posterior")), "mutual_information_at_most")
    if cap is not None:
        pair_of += f", so at most ln N = {cap:.2f}"
        told = number(values, "mutual_information")
        if told is not None and told > cap - 0.5:
            notes.append(
                "Mutual information is nearly as large as so many items allow (ln N); of more "
                "items it would be larger."
            )
    active, width = number(values, "active_units"), count(values, "latent_dim")
    made.add("mutual_information", of=pair_of, alike={"N": f"{pairs:,}"})
    made.add("kl")
    made.add("active_units", of=f"of {width} · {of}" if width else of)
    if active == 0:
        notes.append("No dimension differs from item to item: the latent space is not used.")
    return Section("space", tuple(made.metrics), tuple(notes))


def _likelihood(result: Mapping[str, Any] | None, noted: Mapping[str, Any]) -> Section:
    measured = mapping((result or {}).get("likelihood"))
    recorded = not measured
    values = noted if recorded else mapping(result)
    likely = mapping(noted.get("likelihood")) if recorded else measured
    split = "validation" if recorded else _split(values)
    samples = count(likely, "samples") or None
    of = f"{_items(count(likely, 'items'), split)}, K = {samples}"
    made = Maker("likelihood", likely, of, recorded, {"K": str(samples)})
    plain = number(likely, "language_model_nll")
    beside = {} if plain is None else {"language_model": plain}
    made.add("iw_nll", error="iw_nll_standard_error", beside=beside)
    _perplexity(made, likely)
    gap_of = of
    if (draws := count(likely, "language_model_gap_samples")) and (
        most := count(likely, "language_model_gap_items")
    ):
        gap_of = f"{_items(most, split)}, K = {draws}"
    made.add("language_model_gap", error="language_model_gap_standard_error", of=gap_of)
    one = Maker("likelihood", values, f"{_items(count(values, 'items'), split)}, one z", recorded)
    one.add("elbo", error_value=number(likely, "elbo_standard_error"))
    one.add("reconstruction")
    share = number(values, "unknown_words")
    if share is not None:
        one.add("unknown_words", value=100 * share, of=_items(count(values, "items"), split))
    note = likely.get("note")
    notes = (note,) if isinstance(note, str) else ()
    return Section("likelihood", (*made.metrics, *one.metrics), notes)


def _perplexity(made: Maker, likely: Mapping[str, Any]) -> None:
    unit = "word" if likely.get("perplexity_unit", "word") == "word" else "subword"
    plain = number(likely, "language_model_perplexity")
    made.add(
        f"perplexity_{unit}",
        value=number(likely, "perplexity"),
        beside={} if plain is None else {"language_model": plain},
        of=f"{count(likely, 'tokens'):,} {unit}s of {made.of}",
    )


def _texts(result: Mapping[str, Any]) -> Section:
    values = mapping(result.get("text"))
    split = _split(result)
    made = Maker("text", values, "")
    made.add("reconstruction_bleu", of=_items(count(values, "reconstruction_items"), split))
    made.add("self_bleu", of=f"{count(values, 'self_bleu_samples'):,} new texts")
    ways = f"{count(values, 'paths'):,} ways of {count(values, 'path_steps')} texts"
    made.add("interpolation_smoothness", of=ways)
    made.add("distinct_on_path", of=ways)
    return Section("text", tuple(made.metrics), _left_out(values))


def _topics(result: Mapping[str, Any]) -> Section:
    values = mapping(result.get("topics"))
    of = f"{count(values, 'topics')} topics, {count(values, 'top_words')} words each"
    made = Maker("topics", values, of)
    made.add("npmi", of=f"{of}, counted in {count(values, 'npmi_documents'):,} documents")
    made.add("diversity")
    return Section("topics", tuple(made.metrics), _left_out(values))


def _probe(result: Mapping[str, Any]) -> Section:
    values = mapping(result.get("probe"))
    if not values:
        return Section("probe", (), (_NO_LABELS,))
    tested = count(values, "test_items")
    of = (
        f"{_items(tested, _split(result))}, {count(values, 'classes')} labels; learned on "
        f"{count(values, 'train_items'):,}"
    )
    latent = mapping(values.get("latent"))
    made = Maker("probe", latent, of)
    for name in ("accuracy", "precision", "recall", "f1"):
        beside = _beside(values, name)
        if name == "accuracy":
            guess = number(values, "most_frequent_label_accuracy")
            beside |= {} if guess is None else {"most_frequent": guess}
        made.add(name, beside=beside, error_value=_of_share(latent, name, tested))
    notes = [*_left_out(values), *_widths(values, latent)]
    if unlabelled := count(values, "unlabelled"):
        notes.append(f"{unlabelled:,} of the measured items have no label and are left out.")
    if made.metrics and tested < FEW_ITEMS:
        notes.append(
            f"Only {tested} items with a label were held out: these figures may be far off."
        )
    if latent.get("converged") is False:
        notes.append(
            "The probe had not come to rest when it was stopped; it may do a little better."
        )
    return Section("probe", tuple(made.metrics), tuple(notes))


def _of_share(latent: Mapping[str, Any], name: str, items: int) -> float | None:
    """The standard error of a share of so many items; of other scores it is not known."""
    share = number(latent, name)
    if name != "accuracy" or share is None or items < 1 or not 0 <= share <= 1:
        return None
    return float((share * (1 - share) / items) ** 0.5)


def _clustering(result: Mapping[str, Any]) -> Section:
    values = mapping(result.get("clustering"))
    of = f"{_items(count(values, 'items'), _split(result))}, k = {count(values, 'k')}"
    made = Maker("clustering", values, of)
    made.add("silhouette", alike={"k": str(count(values, "k"))})
    seeds = values.get("seeds")
    latent = mapping(values.get("latent"))
    over = f"{of}, {len(seeds)} seeds" if isinstance(seeds, list) else of
    scores = Maker("clustering", latent, over)
    for name in ("nmi", "ari", "accuracy", "purity"):
        scores.add(
            "cluster_accuracy" if name == "accuracy" else name,
            value=number(latent, name),
            error=f"{name}_spread",
            error_kind="over seeds",
            beside=_beside(values, name),
            alike={"k": str(count(values, "k"))},
        )
    notes = [*_left_out(values), *_widths(values, latent)]
    if made.metrics:
        notes.append(
            "There are no labels to compare clusters with, so only how far apart they lie is told."
        )
    return Section("clustering", (*made.metrics, *scores.metrics), tuple(notes))


def _factors(values: Mapping[str, Any]) -> Section:
    of = _items(count(values, "items"), "")
    made = Maker("factors", values, of)
    made.add("mig")
    for name, scores in mapping(values.get("probe_of")).items():
        probe = Maker("factors", mapping(scores), of)
        probe.add("factor_f1", value=number(mapping(scores), "f1"), subject=str(name))
        made.metrics += probe.metrics
    left = values.get("left_out")
    notes = _left_out(values)
    if isinstance(left, list) and left:
        names = ", ".join(map(str, left[:10]))
        notes = (*notes, f"Left out, for they have too many values or none: {names}.")
    return Section("factors", tuple(made.metrics), notes)


def _beside(values: Mapping[str, Any], name: str) -> dict[str, float]:
    found = {key: number(mapping(values.get(key)), name) for key in BASELINES}
    return {key: value for key, value in found.items() if value is not None}


def _widths(values: Mapping[str, Any], latent: Mapping[str, Any]) -> list[str]:
    """How many dimensions have the features that stand beside the latent space."""
    width = count(values, "baseline_dimensions")
    names = [BASELINES[name] for name in ("pca", "lsa") if name in values]
    return [f"{names[0]} has {width} dimensions here."] if width and names and latent else []


def _left_out(values: Mapping[str, Any]) -> tuple[str, ...]:
    why = values.get("left_out")
    return (why,) if isinstance(why, str) else ()


def _split(result: Mapping[str, Any]) -> str:
    split = result.get("split")
    return split if isinstance(split, str) else "held-out"


def _items(items: int, split: str) -> str:
    what = {"test": "held-out items", "validation": "validation items"}.get(split, "items")
    return f"{items:,} {what}" if items != 1 else f"1 {what.removesuffix('s')}"
