"""Every setting of models and training in one line of plain words, for the command and the page.

Nothing here needs torch, so that `latentscape --help` answers at once; a test holds the tables to
the fields of the configurations.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One field of a configuration: its name, its kind of value, and what it does.

    ``families``: the models that have it; none given means every one.
    """

    name: str
    kind: type
    help: str
    families: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """As the command calls it: "kind" alone would say nothing there."""
        return "objective" if self.name == "kind" else self.name

    @property
    def text(self) -> str:
        """The help, with the models that the setting is for."""
        return f"{', '.join(self.families)}: {self.help}" if self.families else self.help


_IMAGES = ("dense", "conv")
_RECURRENT = ("gru", "lstm")
_SENTENCES = (*_RECURRENT, "transformer")

MODEL = (
    Setting("latent_dim", int, "How many numbers describe an item."),
    Setting("prior", str, "Where z comes from: normal, mixture, or vamp (learned items)."),
    Setting("prior_components", int, "Parts of a mixture or vamp prior."),
    Setting("mean_batch_norm", float, "γ of a BatchNorm on μ, a floor under the KL; 0: none."),
    Setting("binarisation", str, "Pixels: none (grey), static or dynamic (0 or 1).", _IMAGES),
    Setting("likelihood", str, "bernoulli, or logistic over the 256 levels.", _IMAGES),
    Setting("hidden", int, "Width of the hidden layers.", (*_IMAGES, "bag-of-words")),
    Setting("layers", int, "How many hidden layers.", ("dense", "bag-of-words")),
    Setting("activation", str, "relu or tanh.", ("dense",)),
    Setting("width", int, "Channels at the picture's full size.", ("conv",)),
    Setting("depth", int, "Residual blocks at each size.", ("conv",)),
    Setting("norm", str, "group or none.", ("conv",)),
    Setting("embedding", int, "Width of a word.", _SENTENCES),
    Setting("encoder_hidden", int, "Encoder units, each way.", _RECURRENT),
    Setting("decoder_hidden", int, "Decoder units.", _RECURRENT),
    Setting("encoder_layers", int, "Blocks of the encoder.", ("transformer",)),
    Setting("decoder_layers", int, "Blocks of the decoder.", ("transformer",)),
    Setting("heads", int, "Heads of the attention.", ("transformer",)),
    Setting("dropout", float, "Share of units dropped.", (*_SENTENCES, "bag-of-words")),
    Setting("word_dropout", float, "Share of words hidden.", (*_SENTENCES, "bag-of-words")),
    Setting("max_tokens", int, "Longer texts are cut to this, and counted.", _SENTENCES),
    Setting("style", str, "nvdm (Gaussian) or prodlda (shares of topics).", ("bag-of-words",)),
    Setting("input_weighting", str, "How counts are read.", ("bag-of-words",)),
    Setting("embeddings", str, "Folder of a sentence-transformers model.", ("bag-of-words",)),
    Setting("concentration", float, "Dirichlet α of prodlda.", ("bag-of-words",)),
)
TRAINING = (
    Setting("batch_size", int, "Items a step (default: 32 for small sets, else 128)."),
    Setting("learning_rate", float, "Adam's step (default: 0.001; sentences 0.002)."),
    Setting("schedule", str, "Learning rate: constant, or cosine (default for sentences)."),
    Setting("precision", str, "float32 (default) or bfloat16."),
    Setting("gradient_clip", float, "Longest gradient (default: 5)."),
    Setting("patience", int, "Epochs without a better validation ELBO that end it; 0: never."),
    Setting("aggressive_epochs", int, "Epochs with many steps of the encoder for each one."),
    Setting("augment_shift", int, "Training pictures move by up to so many pixels."),
    Setting("augment_rotation", float, "Training pictures turn by up to so many degrees."),
    Setting("compile", bool, "Run the model through torch.compile."),
    Setting("held_out", float, "Share of the items that validates (default: 0.1)."),
    Setting("seed", int, "Seed of every draw (default: 0)."),
    Setting("device", str, "auto, cpu, cuda or mps."),
)
OBJECTIVE = (
    Setting("kind", str, "elbo (default), iwae, tcvae or mmd."),
    Setting("beta", float, "Weight of the KL term (default: 1)."),
    Setting("samples", int, "Draws of z for each item and step (default: 1)."),
    Setting("kl_schedule", str, "How β moves: constant, linear, cyclical, autoencoder-first."),
    Setting("warmup_epochs", float, "Epochs over which β rises from 0."),
    Setting("cycles", int, "cyclical: how often β rises (default: 4)."),
    Setting("autoencoder_epochs", float, "autoencoder-first: epochs at β = 0."),
    Setting("free_bits", float, "Nats each dimension may keep for free."),
    Setting("target_kl", float, "Hold the KL at so many nats; 0: do not."),
    Setting("mmd_weight", float, "mmd: weight of the discrepancy from the prior (default: 10)."),
)
