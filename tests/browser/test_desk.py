"""The mixing desk on the Decode page in a real browser, against the real server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.browser.on_the_map import PATIENCE, at_rest
from tests.support import Server

pytestmark = pytest.mark.browser

PICTURE = "canvas => canvas.toDataURL()"


def open_desk(page: Page, server: Server, model: str) -> Locator:
    page.goto(f"{server.url}/decode?model={model}")
    desk = page.locator(".st-key-decode_room .desk")
    expect(desk.locator(".status")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    at_rest(page)
    return desk


def answers(desk: Locator) -> int:
    return int(desk.locator(".result").get_attribute("data-answers") or 0)


def more_answers(page: Page, desk: Locator, than: int) -> None:
    page.wait_for_function(
        "([result, than]) => Number(result.dataset.answers) > than",
        arg=[desk.locator(".result").element_handle(), than],
    )


@pytest.mark.parametrize("model", ["mnist", "sentences"])
def test_everything_is_decoded_while_a_slider_is_dragged(
    page: Page, server: Server, model: str
) -> None:
    desk = open_desk(page, server, model)
    slider = desk.locator(".dim input[type=range]").first
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    page.mouse.down()
    before = answers(desk)
    for step in range(12):
        page.mouse.move(box["x"] + box["width"] * (0.3 + step / 30), box["y"] + 8)
        page.wait_for_timeout(30)
    more_answers(page, desk, before + 2)
    page.mouse.up()
    expect(desk.locator(".origin")).to_have_text(re.compile("then moved by hand"))
    frames = desk.locator(".frame")
    expect(frames).to_have_count(9 if model == "mnist" else 7)
    expect(desk.locator(".frame.here")).to_have_count(1)
    frames.last.click()
    reach = slider.get_attribute("max")
    expect(slider).to_have_value(re.compile(rf"^{float(reach or 0):g}(\.0+)?$"))


@pytest.mark.parametrize("model", ["mnist", "sentences"])
def test_one_slider_after_the_other(page: Page, server: Server, model: str) -> None:
    """Python hears of the first one and runs the page again; the second one works as well."""
    desk = open_desk(page, server, model)
    sliders = desk.locator(".dim input[type=range]")
    names = desk.locator(".dim .dim-name").all_inner_texts()
    for number in range(3):
        sliders.nth(number).focus()
        expect(desk.locator(".strip h3")).to_contain_text(f"What {names[number]} does")
        expect(desk.locator(".dim.chosen")).to_have_count(1)
        before = answers(desk)
        sliders.nth(number).press("ArrowRight")
        more_answers(page, desk, before)
        page.wait_for_timeout(500)  # longer than the rest after which Python hears
        at_rest(page)


def test_locks_are_kept_while_one_looks_at_another_page(page: Page, server: Server) -> None:
    desk = open_desk(page, server, "mnist")
    lock = desk.locator(".dim .lock").nth(2)
    lock.click()
    page.get_by_role("link", name="Map").click()
    page.locator(".st-key-map_room .layers[data-drawn]").wait_for(state="attached")
    page.get_by_role("link", name="Decode").click()
    expect(desk.locator(".status")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    expect(lock).to_have_attribute("aria-pressed", "true")
    value = desk.locator(".dim input[type=range]").nth(2)
    before = value.input_value()
    desk.get_by_role("button", name="Random sample").click()
    expect(desk.locator(".origin")).to_have_text(re.compile("^A random sample"))
    assert value.input_value() == before


def test_a_typed_number_is_one_that_can_be_decoded(page: Page, server: Server) -> None:
    desk = open_desk(page, server, "mnist")
    number, slider = (
        desk.locator(f".dim input[type={kind}]").first for kind in ("number", "range")
    )
    low, high = (float(slider.get_attribute(name) or 0) for name in ("min", "max"))
    for typed, kept in (("1e9", 2 * high - low), ("-99999", 2 * low - high), ("0.5", 0.5)):
        number.fill(typed)
        number.press("Enter")
        expect(number).to_have_value(f"{kept:.2f}")
    number.press("Control+A")
    number.press_sequentially("e")  # a letter that numbers have, and no number
    number.press("Enter")
    expect(number).to_have_value("0.50")


def test_a_finger_that_scrolls_does_not_set_the_slider_under_it(page: Page, server: Server) -> None:
    desk = open_desk(page, server, "mnist")
    slider = desk.locator(".dim input[type=range]").first
    before = slider.input_value()
    # As a browser tells it: pressed, set where the finger came down, then taken for scrolling.
    slider.evaluate(
        """slider => {
            slider.dispatchEvent(new PointerEvent("pointerdown"));
            slider.value = slider.max;
            slider.dispatchEvent(new Event("input"));
            slider.dispatchEvent(new PointerEvent("pointercancel"));
        }"""
    )
    expect(slider).to_have_value(before)


def test_a_locked_dimension_stays_where_all_others_are_drawn(page: Page, server: Server) -> None:
    desk = open_desk(page, server, "mnist")
    first, second = (desk.locator(".dim input[type=number]").nth(k) for k in (0, 1))
    first.fill("1.25")
    first.press("Enter")
    desk.locator(".lock").first.click()
    before = second.input_value()
    desk.get_by_role("button", name="Random sample").click()
    expect(second).not_to_have_value(before)
    expect(first).to_have_value("1.25")
    desk.get_by_role("button", name="Reset").click()
    expect(second).to_have_value("0.00")
    expect(first).to_have_value("1.25")
    expect(desk.locator(".origin")).to_have_text("The centre: every slider at 0")


def test_a_walk_goes_on_until_a_slider_is_touched(page: Page, server: Server) -> None:
    desk = open_desk(page, server, "digits")
    walk = desk.get_by_role("button", name="Walk")
    before = answers(desk)
    walk.click()
    expect(walk).to_have_attribute("aria-pressed", "true")
    more_answers(page, desk, before + 3)
    slider = desk.locator(".dim input[type=range]").first
    slider.press("ArrowRight")
    expect(walk).to_have_attribute("aria-pressed", "false")
    stands = slider.input_value()
    page.wait_for_timeout(300)
    assert slider.input_value() == stands


def test_the_grid_of_two_dimensions_becomes_finer_and_is_a_place_to_point_at(
    page: Page, server: Server
) -> None:
    desk = open_desk(page, server, "digits")
    grid = desk.locator(".manifold")
    expect(grid).to_have_attribute("data-side", "20", timeout=PATIENCE)
    before = desk.locator(".result canvas").evaluate(PICTURE)
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.1)
    across, upwards = (desk.locator(".dim input[type=range]").nth(k) for k in (0, 1))

    def share(slider: Locator) -> float:
        low, high = (float(slider.get_attribute(end) or 0) for end in ("min", "max"))
        return (float(slider.input_value()) - low) / (high - low)

    assert share(across) == pytest.approx(0.9, abs=0.02)
    assert share(upwards) == pytest.approx(0.9, abs=0.02)
    page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before",
        arg=[desk.locator(".result canvas").element_handle(), before],
    )


def test_on_a_phone_the_result_the_sliders_and_then_the_rest(
    browser: Browser, server: Server
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        desk = open_desk(page, server, "mnist")
        tops = []
        for part in (".result", ".starts", ".dims", ".strip", ".sheet"):
            box = desk.locator(part).bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 390
            tops.append(box["y"])
        assert tops == sorted(tops)
    finally:
        context.close()


def test_the_sheet_is_faint_while_it_lags_behind(page: Page, server: Server) -> None:
    held: list[str | bytes] = []
    holding = [False]
    lines: list[WebSocketRoute] = []

    def between(line: WebSocketRoute) -> None:
        lines.append(line)

        def answered(message: str | bytes) -> None:
            if holding[0]:
                held.append(message)
            else:
                line.send(message)

        line.connect_to_server().on_message(answered)

    page.route_web_socket(re.compile("/live"), between)
    desk = open_desk(page, server, "mnist")
    sheet = desk.locator(".sheet")
    board = sheet.locator(".manifold")
    expect(board).to_have_attribute("data-side", "20")
    expect(sheet).not_to_have_attribute("aria-busy", "true")
    holding[0] = True
    desk.get_by_role("button", name="Walk").click()
    expect(sheet).to_have_attribute("aria-busy", "true")
    page.wait_for_function(
        "board => getComputedStyle(board).opacity < 0.5", arg=board.element_handle()
    )
    holding[0] = False
    for message in held:
        lines[-1].send(message)
    desk.get_by_role("button", name="Walk").click()
    expect(sheet).not_to_have_attribute("aria-busy", "true")
    expect(board).to_have_attribute("data-side", "20")
    page.wait_for_function(
        "board => getComputedStyle(board).opacity === '1'", arg=board.element_handle()
    )


@pytest.mark.parametrize("width", [1440, 390])
def test_the_start_bar_breaks_no_words(page: Page, server: Server, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    desk = open_desk(page, server, "mnist")
    label = desk.locator(".from-item").bounding_box()
    number = desk.locator(".from-item input").bounding_box()
    assert label is not None
    assert number is not None
    assert label["height"] <= number["height"] + 1
    if width == 1440:
        first = desk.get_by_role("button", name="Random sample").bounding_box()
        assert first is not None
        assert first["y"] < number["y"] + number["height"] / 2 < first["y"] + first["height"]
