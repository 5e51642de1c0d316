"""What is wrong with a command line is told in one sentence, whatever it is."""

from __future__ import annotations

import pytest

from tests.support import latentscape


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("train --latent-dim abc", "--latent-dim takes a whole number, but 'abc' came"),
        ("train --beta x", "--beta takes a number, but 'x' came"),
        ("train --wrong 1", "--wrong"),
        ("train --latent-dim", "--latent-dim"),
        ("train --tokenizer x", "'word'"),
        ("app --port 0", "--port must be greater than or equal to 1, but '0' came"),
        ("sample", "RUN"),
        ("nothing", "nothing"),
        ("train --beta \x1b[31mx", "--beta takes a number"),
    ],
)
def test_it_is_one_sentence(line: str, said: str) -> None:
    done = latentscape(*line.split(" "))
    assert done.returncode == 2
    assert not done.stdout
    assert done.stderr.startswith("latentscape: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    assert "\x1b" not in done.stderr
    assert "--help` tells" in done.stderr
