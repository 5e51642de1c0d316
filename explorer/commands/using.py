"""`latentscape encode`, `sample` and `interpolate`: a finished run at work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer import paths
from vae_core.checks import check_choice, check_range, check_whole
from vae_core.config import DEVICES, ConfigError
from vae_core.data.dataset import DataError

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.checkpoint import Run
    from vae_core.data.dataset import Dataset
    from vae_core.models import Items

RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN", help="A run folder, or a bundled model's name.")
]
TextColumn = Annotated[str | None, typer.Option(help="Column with the texts (default: text).")]
LabelColumn = Annotated[str | None, typer.Option(help="Column with the labels, if any.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Seed = Annotated[int, typer.Option(help="Seed of every draw.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def encode(
    run: RunFolder,
    file: Annotated[
        Path, typer.Argument(help="A text file, a data set's name, or MNIST's folder.")
    ],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Write the latent position of every item, one row each, in input order.

    Pictures of another size than the model's are made as large as those.

    Columns: item (text, or the picture's number), label if there is one, mu_0 …, log_var_0 …
    """
    if out.suffix != ".parquet":
        raise ConfigError(f"--out must end in .parquet, but is {out.name}.")
    data = load_data(file, text_column, label_column, _side_of(find_run(run, device)))
    opened = open_run(run, device)
    from explorer.tables import latent_table_bytes
    from vae_core.runs import encode_dataset

    _write(out, latent_table_bytes(data, encode_dataset(opened.model, data)))
    if as_json:
        said = {
            "out": str(out),
            "items": len(data),
            "empty_items": data.empty_items,
            "notes": list(data.notes),
        }
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    typer.echo(f"{out}: {len(data):,} items, {opened.latent_dim} dimensions.")
    if data.empty_items:
        typer.echo(f"{data.empty_items:,} without a text left out.")


Beam = Annotated[
    int, typer.Option(help="Sentences: keep so many beginnings and give the likeliest; 1: greedy.")
]


def sample(
    run: RunFolder,
    count: Annotated[int, typer.Option("-n", "--count", help="How many items.")] = 10,
    temperature: Annotated[
        float, typer.Option(help="Spread of the draw: 0 is the centre, 1 the prior.")
    ] = 1.0,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option(help="Images: PNG file to write.")] = None,
    beam: Beam = 1,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Decode random points of the prior."""
    check_whole("count", count, 1, 10_000_000)
    check_range("temperature", temperature, 0.0, 100.0)
    _check_png(out)
    opened = open_run(run, device)
    from vae_core.latent import sample_prior

    z = sample_prior(count, opened.latent_dim, temperature=temperature, seed=seed)
    _give(opened, z, out, as_json, beam)


def interpolate(
    run: RunFolder,
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="[FIRST SECOND]", help="Two sentences.")
    ] = None,
    index: Annotated[
        tuple[int, int] | None, typer.Option(help="Two items of the run, by number from 0.")
    ] = None,
    steps: Annotated[int, typer.Option(help="Points on the way, both ends included.")] = 7,
    circle: Annotated[
        bool, typer.Option("--circle", help="Go along the great circle, not the straight line.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Images: PNG file to write.")] = None,
    beam: Beam = 1,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Decode the way from one item to another.

    Examples:

      latentscape interpolate sentences "a small dog" "a large house"

      latentscape interpolate digits --index 0 5 --out strip.png
    """
    check_whole("steps", steps, 2, 100_000)
    _check_png(out)
    _check_ends(texts or [], index)
    opened = open_run(run, device)
    from vae_core import latent

    first, last = _ends(opened, texts or [], index)
    _give(opened, latent.interpolate(first, last, steps, spherical=circle), out, as_json, beam)


def _check_ends(texts: list[str], index: tuple[int, int] | None) -> None:
    if bool(texts) == (index is not None):
        raise ConfigError("Give either two sentences or --index with two item numbers.")
    if texts and len(texts) != 2:
        raise ConfigError(f"Give two sentences, each in quotation marks; {len(texts)} came.")


def _check_png(out: Path | None) -> None:
    if out is not None and out.suffix.lower() != ".png":
        raise ConfigError(f"--out must end in .png, but is {out.name}.")


def _ends(run: Run, texts: list[str], index: tuple[int, int] | None) -> tuple[Tensor, Tensor]:
    import torch

    from explorer.analysis.points import unknown_words
    from vae_core.runs import encode_texts

    if index is not None:
        for number in index:
            if not 0 <= number < len(run):
                raise ConfigError(
                    f"--index takes numbers from 0 to {len(run) - 1}, but {number} came."
                )
        mean = torch.from_numpy(run.latents.mean)
        return mean[index[0]], mean[index[1]]
    for text in texts:
        if unknown := unknown_words(run, text):
            typer.echo(f"The model does not know {', '.join(map(repr, unknown))}.", err=True)
    first, last = encode_texts(run.model, texts)
    return first, last


def _give(run: Run, z: Tensor, out: Path | None, as_json: bool, beam: int) -> None:
    items = run.model.decode(z) if beam == 1 else _searched(run, z, beam)
    if out is not None:
        from explorer.strip import strip_png
        from vae_core.data.images import as_bytes

        if isinstance(items, list):
            raise ConfigError("--out takes pictures, but this model writes sentences; use --json.")
        _write(out, strip_png(as_bytes(items)))
        typer.echo(f"{out}: {len(items)} pictures.")
    if as_json:
        typer.echo(json.dumps({"items": _plain(items)}, ensure_ascii=False))
    elif isinstance(items, list):
        for item in items:
            typer.echo(item or "(no words)")
    elif out is None:
        raise ConfigError("Pictures need --out FILE.png, or --json for their pixels.")


def _searched(run: Run, z: Tensor, beam: int) -> list[str]:
    """The likeliest text of a beam at each latent point."""
    from vae_core.models.beam import beam_search
    from vae_core.models.sentence import SentenceVAE

    if not isinstance(run.model, SentenceVAE):
        raise ConfigError("--beam takes a model of sentences; leave it out, or give another run.")
    return [beam_search(run.model, point, beam)[0].written.text for point in z]


def _plain(items: Items) -> list[Any]:
    if isinstance(items, list):
        return items
    return [[[round(float(ink), 3) for ink in row] for row in picture] for picture in items]


def find_run(run: Path, device: str = "cpu") -> Path:
    """The folder of a run, or of the bundled one of that name, after a look at its config.json.

    What is no run is refused here at once: torch, which opens it, takes seconds to be imported.
    """
    from vae_core.run_config import read_config
    from vae_core.run_folder import recover

    check_choice("device", device, DEVICES)
    bundled = paths.assets_folder() / run
    path = bundled if not run.exists() and bundled.is_dir() else run.expanduser()
    recover(path.absolute())
    if not path.exists():
        raise DataError(
            f"There is no run {run}; give a run folder, or the bundled digits, mnist or sentences."
        )
    read_config(path)
    return path


def open_run(run: Path, device: str) -> Run:
    """The run in a folder, or the bundled one of that name, on ``device``."""
    path = find_run(run, device)
    from vae_core.checkpoint import load_run
    from vae_core.device import choose_device

    return load_run(path, choose_device(device))


def _side_of(run: Path) -> int | None:
    """How large a model's pictures are, where they are squares."""
    from vae_core.run_config import read_config

    model = read_config(run).get("model")
    if not isinstance(model, dict):  # damaged, as opening it will say
        return None
    side = model.get("image_height")
    return side if isinstance(side, int) and side == model.get("image_width") else None


def load_data(
    data: Path, text_column: str | None, label_column: str | None, side: int | None = None
) -> Dataset:
    """A file of texts or pictures, a folder of pictures or with MNIST, or a data set by its name.

    Files of pictures are made squares of `side`. What was guessed or left out is said on standard
    error.
    """
    from vae_core.data.corpus import read_corpus
    from vae_core.data.pictures import is_pictures, read_pictures
    from vae_core.data.registry import DATASETS, load_dataset
    from vae_core.data.text_options import TextOptions

    if not data.exists() and str(data) in DATASETS:
        return load_dataset(str(data))
    if data.is_dir() and any(data.glob("t10k-images*")):
        return load_dataset("mnist", data)
    if data.exists() and is_pictures(data):
        many = data.is_dir() or data.suffix.lower() == ".zip"
        found = read_pictures(data, side if many else None)
    else:
        found = read_corpus(data, TextOptions(text_column, label_column))
    for note in found.notes:
        typer.echo(note, err=True)
    return found


def _write(path: Path, content: bytes) -> None:
    from vae_core.files import write_whole

    try:
        write_whole(path, content)
    except OSError as error:
        raise DataError(
            f"{path} cannot be written: {error.strerror or error}; choose another place."
        ) from error
