"""Rows of token numbers, stored end to end; many of them in a file of the system's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

# Up to so many bytes rows are held in memory; more lie in a file that is mapped.
_HELD = 64 * 2**20


class TokenRows:
    """Rows of different lengths: row i is ``tokens[starts[i] : starts[i] + lengths[i]]``.

    ``tokens`` int32 (all tokens,), ``starts`` and ``lengths`` int64 (rows,), on one device.
    """

    def __init__(self, tokens: Tensor, starts: Tensor, lengths: Tensor) -> None:
        self.tokens, self.starts, self.lengths = tokens, starts, lengths

    def __len__(self) -> int:
        return len(self.lengths)

    def part(self, indices: Tensor) -> TokenRows:
        """The rows at ``indices`` (n,), in that order; the tokens are shared."""
        indices = indices.to(self.lengths.device)
        return TokenRows(self.tokens, self.starts[indices], self.lengths[indices])

    def to(self, device: torch.device) -> TokenRows:
        return TokenRows(self.tokens.to(device), self.starts.to(device), self.lengths.to(device))


def token_rows(blocks: Iterable[Sequence[Sequence[int]]], *, held: int = _HELD) -> TokenRows:
    """Store rows that come block by block, so that not all of them are in memory at once.

    More than ``held`` bytes of tokens lie in a temporary file (below TMPDIR), which the system
    removes with the process, however that ends.
    """
    lengths: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
    parts: list[npt.NDArray[np.int32]] = [np.zeros(0, np.int32)]
    with ExitStack() as stack:
        file, waiting = None, 0
        for rows in blocks:
            lengths.append(np.array([len(row) for row in rows], dtype=np.int64))
            parts.append(np.fromiter((token for row in rows for token in row), dtype=np.int32))
            waiting += parts[-1].nbytes
            if waiting > held:
                file = file or stack.enter_context(tempfile.TemporaryFile())
                file.write(np.concatenate(parts).data)
                parts, waiting = [np.zeros(0, np.int32)], 0
        tokens = np.concatenate(parts)
        if file is not None:
            file.write(tokens.data)
            file.flush()
            # The map outlives the file's handle and its name.
            tokens = np.memmap(file, dtype=np.int32, mode="r+")
    all_lengths = torch.from_numpy(np.concatenate(lengths))
    return TokenRows(torch.from_numpy(tokens), all_lengths.cumsum(0) - all_lengths, all_lengths)
