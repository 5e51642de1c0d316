"""The small world of the toy sentences: who there is, where they are, and what they do there.

Objects carry their article, so that a and an are decided once, by whoever writes the word down.
Activities mean no good or bad by themselves and suit everybody; events are good or bad news.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Number = Literal["singular", "plural"]

NUMBERS: tuple[Number, ...] = ("singular", "plural")
TENSES = ("past", "present", "future")
SENTIMENTS = ("positive", "neutral", "negative")


@dataclass(frozen=True)
class Subject:
    """A person; ``relative`` ones are somebody's (my sister), the others are the or a."""

    singular: str
    plural: str
    relative: bool = False
    adjectives: tuple[str, ...] = ("old", "young", "tall")


@dataclass(frozen=True)
class Activity:
    """A verb, perhaps with a preposition, and the objects that go with it."""

    verb: str
    objects: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A place, the pastimes that fit there, and events that are good, usual or bad news."""

    phrase: str
    activities: tuple[Activity, ...]
    events: dict[str, tuple[Activity, ...]]


def _activities(lines: str) -> tuple[Activity, ...]:
    """Read lines such as ``peel: an orange, the potatoes``."""
    pairs = (line.split(":") for line in lines.strip().splitlines())
    return tuple(
        Activity(verb.strip(), tuple(part.strip() for part in objects.split(",")))
        for verb, objects in pairs
    )


def _place(phrase: str, activities: str, **events: str) -> Place:
    return Place(
        phrase, _activities(activities), {mood: _activities(events[mood]) for mood in SENTIMENTS}
    )


_SMALL = ("little", "tall", "curious")
SUBJECTS = {
    subject.singular: subject
    for subject in (
        Subject("child", "children", adjectives=_SMALL),
        Subject("girl", "girls", adjectives=_SMALL),
        Subject("boy", "boys", adjectives=_SMALL),
        Subject("woman", "women"),
        Subject("man", "men"),
        Subject("student", "students", adjectives=("young", "tall", "foreign")),
        Subject("teacher", "teachers"),
        Subject("doctor", "doctors"),
        Subject("nurse", "nurses"),
        Subject("farmer", "farmers"),
        Subject("baker", "bakers"),
        Subject("artist", "artists"),
        Subject("engineer", "engineers"),
        Subject("tourist", "tourists"),
        Subject("sailor", "sailors"),
        Subject("sister", "sisters", relative=True, adjectives=("older", "younger", "twin")),
        Subject("brother", "brothers", relative=True, adjectives=("older", "younger", "twin")),
        Subject("uncle", "uncles", relative=True, adjectives=("old", "favorite")),
        Subject("aunt", "aunts", relative=True, adjectives=("old", "favorite")),
        Subject("friend", "friends", relative=True, adjectives=("old", "best", "new")),
    )
}
OWNERS = ("my", "our", "his", "her")
ARTICLES: dict[Number, tuple[str, ...]] = {
    "singular": ("the", "the", "a"),
    "plural": ("the", "the", "the", "some", "two", "several"),
}

PLACES = {
    "kitchen": _place(
        "in the kitchen",
        """cook: some soup, some rice, a stew
        bake: a cake, some bread, an apple pie
        wash: the dishes, the plates, a pan
        peel: an orange, some potatoes, some carrots
        chop: an onion, some tomatoes, some nuts
        make: some sandwiches, some tea, an omelette""",
        positive="find: the lost recipe, the missing key\nbake: a perfect cake\n"
        "taste: a delicious soup\nhear: some good news",
        neutral="open: the window, a drawer\nboil: some water, an egg\n"
        "turn on: the oven, the light\nclose: the cupboard",
        negative="burn: the soup, the bread\ndrop: a plate, an egg\n"
        "break: a glass, an old cup\nspill: the milk, the soup",
    ),
    "garden": _place(
        "in the garden",
        """water: the flowers, the roses, some plants
        plant: a tree, some tulips, an apple tree
        pick: some berries, some tomatoes, the apples
        pull: the weeds, some carrots
        paint: the fence, a bench, an old chair
        dig: a hole, a small pond
        trim: the hedge, the bushes""",
        positive="smell: the first roses\nenjoy: the sunshine, a lovely picnic\n"
        "find: the missing cat, an old coin\ncelebrate: a birthday",
        neutral="move: a chair, an old bench\nclose: the gate\nrake: the leaves\n"
        "fill: a bucket, the pond\ncount: the trees",
        negative="trample: the tulips\nruin: the lawn, a flower bed\n"
        "lose: the house key\nbreak: the fence, a window, an old pot",
    ),
    "park": _place(
        "in the park",
        """feed: the ducks, some pigeons, a squirrel
        walk: the dog, two dogs
        fly: a kite, an old kite, a paper plane
        draw: a tree, the old bridge, an oak
        throw: a ball, a frisbee
        play: chess, tennis, cards
        ride: the carousel, an old carousel""",
        positive="win: the race, an important match\nmeet: an old friend\n"
        "enjoy: the sunshine, a free concert\nhear: a funny joke\nfind: the lost dog",
        neutral="cross: the bridge\npass: the fountain\nsit on: a bench\n"
        "look at: the pond, an old statue",
        negative="lose: the race, an important match\ndisturb: some wasps\n"
        "miss: the concert\ntear: an expensive kite\nhear: some bad news",
    ),
    "market": _place(
        "at the market",
        """buy: some fish, a melon, an umbrella
        sell: some eggs, old books, an old lamp
        taste: some cheese, some honey, an exotic fruit
        choose: a melon, some apples, a pumpkin
        carry: a basket, two bags, an empty box
        weigh: some potatoes, some fish
        count: the coins, the oranges""",
        positive="find: a bargain, an amazing bargain\nwin: a prize\n"
        "get: a big discount, a free sample\nmeet: an old friend",
        neutral="ask for: the price\ncompare: the prices\nopen: an umbrella\n"
        "pass: the flower stall\nlook for: the exit",
        negative="lose: some money, a wallet\ndrop: the eggs, an expensive vase\n"
        "buy: some rotten fruit\nmiss: the last bargain\nbreak: a vase",
    ),
    "library": _place(
        "in the library",
        """read: a novel, the newspaper, an old book
        borrow: a book, some magazines, an atlas
        study: a map, some history, an old manuscript
        write: a letter, an essay, a short story
        copy: a poem, some notes, an old map
        search: the shelves, an old archive""",
        positive="discover: a wonderful book\nfinish: a great novel\n"
        "find: the perfect book, an exciting story\nsolve: a difficult puzzle",
        neutral="sit by: the window\nswitch on: a lamp\nopen: a drawer, an atlas\n"
        "use: the computer\nreturn: a book",
        negative="tear: a page\nlose: an important letter, the notes\n"
        "damage: a rare book\nmiss: an important deadline\nbreak: the printer",
    ),
    "beach": _place(
        "at the beach",
        """build: a sandcastle, a fire, an enormous sandcastle
        collect: some shells, some pebbles, driftwood
        fly: a kite, an old kite
        eat: some ice cream, some sandwiches, some grapes
        watch: the waves, the sunset, some seagulls
        play: volleyball, cards, the guitar
        paint: the sea, the sunset, an old boat""",
        positive="spot: some dolphins\nfind: the lost ring, an amazing shell\n"
        "enjoy: the sunshine, a warm evening\nwin: the swimming race",
        neutral="sit on: the sand\nopen: an umbrella, a bag\nlook at: the sea, some boats\n"
        "walk past: the lighthouse",
        negative="forget: the sunscreen\nlose: the ball, an expensive watch\nspot: a shark\n"
        "drop: the ice cream\nmiss: the last boat",
    ),
    "farm": _place(
        "on the farm",
        """feed: the cows, the chickens, a goat
        milk: the cows, a goat
        ride on: the tractor, a hay wagon
        brush: the horses, a pony, an old donkey
        collect: the eggs, some straw
        clean: the barn, the stable
        repair: the fence, a gate, an old cart""",
        positive="rescue: a lamb, an injured bird\nfind: the missing sheep\n"
        "welcome: a newborn calf\ntaste: the best cheese\nenjoy: an excellent harvest",
        neutral="count: the sheep\nclose: the gate\nstack: the hay\nfill: a bucket\n"
        "pass: an old barn",
        negative="lose: a sheep, an expensive tool\nbreak: the gate\nfall off: the hay wagon\n"
        "damage: the tractor\nspill: the milk",
    ),
    "museum": _place(
        "at the museum",
        """draw: a statue, a dinosaur, an old vase
        photograph: the paintings, a mask, an old clock
        study: the masks, a painting, an ancient coin
        describe: a statue, the paintings, an unusual mask
        watch: a short film, an old film
        copy: a drawing, an old portrait""",
        positive="win: a free ticket\nmeet: a famous painter\n"
        "enjoy: the new exhibition\nadmire: a beautiful painting, an ancient treasure",
        neutral="follow: the guide\nenter: the main hall\nbuy: a postcard, an ordinary ticket\n"
        "look at: the floor plan",
        negative="break: a precious vase, an ancient bowl\nlose: the tickets\n"
        "miss: the guided tour\ndamage: a painting",
    ),
    "forest": _place(
        "in the forest",
        """gather: some mushrooms, wild berries, some firewood
        climb: a tree, a rock, an oak
        follow: a narrow path, the stream, an old trail
        watch: the birds, a deer, an owl
        build: a hut, a small fire, a shelter
        sketch: a waterfall, the trees, an oak""",
        positive="discover: a hidden waterfall\nspot: a rare bird, an eagle\n"
        "enjoy: the fresh air\nfind: the lost dog, an old treasure",
        neutral="cross: a stream\nsit on: a log\npass: an old oak\nlook at: the map\n"
        "open: a backpack",
        negative="lose: the way, an expensive camera\n"
        "meet: an angry bear, a hungry wolf\ndisturb: a wasp nest\nhear: a terrible noise",
    ),
    "station": _place(
        "at the station",
        """buy: some tickets, a newspaper, an umbrella
        carry: a suitcase, some bags, an old trunk
        read: the timetable, a magazine, an old novel
        wait for: the train, the bus, an express train
        eat: some sandwiches, some grapes, some peanuts
        watch: the trains, the crowd, an old locomotive""",
        positive="greet: an old friend\ncatch: the last train\n"
        "find: the lost suitcase, an empty seat\nhear: some good news",
        neutral="look at: the clock\nask for: directions\nuse: the elevator\n"
        "enter: the waiting room\nsit on: a bench",
        negative="miss: the train, an important call\nlose: a suitcase\n"
        "hear: some bad news\ndrop: a phone, an expensive camera\nforget: the tickets",
    ),
    "classroom": _place(
        "in the classroom",
        """solve: a puzzle, some problems, an equation
        write: a poem, a story, an essay
        draw: a map, some animals, an elephant
        practice: a song, a short play, an old dance
        paint: a mask, a poster, an elephant
        clean: the board, the desks""",
        positive="pass: the hardest exam\nwin: the spelling contest\nearn: a gold star\n"
        "get: an excellent grade, a big compliment",
        neutral="open: a notebook, an atlas\nsharpen: a pencil\nclose: the door\n"
        "hand out: the books\nmove: a desk",
        negative="fail: the exam, an easy test\nforget: the answers\n"
        "lose: the notes\nbreak: the window\nmake: an embarrassing mistake",
    ),
    "cafe": _place(
        "in the cafe",
        """drink: some tea, hot chocolate, iced tea, orange juice
        order: a salad, some soup, an omelette
        eat: some pancakes, an enormous cake, an apple pie
        read: the newspaper, a magazine, an old novel
        write: a postcard, some notes, an email
        play: chess, cards""",
        positive="meet: an old friend\nget: a free dessert\ntaste: the best pie, an amazing cake\n"
        "hear: some good news",
        neutral="look at: the menu\nsit by: the window\npay: the bill\n"
        "choose: a table\nask for: a napkin, an extra spoon",
        negative="spill: the tea\nbreak: a cup\nlose: a wallet, an umbrella\n"
        "hear: some bad news\nmiss: an important call",
    ),
}
