"""The same items seen in several ways: from map to map, in space, with the names of themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.on_the_map import (
    MAP,
    PATIENCE,
    along,
    at_rest,
    choose,
    drag,
    drawn,
    place_of,
    the_map,
)
from tests.support import app_of_one_map

pytestmark = pytest.mark.browser

NAMES = """({ latentMap: { names } }) => names.written.map(({ level, code, ...box }) =>
  ({ ...box, level, words: names.levels[level].themes.names[code] }))"""
# As often as a map asks, its points are half on their way.
HALFWAY = """map => Object.defineProperty(map.latentMap.stage, 'share',
  { get() { return this.moving ? 0.5 : 1; }, configurable: true })"""
INK = """(map, [x, y]) => { const canvas = map.querySelectorAll('.layer')[1];
  const ratio = canvas.width / map.clientWidth;
  return canvas.getContext('2d').getImageData(x * ratio, y * ratio, 1, 1).data[3]; }"""
# A place in the middle of the map around which no item lies.
EMPTY = """map => { const { finder, lens: { width, height } } = map.latentMap.stage;
  for (let step = 0; ; step++) {
    const [x, y] = [width * 0.4 + 7 * (step % 12), height * 0.4 + 7 * Math.floor(step / 12)];
    if (finder.at(x, y, 20, () => true) < 0) return [x, y]; } }"""
INSIDE = """({ latentMap: map }, [[left, top], [right, bottom]]) =>
  [...Array(map.model.scene.count).keys()].filter((index) => {
    const [x, y] = map.placeOf(index);
    return x > left && x < right && y > top && y < bottom; }).length"""


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser]) -> Browser:
    return launch_browser()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app of one map, beside a copy of the bundle as Streamlit wants it."""
    with app_of_one_map(tmp_path_factory.mktemp("seen")) as url:
        yield url


@pytest.fixture
def motion() -> str:
    """Whether the visitor likes motion."""
    return "no-preference"


@pytest.fixture
def page(browser: Browser, address: str, motion: Any) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, reduced_motion=motion, locale="en-US"
    )
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(address)
    drawn(tab)
    yield tab
    context.close()
    assert wrong == []


def see(page: Page, way: str) -> Locator:
    """See the items in another way; return the map as soon as it has begun to become that one."""
    page.get_by_test_id("stButtonGroup").get_by_text(way, exact=True).click()
    page.wait_for_function(
        "([map, way]) => map.latentMap.meta().view === way",
        arg=[the_map(page).element_handle(), way],
    )
    at_rest(page)
    return the_map(page)


def arrived(page: Page) -> None:
    page.wait_for_function(
        "map => map.latentMap.stage.moving === null", arg=the_map(page).element_handle()
    )
    # The frame in which they have arrived is drawn.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def seen(room: Locator, index: int) -> list[float]:
    found: list[float] = room.evaluate("(map, index) => map.latentMap.placeOf(index)", index)
    return found


def test_points_go_from_where_they_were_to_where_they_are(page: Page) -> None:
    room = the_map(page)
    before = {index: seen(room, index) for index in (0, 100, 2900)}
    room.evaluate(HALFWAY)
    see(page, "other")
    halfway = {index: seen(room, index) for index in before}
    page.wait_for_timeout(100)
    for place in halfway.values():
        assert room.evaluate(INK, place) > 0
    room.evaluate("map => { delete map.latentMap.stage.share; map.latentMap.stage.repaint(); }")
    arrived(page)
    for index, start in before.items():
        end = seen(room, index)
        assert room.evaluate(INK, end) > 0
        middle = [(one + other) / 2 for one, other in zip(start, end, strict=True)]
        assert halfway[index] == pytest.approx(middle, abs=0.5)
        assert abs(end[0] - start[0]) + abs(end[1] - start[1]) > 20
        # They are found there, too.
        found = "(map, [x, y]) => map.latentMap.stage.finder.at(x, y, 3, () => true)"
        assert seen(room, room.evaluate(found, end)) == pytest.approx(end, abs=3)


def test_what_was_chosen_stays_chosen(page: Page) -> None:
    room = the_map(page)
    page.mouse.click(*place_of(page, 13))
    expect(page.get_by_text("item 13, 0 pins")).to_be_visible()
    # A pin between the items, where nothing lies on the other map.
    x, y = room.evaluate(EMPTY)
    box = room.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)
    expect(page.locator(f"{MAP} .probe-card")).to_contain_text("<b>decoded</b> at")
    page.locator(f"{MAP} .probe-card button", has_text="Pin").click()
    expect(page.get_by_text("item 13, 1 pins")).to_be_visible()
    choose(page, "Box")
    drag(page, *along(page, [(0.52, 0.4), (0.8, 0.7), (0.85, 0.75)]))
    expect(page.get_by_text("0 selected")).to_have_count(0)
    selected = "map => [...map.latentMap.model.selection()].join()"
    before = room.evaluate(selected)
    assert before
    see(page, "other")
    expect(page.locator(f"{MAP} .hint", has_text="One pin lies between")).to_be_visible()
    arrived(page)
    assert room.evaluate(selected) == before
    assert room.evaluate("map => map.latentMap.looking.picked") == 13
    expect(page.get_by_text("item 13, 1 pins")).to_be_visible()


@pytest.mark.parametrize("motion", ["reduce"])
def test_who_wants_no_motion_gets_none(page: Page) -> None:
    room = the_map(page)
    room.evaluate(
        """({ latentMap: { stage } }) => Object.defineProperty(stage, 'moving',
          { get: () => null, set: (moving) => { window.moved_ ||= moving !== null; } })"""
    )
    start = seen(room, 0)
    see(page, "other")
    assert seen(room, 0) != pytest.approx(start, abs=20)
    see(page, "space")
    assert page.evaluate("window.moved_") is False


def test_in_space_one_turns_selects_what_is_seen_and_decodes_the_nearest(page: Page) -> None:
    room = see(page, "space")
    arrived(page)
    expect(page.locator(f"{MAP} .tools button").first).to_have_attribute(
        "aria-label", "Turn: drag to turn the map, with Shift or the right button to move it; "
        "click an item to decode it (1)"
    )  # fmt: skip
    expect(page.locator(f"{MAP} .hint", has_text="nearest item is decoded")).to_be_visible()
    before = seen(room, 8)
    drag(page, *along(page, [(0.45, 0.5), (0.6, 0.55), (0.6, 0.55)]))
    turned = seen(room, 8)
    assert turned != pytest.approx(before, abs=10)
    assert room.evaluate("map => map.latentMap.stage.zoom") == 1
    room.press("ArrowLeft")
    assert seen(room, 8) != pytest.approx(turned, abs=1)
    expect(page.locator(f"{MAP} .minimap")).to_be_hidden()

    choose(page, "Lasso")
    box = room.bounding_box()
    assert box is not None
    corners = [(box["width"] * u, box["height"] * v) for u, v in ((0.3, 0.3), (0.5, 0.62))]
    (left, top), (right, bottom) = corners
    way = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    drag(page, *[(box["x"] + x, box["y"] + y) for x, y in way])
    inside = room.evaluate(INSIDE, corners)
    assert 10 < inside < 2900
    expect(page.get_by_text(f"{inside} selected")).to_be_visible()

    choose(page, "Turn")
    room.press("Escape")
    room.press("0")
    # The nearest to the eye of all: nothing is in front of it.
    front = room.evaluate(
        """({ latentMap: { model: { scene }, stage } }) => [...Array(scene.count).keys()].reduce(
          (best, index) => stage.placeOf(index)[2] > stage.placeOf(best)[2] ? index : best, 0)"""
    )
    page.mouse.click(*place_of(page, front))
    expect(page.locator(f"{MAP} .probe-card")).to_contain_text(f"<b>decoded</b> item {front}")
    expect(page.get_by_text(f"item {front}, 0 pins")).to_be_visible()


def test_larger_themes_are_named_from_further_away_and_a_click_selects_them(page: Page) -> None:
    room = the_map(page)
    names = room.evaluate(NAMES)
    assert {name["words"] for name in names} <= {"animals", "tools", *_long(names)}
    assert len(names) == 3
    animals = next(name for name in names if name["words"] == "animals")
    box = room.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + animals["x"], box["y"] + animals["y"])
    counted = room.evaluate("map => map.latentMap.model.selectedCount")
    # A third of the themes, less some that are noise.
    assert 900 <= counted <= 1000
    expect(page.get_by_text(f"{counted} selected")).to_be_visible()
    page.mouse.move(*place_of(page, 1))
    for _ in range(3):
        page.mouse.wheel(0, -240)
    named = (
        "(level) => ({ latentMap: { names } }) => names.written.length > 0 && "
        "names.written.every((one) => one.level === level)"
    )
    page.wait_for_function(f"map => ({named})(1)(map)", arg=room.element_handle())
    near = room.evaluate(NAMES)
    assert near
    assert "Noise" not in {name["words"] for name in near}
    for number, one in enumerate(near):
        for other in near[:number]:
            wide = abs(one["x"] - other["x"]) >= (one["width"] + other["width"]) / 2
            assert wide or abs(one["y"] - other["y"]) >= (one["height"] + other["height"]) / 2
    room.press("0")
    page.wait_for_function(f"map => ({named})(0)(map)", arg=room.element_handle())


def _long(names: list[dict[str, Any]]) -> set[str]:
    return {name["words"] for name in names if name["words"].startswith("food, drink")}
