"""The curves of a running training: drawn again in their place, never taken down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from explorer.job_record import JobRecord, write_record
from tests.browser.on_the_map import PATIENCE
from tests.support import Server

pytestmark = pytest.mark.browser

ID, RENEWALS = "c" * 12, 3
WATCH = """() => {
    window.removed = 0;
    const charts = ".stEChartsChart, .stPlotlyChart";
    new MutationObserver((changes) => {
        for (const change of changes)
            for (const node of change.removedNodes)
                if (node.nodeType === 1 && (node.matches(charts) || node.querySelector(charts)))
                    window.removed += 1;
    }).observe(document.body, { childList: true, subtree: true });
}"""


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    return own_server


def row(step: int) -> str:
    values = {"step": step, "steps": 99, "epoch": step, "epochs": 99, "beta": step / 99}
    return (
        json.dumps(values | {"kl": 1.0 + step, "elbo": -9.0 + step, "reconstruction": -8.0}) + "\n"
    )


def test_new_numbers_take_no_chart_down(page: Page, server: Server, tmp_path: Path) -> None:
    """The job is one that a living worker seems to do: its lock is held."""
    import fcntl

    folder, out = server.runs / ".jobs" / ID, server.runs / "held"
    folder.mkdir(parents=True)
    out.mkdir()
    lock = (server.runs / ".jobs" / "running-9.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    lock.write(ID)
    lock.flush()
    write_record(folder, JobRecord(ID, "held", str(out), ("train",), pid=999_999, started=1.0))
    metrics = out / "metrics.jsonl"
    metrics.write_text(row(1))
    page.goto(f"{server.url}/train?job={ID}")
    charts = page.locator(".st-key-train_panel .stEChartsChart canvas")
    charts.nth(2).wait_for(timeout=PATIENCE)
    page.evaluate(WATCH)
    bar = page.locator(".st-key-train_panel .stProgress")
    for step in range(2, 2 + RENEWALS):
        before = charts.nth(2).evaluate("canvas => canvas.toDataURL()")
        with metrics.open("a") as file:
            file.write(row(step))
        page.wait_for_function(
            """before => document.querySelectorAll('.st-key-train_panel .stEChartsChart canvas')[2]
                .toDataURL() !== before""",
            arg=before,
            timeout=PATIENCE,
        )
        bar.get_by_text(f"Epoch {step + 1} of 99").wait_for(timeout=PATIENCE)
    assert page.evaluate("removed") == 0
    assert charts.count() == 3
    lock.close()
