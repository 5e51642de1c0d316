"""The `latentscape` command: everything the pages do, and the explorer itself."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

from explorer import paths
from explorer.commands import (
    checking,
    clustering,
    doctor,
    evaluating,
    exporting,
    items,
    job_list,
    planning,
    preparing,
    projecting,
    reading,
    searching,
    training,
    usage,
    using,
)
from vae_core.errors import OUT_OF_MEMORY, UserError, is_out_of_memory

app = typer.Typer(
    name="latentscape",
    help="Train variational autoencoders on digits or on your own text, and explore them.",
    epilog="Without a command, the explorer opens. Each command explains itself with --help.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("plan")(planning.plan)
app.command("train")(training.train)
app.add_typer(job_list.app, name="jobs")
app.command("prepare")(preparing.prepare)
app.command("project")(projecting.project)
app.command("check")(checking.check)
app.command("search")(searching.search)
app.command("encode")(using.encode)
app.command("evaluate")(evaluating.evaluate)
app.command("cluster")(clustering.cluster)
app.command("read")(reading.read)
app.command("sample")(using.sample)
app.command("interpolate")(using.interpolate)
app.command("export")(exporting.export)
app.command("import")(exporting.import_)
app.command("items")(items.items)
app.command("doctor")(doctor.doctor)


def _show_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"latentscape {version('latentscape')}")
        raise typer.Exit()


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        open_app()


@app.command("app")
def open_app(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Open the browser at the explorer.")] = True,
) -> None:
    """Open the explorer in the browser (what `latentscape` alone does too).

    Your own runs are looked for in ./runs, or in the folder that LATENTSCAPE_RUNS names.
    """
    from explorer.server import PortError, serve

    try:
        serve(port, address, open_browser=browser and paths.can_open_browser())
    except PortError as error:
        raise UserError(str(error)) from error


def main() -> None:
    """Run the command; an error meant for people is one line on standard error, exit code 1.

    What is wrong with the command line itself has exit code 2.
    """
    # Idle OpenMP threads sleep instead of spinning: beside another busy process the spinning made
    # a small training thirty times slower. It counts only if set before torch is imported.
    for name, value in (("OMP_WAIT_POLICY", "PASSIVE"), ("KMP_BLOCKTIME", "0")):
        os.environ.setdefault(name, value)
    try:
        code = app(prog_name="latentscape", standalone_mode=False)
    except usage.UsageError as error:
        _fail(usage.sentence(error), usage.USAGE_CODE)
    except UserError as error:
        _fail(str(error))
    except typer.Abort:
        _fail("It was broken off.")
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        _fail(OUT_OF_MEMORY)
    if isinstance(code, int) and code:
        sys.exit(code)


def _fail(sentence: str, code: int = 1) -> NoReturn:
    typer.echo(f"latentscape: {sentence}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
