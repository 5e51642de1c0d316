"""How much data is taken: above each of these there is one sentence, not a full disk."""

from __future__ import annotations

# A file as it lies on the disk, and what comes out of it once unpacked.
MAX_FILE_BYTES = 8 * 1024**3
MAX_UNPACKED_BYTES = 16 * 1024**3
MAX_ROWS = 20_000_000
MAX_COLUMNS = 1000
MAX_ITEM_CHARACTERS = 100_000
# A document is a whole file, and a cell beside the text is kept but never learned from.
MAX_DOCUMENT_CHARACTERS = 1_000_000
MAX_CELL_CHARACTERS = 1_000_000
# A line of a table with all its cells.
MAX_LINE_CHARACTERS = 16_000_000

# Archives, whose small size says little about what is in them.
MAX_ENTRIES = 2_000_000
MAX_RATIO = 1000
# Below this an archive may be packed as well as it likes.
RATIO_COUNTS_FROM = 100 * 1024**2
# A workbook's shared texts are held in memory.
MAX_WORKBOOK_BYTES = 1024**3

MAX_PICTURES = 2_000_000
MAX_PICTURE_BYTES = 100 * 1024**2
MAX_PICTURE_PIXELS = 50_000_000
# As the image models have it.
MAX_SIDE = 1024

# What is read, held and written at once.
BATCH_ROWS = 10_000
BATCH_CHARACTERS = 16_000_000
CHUNK_BYTES = 1024**2


def size(count: float) -> str:
    """Bytes as one says them: "2 GiB"."""
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:,.4g} {unit}"
        count /= 1024
    return f"{count:,.4g} GiB"
