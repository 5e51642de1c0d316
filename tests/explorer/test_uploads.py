"""What visitors upload: kept by content, and removed when nothing needs it any more."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from explorer import uploads

MONTH = 31 * 86_400


def kept(runs: Path, content: bytes) -> Path:
    path = uploads.keep("reviews.csv", content, runs)
    long_ago = time.time() - MONTH
    os.utime(path.parent, (long_ago, long_ago))
    return path


def test_what_no_run_was_made_from_is_removed_after_a_month(tmp_path: Path) -> None:
    names = ("run", "deleted", "job", "nobody's")
    run, deleted, job, nobodys = (kept(tmp_path, name.encode()) for name in names)
    today = uploads.keep("today.csv", b"today", tmp_path)
    again = kept(tmp_path, b"again")
    uploads.keep("reviews.csv", b"again", tmp_path)
    for file, path in (
        (tmp_path / "a" / "config.json", run),
        (tmp_path / ".trash" / "1" / "b" / "config.json", deleted),
        (tmp_path / ".jobs" / "c" / "job.json", job),
    ):
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"text": str(path)}))
    uploads.expire(tmp_path, time.time())
    assert [path.is_file() for path in (run, deleted, job, today, again)] == [True] * 5
    assert not nobodys.parent.exists()


def test_what_cannot_be_read_may_name_anything(tmp_path: Path) -> None:
    path = kept(tmp_path, b"x")
    (tmp_path / "a" / "config.json").mkdir(parents=True)
    uploads.expire(tmp_path, time.time())
    assert path.is_file()


def test_without_uploads_there_is_nothing_to_do(tmp_path: Path) -> None:
    uploads.expire(tmp_path, time.time())
    assert list(tmp_path.iterdir()) == []
