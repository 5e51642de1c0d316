"""What each measure is called, what it means, and which way is good: words before symbols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower", ""]
NATS = "nats an item"


@dataclass(frozen=True)
class Words:
    """A measure in words.

    Attributes:
        name: what it is called. unit: of its value; "" for a plain number.
        meaning: one line: what it tells. good: one line: what is good.
        better: which way is good; "" where neither is by itself.
        digits: after the point.
    """

    name: str
    unit: str
    meaning: str
    good: str
    better: Better = ""
    digits: int = 2


_SHARE = "0 to 1"
WORDS: dict[str, Words] = {
    "mutual_information": Words(
        "What places tell of items (mutual information)", "nats",
        "How far the place of an item tells which one it is.",
        "More is better, 2 or more for texts; it cannot exceed ln N.", "higher",
    ),
    "kl": Words(
        "What a place costs (KL)", NATS,
        "How much the model notes of an item in its latent numbers.",
        "0: it notes nothing. Neither more nor less is good by itself.",
    ),
    "active_units": Words(
        "Active dimensions", "", "Latent dimensions that differ from item to item.",
        "Unused ones do no harm, but none active is a collapse.", "", 0,
    ),
    "iw_nll": Words(
        "How surprised it is by new items (IW-NLL)", NATS,
        "Best estimate of −log p(x): the nats that it takes to write down an item it has not seen.",
        "Lower is better; more draws K make it lower and truer.", "lower",
    ),
    "elbo": Words(
        "Lower bound of the likelihood (ELBO)", NATS,
        "What training raises: reconstruction less KL.",
        "Higher (nearer 0) is better, for the same data only.", "higher",
    ),
    "reconstruction": Words(
        "How well an item is rebuilt from its place (reconstruction)", NATS,
        "The log-likelihood of an item, given its own latent numbers.",
        "Higher (nearer 0) is better, as long as KL does not pay for it.", "higher",
    ),
    "perplexity_word": Words(
        "Perplexity (of words)", "words",
        "As unsure at each word as if it had to choose among so many, all as likely.",
        "Lower is better, for one vocabulary only.", "lower", 1,
    ),
    "perplexity_subword": Words(
        "Perplexity (of subwords)", "subwords",
        "As unsure at each piece of a word as if it had to choose among so many, all as likely.",
        "Lower is better; never to be compared with that of words.", "lower", 1,
    ),
    "language_model_gap": Words(
        "How far behind a plain language model", NATS,
        "The surprise above that of the same decoder trained without latent numbers.",
        "1 or less passes; below 0 the latent numbers help.", "lower",
    ),
    "unknown_words": Words(
        "Unknown words", "%", "Words outside the vocabulary: all count as one and the same.",
        "Lower is better; above 10 % likelihoods look better than they are.", "lower", 1,
    ),
    "reconstruction_bleu": Words(
        "How much comes back word for word (reconstruction BLEU)", "0 to 100",
        "Runs of up to four words that an item and its reconstruction share.",
        "Higher is better; 100 is the same text.", "higher", 1,
    ),
    "self_bleu": Words(
        "How alike new texts are (self-BLEU)", "0 to 100",
        "Runs of words that texts written from random places share with each other.",
        "Lower is more various; near 100 it always writes the same.", "lower", 1,
    ),
    "interpolation_smoothness": Words(
        "How even ways between texts are (smoothness)", "ratio",
        "Words changed on a way from one text to another, by those that the ends differ in.",
        "1 is perfect: nothing is changed twice. Larger is jumpy.", "lower",
    ),
    "distinct_on_path": Words(
        "Different texts on a way", "texts",
        "How many of the texts on such a way differ from each other.",
        "More is a finer way; 2 is a sudden jump.", "higher", 1,
    ),
    "npmi": Words(
        "Do a topic's words belong together (NPMI)", "−1 to 1",
        "Whether the top words of a topic stand in the same documents more than chance has it.",
        "Higher is better; 0 is chance, above 0.1 reads well. Two words that no document has both "
        "count as −1, as most pairs do in short texts: compare only models of the same texts.",
        "higher",
    ),
    "diversity": Words(
        "Are topics different (diversity)", _SHARE,
        "Different words among all top words.",
        "Higher is better; 1: no two topics share one.", "higher",
    ),
    "accuracy": Words(
        "Labels told right (accuracy)", _SHARE,
        "How often a straight cut through the latent space tells an item's label.",
        "Higher is better; compare it with always guessing the most frequent label.", "higher",
    ),
    "precision": Words(
        "Right when it says so (macro precision)", _SHARE,
        "Of the items given a label, how many have it; the mean over labels.",
        "Higher is better.", "higher",
    ),
    "recall": Words(
        "Found of those there are (macro recall)", _SHARE,
        "Of the items that have a label, how many are found; the mean over labels.",
        "Higher is better.", "higher",
    ),
    "f1": Words(
        "Both in one (macro F1)", _SHARE,
        "Precision and recall in one number, where rare labels count as much as frequent ones.",
        "Higher is better.", "higher",
    ),
    "nmi": Words(
        "What clusters tell of labels (NMI)", _SHARE,
        "What k-means clusters and labels tell of each other.",
        "Higher is better; above 0.5 is good.", "higher",
    ),
    "ari": Words(
        "Pairs put together rightly (ARI)", "at most 1",
        "Pairs of items together in both or in neither, less what chance gives.",
        "Higher is better; 0 is chance.", "higher",
    ),
    "cluster_accuracy": Words(
        "Items in the cluster of their label (accuracy)", _SHARE,
        "Where each cluster stands for one label of its own, as well as that can be chosen.",
        "Higher is better.", "higher",
    ),
    "purity": Words(
        "How much of one label a cluster is (purity)", _SHARE,
        "Items that have the most frequent label of their cluster.",
        "Higher is better; more clusters raise it by themselves.", "higher",
    ),
    "silhouette": Words(
        "How far clusters lie apart (silhouette)", "−1 to 1",
        "How much nearer items are to their own cluster than to the next.",
        "Higher is better; below 0.25 they touch.", "higher",
    ),
    "mig": Words(
        "One dimension a property (MIG)", _SHARE,
        "How much better the best dimension tells a property of the items than the second best.",
        "Higher is cleaner; most models have little.", "higher",
    ),
    "factor_f1": Words(
        "A property told by all dimensions (macro F1)", _SHARE,
        "A straight cut through the latent space tells this column of the data.",
        "Higher is better.", "higher",
    ),
}  # fmt: skip

# What stands beside a measure of the latent space.
BASELINES = {
    "language_model": "plain language model",
    "pca": "PCA",
    "pixels": "all pixels",
    "lsa": "LSA",
    "tfidf": "TF-IDF",
    "most_frequent": "most frequent label",
}
LATENT = "latent space"
FEATURES = {"latent": LATENT, **BASELINES}
