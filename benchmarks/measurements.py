"""What can be measured: each function trains or times the exported code of a lesson with one seed, and returns rows.

All have the same arguments: the data set (None where none is needed), the seed, and a limit: None for the whole
measurement, else the number of steps after which a training, or each of its parts, ends and of rounds that are timed,
for a test.
"""

import contextlib
import functools
import re
import time

import numpy as np
import safetensors.numpy
import tokenizers
from sklearn import linear_model, metrics, preprocessing
from sklearn.feature_extraction.text import TfidfVectorizer
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.measure import Curve, automatic_gradients
from utils import evaluation, lesson, results, timing
from utils.layers import GRU
from utils.runtime import keras, tf  # started quietly


def parts_of(steps: int, parts: int) -> set[int]:
    """Return the steps after which each of `parts` equal parts of a training ends."""
    return {steps * part // parts for part in range(1, parts + 1)}


def article_curve(network, loss, images, labels, test_images, test_labels, *, epochs, seed, limit) -> list[dict]:
    """Train a convolutional program of the articles as written; return five rows an epoch.

    As written means: Keras's layers, Adam, batches of 32, and XLA as Keras chooses by itself: off on a computer
    without an accelerator. Only the division by 255 is inside the model here. Loss and accuracy are those of the test
    images, and of as many training images, each with the weights of that moment.
    """
    keras.utils.set_random_seed(seed)
    model, steps = network(pooling=keras.layers.MaxPooling2D), -(-len(images) // 32)
    model.compile("adam", loss, metrics=["accuracy"])
    count = len(test_images)
    parts = {"train": (images[:count], labels[:count]), "test": (test_images, test_labels)}

    def scores(model):
        found = {name: model.evaluate(*part, batch_size=500, verbose=0) for name, part in parts.items()}
        names = [f"{name}_{score}" for name in found for score in ("loss", "accuracy")]
        return dict(zip(names, (round(value, 4) for pair in found.values() for value in pair), strict=True))

    at = {round(steps * part / 5) for part in range(1, 5 * epochs + 1)}
    curve = Curve(scores, at=at, limit=limit)
    model.fit(images, labels, batch_size=32, epochs=epochs, verbose=0, callbacks=[curve])
    return [{"epoch": round(row["step"] / steps, 1)} | row for row in curve.rows]


def mnist_article(mnist, seed, limit=None):
    """The program of article 003 §5.2, five epochs."""
    digits = lesson.load("mnist_cnn")
    images, test_images = mnist.train_images[..., None], mnist.test_images[..., None]
    data = images, mnist.train_labels, test_images, mnist.test_labels
    loss = "sparse_categorical_crossentropy"
    return article_curve(digits.article_network, loss, *data, epochs=5, seed=seed, limit=limit)


def mnist_recipe(mnist, seed, limit=None):
    """The recipe for digits: test accuracy over time, with one look at each image and with five."""
    digits = lesson.load("mnist_cnn")
    images, test_images = mnist.train_images[..., None], mnist.test_images[..., None]

    def test_accuracy(model):
        found = digits.evaluate_recipe(model, test_images, mnist.test_labels)
        return {"test_accuracy": found["accuracy"], "five_looks": found["accuracy_of_five_looks"]}

    at = parts_of(digits.RECIPE["epochs"] * (len(images) // digits.BATCH_SIZE), 10)
    curve = Curve(test_accuracy, at=at, limit=limit)
    digits.train_recipe(images, mnist.train_labels, [curve], seed=seed)
    return curve.rows


def mnist_variants(mnist, seed, limit=None):
    """The recipe for digits with one thing changed: accuracy on the last 10,000 training images, which it has not seen.

    Also on these images moved by four pixels. Without the seconds: the lesson compares equal numbers of steps.
    """
    digits, rows = lesson.load("mnist_cnn"), []
    images, labels = mnist.train_images[..., None], mnist.train_labels
    keep = len(images) // 6
    valid_images, valid_labels = images[-keep:], labels[-keep:]

    def valid_accuracy(model):
        found = digits.evaluate_recipe(model, valid_images, valid_labels)
        moved = digits.evaluate_recipe(model, digits.moved_right(valid_images, 4), valid_labels)
        names = {"accuracy": found["accuracy"], "five_looks": found["accuracy_of_five_looks"]}
        return names | {"accuracy_moved": moved["accuracy"]}

    for variant, changes in digits.VARIANTS if limit is None else digits.VARIANTS[:2]:
        curve = Curve(valid_accuracy, at=set(), limit=limit)
        digits.train_recipe(images[:-keep], labels[:-keep], [curve], seed=seed, **changes)
        peak_rate = (digits.RECIPE | changes)["peak_rate"]
        found = {name: value for name, value in curve.rows[-1].items() if name != "seconds"}
        rows.append({"variant": variant, "peak_rate": peak_rate} | found)
        print(rows[-1], flush=True)
    return rows


def cifar10_article(cifar10, seed, limit=None):
    """The program of article 000 §5.2, ten epochs."""
    colors = lesson.load("cifar10_cnn")
    data = cifar10.train_images, cifar10.train_labels, cifar10.test_images, cifar10.test_labels
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return article_curve(colors.article_network, loss, *data, epochs=10, seed=seed, limit=limit)


def cifar10_layers(_, seed, limit=None):
    """Milliseconds of a training step of 128 images: Keras's layers without XLA and with it, the course's with it."""
    colors, steps = lesson.load("cifar10_cnn"), {}
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    images, labels = rng.integers(0, 256, (128, 32, 32, 3), np.uint8), rng.integers(0, 10, 128)
    both = {"MaxPooling2D", "BatchNormalization"}
    ways = {"Keras's": both, "the course's pooling": {"BatchNormalization"}, "the course's": set()}
    for network in (colors.article_network(), colors.network(colors.RECIPE)):
        for layers, xla in (("Keras's", False), *((layers, True) for layers in ways)):

            def copied(layer, stock=ways[layers]):
                name = type(layer).__name__
                return (getattr(keras.layers, name) if name in stock else type(layer)).from_config(layer.get_config())

            model = keras.models.clone_model(network, clone_function=copied)
            model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=xla)
            steps[network.name, layers, xla] = lambda model=model: model.train_on_batch(images, labels)
    seconds = timing.median_seconds(steps, rounds=limit or 50, warm_up=3)
    return [
        {"network": name, "layers": layers, "xla": xla, "milliseconds": round(1_000 * seconds[name, layers, xla], 1)}
        for name, layers, xla in steps
    ]


def cifar10_speed(cifar10, seed, limit=None):
    """Milliseconds of a training step, waiting for its batch included, for each rung of the ladder and each variant."""
    colors, steps = lesson.load("cifar10_cnn"), {}
    names = ["the article's program", *(name for name, _ in colors.LADDER), *(name for name, _ in colors.VARIANTS)]
    settings = [*colors.RUNGS, *(colors.RECIPE | changes for _, changes in colors.VARIANTS)]
    data = cifar10.train_images[:5_000], cifar10.train_labels[:5_000]
    for name, setting in zip(names, settings, strict=True):
        model, batches = colors.prepare(*data, setting, seed=seed, steps=10_000)
        batch = iter(batches)
        steps[name] = lambda model=model, batch=batch: model.train_on_batch(*next(batch))
    seconds = timing.median_seconds(steps, rounds=limit or 25, warm_up=limit or 3)
    return [{"setting": name, "milliseconds": round(1_000 * seconds[name], 1)} for name in steps]


def settings_compared(cifar10, named, seed, limit):
    """Train the recipe for color images with other settings, each as long as its epochs of the recipe would take.

    `named` are pairs of a name in `cifar10_speed`, by which the steps are computed, and changes. Trained on nine tenths
    of the training images; a row has the accuracy on the other tenth, with one look and two, and on as many of the
    training images as they are.
    """
    colors, rows = lesson.load("cifar10_cnn"), []
    keep = len(cifar10.train_images) // 10
    images, labels = cifar10.train_images[:-keep], cifar10.train_labels[:-keep]
    valid_images, valid_labels = cifar10.train_images[-keep:], cifar10.train_labels[-keep:]
    milliseconds = results.read("cifar10_speed").groupby("setting").milliseconds.mean()
    epoch_time = len(images) // colors.RECIPE["batch_size"] * milliseconds[colors.LADDER[-1][0]]

    def accuracies(model):
        found = colors.evaluate_recipe(model, valid_images, valid_labels)
        train = evaluation.accuracy(model, images[:keep], labels[:keep])
        names = {"validation_accuracy": found["accuracy"], "two_looks": found["accuracy_of_two_looks"]}
        return names | {"train_accuracy": train["accuracy"]}

    for name, changes in named if limit is None else named[-2:]:
        settings = colors.RECIPE | changes
        steps = 2 * settings["epochs"] if limit else round(settings["epochs"] * epoch_time / milliseconds[name])
        curve = Curve(accuracies, at=set(), limit=limit)
        colors.train_recipe(images, labels, [curve], seed=seed, steps=steps, **changes)
        found = {column: value for column, value in curve.rows[-1].items() if column != "seconds"}
        rows.append({"setting": name, "peak_rate": settings["peak_rate"], "epochs": settings["epochs"]} | found)
        print(rows[-1], flush=True)
    return rows


def cifar10_ladder(cifar10, seed, limit=None):
    """From the article's program for color images to the recipe, one change at a time, each trained equally long."""
    colors = lesson.load("cifar10_cnn")
    names = ["the article's program", *(name for name, _ in colors.LADDER)]
    return settings_compared(cifar10, list(zip(names, colors.RUNGS, strict=True)), seed, limit)


def cifar10_variants(cifar10, seed, limit=None):
    """The recipe for color images with one thing changed, each trained equally long."""
    return settings_compared(cifar10, lesson.load("cifar10_cnn").VARIANTS, seed, limit)


def cifar10_recipe(cifar10, seed, limit=None):
    """The recipe for color images: test accuracy over time, with one look at each image and with two."""
    colors = lesson.load("cifar10_cnn")

    def test_accuracy(model):
        found = colors.evaluate_recipe(model, cifar10.test_images, cifar10.test_labels)
        return {"test_accuracy": found["accuracy"], "two_looks": found["accuracy_of_two_looks"]}

    steps = colors.RECIPE["epochs"] * (len(cifar10.train_images) // colors.RECIPE["batch_size"])
    curve = Curve(test_accuracy, at=parts_of(steps, 8), limit=limit)
    colors.train_recipe(cifar10.train_images, cifar10.train_labels, [curve], seed=seed)
    return curve.rows


def held_out(cifar10):
    """Return training images and labels without the last tenth, and that tenth."""
    keep = len(cifar10.train_images) // 10
    fit = cifar10.train_images[:-keep], cifar10.train_labels[:-keep]
    return fit, (cifar10.train_images[-keep:], cifar10.train_labels[-keep:])


def cifar10_depth(cifar10, seed, limit=None):
    """Networks of 8, 20 and 44 layers with and without addition: training loss in each tenth of 600 steps."""
    architectures, rows, steps = lesson.load("cnn_architectures"), [], limit * 10 if limit else 600
    fit, valid = held_out(cifar10)
    for depth in (8, 20, 44) if limit is None else (8,):
        for add in (False, True):
            for peak_rate in (0.1, 0.03):
                setting = {"depth": depth, "add": add, "peak_rate": peak_rate}
                model = architectures.train_deep(*fit, **setting, steps=steps, seed=seed)
                losses = {f"loss_{part}": round(loss, 4) for part, loss in enumerate(model.history.history["loss"], 1)}
                found = evaluation.accuracy(model, *valid)["accuracy"]
                rows.append(setting | losses | {"validation_accuracy": found})
                print(rows[-1], flush=True)
    return rows


def cifar10_architectures(cifar10, seed, limit=None):
    """Each architecture at two peak rates, trained for an equal number of steps."""
    architectures, rows, steps = lesson.load("cnn_architectures"), [], 600
    fit, valid = held_out(cifar10)
    parts = {"validation_accuracy": valid, "test_accuracy": (cifar10.test_images, cifar10.test_labels)}

    def accuracies(model):
        return {name: evaluation.accuracy(model, *part)["accuracy"] for name, part in parts.items()}

    for name in architectures.ARCHITECTURES if limit is None else ("LeNet", "VGG"):
        for peak_rate in (0.1, 0.03):
            curve = Curve(accuracies, at={steps}, limit=limit)
            setting = {"steps": steps, "peak_rate": peak_rate, "seed": seed}
            model = architectures.train_architecture(name, *fit, [curve], **setting)
            named = {"architecture": name, "peak_rate": peak_rate, "parameters": model.count_params()}
            rows.append(named | curve.rows[-1])
    return rows


def shakespeare_recipe(shakespeare, seed, limit=None):
    """The character model: accuracy and perplexity on the validation characters after each part of the training."""
    text = lesson.load("rnn_text")
    characters, ids = text.character_ids(shakespeare.text)
    train_ids, valid_ids, _ = text.split(ids)

    def evaluate(model):
        found = text.evaluate_text(model, valid_ids)
        return {"accuracy": round(found["accuracy"], 4), "perplexity": round(found["perplexity"], 3)}

    curve = Curve(evaluate, at=parts_of(text.STEPS, text.PARTS), limit=limit)
    text.train_text(train_ids, valid_ids[:1_001], len(characters), [curve], seed=seed)
    return curve.rows


def shakespeare_layers(shakespeare, seed, limit=None):
    """Three recurrent layers at two peak rates, trained for half the steps of the character model: validation."""
    text, rows = lesson.load("rnn_text"), []
    characters, ids = text.character_ids(shakespeare.text)
    train_ids, valid_ids, _ = text.split(ids)

    def evaluate(model):
        found = text.evaluate_text(model, valid_ids)
        return {"accuracy": round(found["accuracy"], 4), "perplexity": round(found["perplexity"], 3)}

    recurrent = {"GRU": GRU, "LSTM": keras.layers.LSTM, "SimpleRNN": keras.layers.SimpleRNN}
    for name in recurrent if limit is None else ("GRU",):
        for peak_rate in (0.01, 0.003):
            curve = Curve(evaluate, at=set(), limit=limit)
            options = {"layer": recurrent[name], "peak_rate": peak_rate, "steps": text.STEPS // 2, "seed": seed}
            model = text.train_text(train_ids, valid_ids[:1_001], len(characters), [curve], **options)
            named = {"layer": name, "peak_rate": peak_rate, "parameters": model.count_params()}
            rows.append(named | curve.rows[-1])
    return rows


def recall_layers(_, seed, limit=None):
    """The test of memory: accuracy and gradient by distance, for three recurrent layers; SimpleRNN at four rates."""
    text, rows = lesson.load("rnn_text"), []
    symbols, firsts = text.recall_data(1000, np.random.default_rng(2))
    settings = [(keras.layers.SimpleRNN, peak_rate, 900) for peak_rate in (0.01, 0.005, 0.003, 0.001)]
    settings += [(keras.layers.SimpleRNN, 0.003, 2700), (keras.layers.LSTM, 0.01, 900), (keras.layers.GRU, 0.01, 900)]
    for layer, peak_rate, steps in settings if limit is None else settings[:1]:
        model = text.train_recall(layer, peak_rate=peak_rate, steps=limit or steps, seed=seed)
        accuracies = text.accuracy_by_distance(model, symbols, firsts)
        norms = text.gradient_by_distance(model, symbols[:100], firsts[:100, 0])
        for distance in (0, 1, 2, 3, 5, 8, 12, 20, 30, 40, 50, 59):
            found = {"accuracy": round(accuracies[distance], 4), "gradient": float(f"{norms[distance]:.3g}")}
            rows.append({"layer": layer.__name__, "peak_rate": peak_rate, "steps": steps, "distance": distance} | found)
        print(rows[-1], flush=True)
    return rows


def shakespeare_speed(_, seed, limit=None):
    """Characters a second in a training step of the character model: Keras's GRU and the lesson's, XLA off and on."""
    text, size = lesson.load("rnn_text"), 65
    keras.utils.set_random_seed(seed)
    ids = np.random.default_rng(seed).integers(0, size, (text.BATCH_SIZE, text.LENGTH), dtype=np.int32)
    steps = {}
    for name, layer, xla in (
        ("Keras's GRU, XLA off", keras.layers.GRU, False),
        ("Keras's GRU, XLA on", keras.layers.GRU, True),
        ("this GRU, XLA on", GRU, True),
    ):
        network = text.text_network(layer, size, text.UNITS)
        network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=xla)
        steps[name] = lambda network=network: network.train_on_batch(ids, ids)
    seconds = timing.median_seconds(steps, rounds=limit or 100, warm_up=3)
    return [{"variant": name, "characters_per_second": round(ids.size / seconds[name])} for name in steps]


def gan_ring(_, seed, limit=None):
    """Eight groups on a ring, three rates of the discriminator, without and with the penalty: groups that are found.

    A group is found if at least 2% of the samples lie within 0.25 of its center; `on_groups` is the share of all
    samples that lie within 0.25 of some center.
    """
    gans, rows = lesson.load("gan"), []
    noise = np.random.default_rng(seed + 100).standard_normal((2_000, 8))
    for rate in (1e-4, 3e-4, 1e-3) if limit is None else (1e-3,):
        for penalty in (0.0, 3.0):
            for steps in (2_000, 10_000) if limit is None else (limit,):
                options = {"discriminator_rate": rate, "play": gans.player(penalty), "steps": steps}
                gan = gans.train_ring(**options, seed=seed)
                shares = gans.shares(np.array(gan.generator(noise)))
                setting = {"discriminator_rate": rate, "penalty": penalty, "step": steps}
                found = {"groups": int((shares >= 0.02).sum()), "on_groups": round(float(shares.sum()), 3)}
                rows.append(setting | found)
                print(rows[-1], flush=True)
    return rows


def mnist_gan(mnist, seed, limit=None):
    """The GAN with and without the gradient penalty, its samples measured as in the lesson, with three rulers."""
    gans, rows = lesson.load("gan"), []
    count = len(mnist.test_images)
    rulers = [
        gans.train_ruler(mnist.train_images, mnist.train_labels, mnist.test_images, seed=number) for number in range(3)
    ]
    noise = np.random.default_rng(seed + 3).standard_normal((count, gans.NOISE_SIZE)).astype(np.float32)
    for penalty in (1.0, 0.0):
        curve = Curve(lambda _: {}, at=set(), limit=limit)
        gan = gans.train_digits(mnist.train_images, [curve], penalty=penalty, seed=seed)
        samples = gans.draw(gan.generator, noise)
        found = [gans.evaluate_digits(samples, ruler) for ruler in rulers]
        names = "distance", "smallest_share", "confidence"
        measured = {name: round(found[0][name], 5) for name in names}
        parts = {f"part_of_the_way_{number}": round(one["part_of_the_way"], 6) for number, one in enumerate(found)}
        rows.append({"penalty": penalty} | curve.rows[-1] | measured | parts)
        print(rows[-1], flush=True)
    return rows


def mnist_gan_speed(_, seed, limit=None):
    """Real images a second in a training step of both players, with and without the penalty, XLA off and on."""
    gans, steps = lesson.load("gan"), {}
    keras.utils.set_random_seed(seed)
    images = tf.random.uniform((gans.BATCH_SIZE, 28, 28), seed=seed)
    for penalty in (0.0, 1.0):
        for xla in (False, True):
            networks = gans.digit_generator(), gans.digit_discriminator()
            options = {"noise_size": gans.NOISE_SIZE, "play": gans.player(penalty)}
            gan = gans.GAN(*networks, gans.non_saturating, 1e-3, **options)
            gan.compile(keras.optimizers.Adam(2e-3, beta_1=0.5), jit_compile=xla)
            step = tf.function(gan.train_step, jit_compile=xla)
            steps[penalty, xla] = lambda step=step: float(step(images)["loss"])
    seconds = timing.median_seconds(steps, rounds=limit or 100, warm_up=3)
    return [
        {"penalty": penalty, "xla": xla, "images_per_second": round(gans.BATCH_SIZE / seconds[penalty, xla])}
        for penalty, xla in steps
    ]


def number_norms(_, seed, limit=None):
    """Numbers with four layers of each kind, pre-norm and post-norm, two rates, with and without a warm-up."""
    lesson_code, rows = lesson.load("transformer"), []
    train_numbers, test_numbers = lesson_code.draw_numbers()
    networks = {"pre-norm": lesson_code.Transformer, "post-norm": lesson_code.PostNormTransformer}
    settings = [(norm, rate, warm_up) for norm in networks for rate in (1e-3, 4e-3) for warm_up in (0.0, 0.1)]
    for norm, rate, warm_up in settings if limit is None else settings[:1]:
        curve = Curve(lambda _: {}, at=set(), limit=limit)
        options = {"network": networks[norm], "layers": 4, "rate": rate, "warm_up": warm_up, "steps": 200}
        model = lesson_code.train_numbers(train_numbers, [curve], **options, seed=seed)
        found = lesson_code.evaluate_numbers(model, test_numbers)
        measured = {name: round(found[name], 4) for name in ("token_accuracy", "right")}
        rows.append({"norm": norm, "rate": rate, "warm_up": warm_up, "step": curve.rows[-1]["step"]} | measured)
        print(rows[-1], flush=True)
    return rows


def translation(english_spanish, seed, limit=None):
    """The translator of the lesson, with a random first embedding, and with a lower rate: BLEU at the end."""
    spanish = lesson.load("translation")
    train_pairs, *parts = spanish.split(english_spanish.pairs, spanish.SENTENCES)
    valid, test = (part[: limit and 4 * limit] for part in parts)
    subwords = spanish.learn_subwords(train_pairs)
    variants = {"lesson": {}, "random start": {"counted": False}, "rate 4e-3": {"rate": 4e-3}}

    def evaluate(model):
        on_valid = spanish.evaluate_translation(model, subwords, valid)["bleu"]
        on_test = spanish.evaluate_translation(model, subwords, test)
        groups = greedy_by_length(spanish, subwords, test, lambda texts: spanish.translate(model, subwords, texts, 1))
        scores = {"valid_bleu": on_valid, "bleu": on_test["bleu"], "bleu_one_reference": on_test["bleu_one_reference"]}
        return {name: round(score, 2) for name, score in (scores | groups).items()}

    rows = []
    for variant, options in variants.items():
        curve = Curve(evaluate, at=set(), limit=limit)
        spanish.train_translation(train_pairs, subwords, [curve], **options, seed=seed)
        rows.append({"variant": variant} | curve.rows[-1])
    return rows


def greedy_by_length(spanish, subwords, sentences, translate) -> dict[str, float]:
    """Return the BLEU of `translate(texts)` for sentences of 1 to 4, 5 to 7, and more English words."""
    translations, found = translate([english for english, _ in sentences]), {}
    words = np.array([len(english.split()) for english, _ in sentences])
    for name, group in (("short", words <= 4), ("middle", (words > 4) & (words <= 7)), ("long", words > 7)):
        rows = np.flatnonzero(group)
        if len(rows):
            score = spanish.bleu([translations[row] for row in rows], [sentences[row] for row in rows]).score
            found[f"greedy_{name}"] = score
    return found


def translation_recurrent(english_spanish, seed, limit=None):
    """The same training for two GRUs, with one state between them and with attention: greedy BLEU by length.

    Their rate is the best of 2e-3, 4e-3 and 8e-3 (with attention, by the training loss after 800 steps).
    """
    spanish, transformer = lesson.load("translation"), lesson.load("transformer")
    train_pairs, _, test = spanish.split(english_spanish.pairs, spanish.SENTENCES)
    test, subwords = test[: limit and 4 * limit], spanish.learn_subwords(train_pairs)

    def evaluate(model):
        def translate(texts):
            found = []
            for row in range(0, len(texts), 50):
                source = transformer.padded(subwords.encode(texts[row : row + 50]), spanish.LONGEST)
                found += transformer.until_end(transformer.greedy(model, tf.constant(source), spanish.LENGTH))
            return subwords.decode(found)

        groups = greedy_by_length(spanish, subwords, test, translate)
        return {"weights": model.count_params()} | {name: round(score, 2) for name, score in groups.items()}

    rows = []
    for variant, attention in (("one state", False), ("attention", True)):
        curve = Curve(evaluate, at=set(), limit=limit)
        options = {"network": lambda tokens, attention=attention: spanish.Recurrent(tokens, attention), "rate": 4e-3}
        spanish.train_translation(train_pairs, subwords, [curve], **options, seed=seed)
        rows.append({"variant": variant} | curve.rows[-1])
    return rows


def translation_speed(_, seed, limit=None):
    """Target tokens a second, none of them padding, in a training step of the translator, XLA off and on."""
    spanish, transformer = lesson.load("translation"), lesson.load("transformer")
    steps, tokens = {}, {}
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    for length in spanish.BUCKETS:
        shapes = [(spanish.TOKENS_IN_BATCH // length, n) for n in (length, length + 1)]
        source, target = (rng.integers(4, spanish.VOCABULARY, shape, dtype=np.int32) for shape in shapes)
        batch = transformer.shift(source, target)
        for xla in (False, True):
            model = spanish.translator(spanish.VOCABULARY)
            model.compile("adam", transformer.smoothed_loss, jit_compile=xla)
            steps[length, xla] = lambda model=model, batch=batch: model.train_on_batch(*batch)
            tokens[length, xla] = shapes[0][0] * length
    seconds = timing.median_seconds(steps, rounds=limit or 100, warm_up=3)
    return [
        {"length": length, "xla": xla, "tokens_per_second": round(tokens[length, xla] / seconds[length, xla])}
        for length, xla in steps
    ]


def gpt_recipe(shakespeare, seed, limit=None):
    """The GPT, and the GRU of the lesson on text trained for the same time: nats on the last tenth of the characters.

    The seconds of the GPT's training set the GRU's steps, by the time of the second hundred steps of a trial.
    """
    gpts, text = lesson.load("gpt"), lesson.load("rnn_text")
    characters, ids = text.character_ids(shakespeare.text)
    train_ids, valid_ids, test_ids = gpts.split(ids)
    train_ids, size = np.concatenate([train_ids, valid_ids]), len(characters)
    tested = np.concatenate([train_ids[-gpts.CONTEXT // 2 - 1 :], test_ids])[: limit and 2_000]

    def evaluate(model):
        if isinstance(model, gpts.GPT):
            found = gpts.evaluate_gpt(model, tested)
            return {name: round(found[name], 4) for name in ("nats", "nats_all_places")}
        nats = round(float(np.log(text.evaluate_text(model, tested)["perplexity"])), 4)
        return {"nats": nats, "nats_all_places": nats}

    def train_gru(curve, steps):
        return text.train_text(train_ids, valid_ids[:1_001], size, [curve], steps=steps, seed=seed)

    gpt_curve = Curve(evaluate, at=parts_of(gpts.STEPS, 10), limit=limit)
    model = gpts.train_gpt(train_ids, lambda: gpts.gpt(size), [gpt_curve], seed=seed)
    half = 1 if limit else 100
    trial = Curve(lambda _: {}, at={half, 2 * half}, limit=2 * half)
    train_gru(trial, text.STEPS)
    first, second = (row["seconds"] for row in trial.rows[:2])
    step = max(second - first, 0.01) / half
    steps = round((gpt_curve.rows[-1]["seconds"] - first + half * step) / step / text.PARTS) * text.PARTS
    gru_curve = Curve(evaluate, at=parts_of(steps, text.PARTS), limit=limit)
    recurrent = train_gru(gru_curve, steps)
    gpt_rows = [{"variant": "GPT", "weights": model.count_params()} | row for row in gpt_curve.rows]
    return gpt_rows + [{"variant": "GRU", "weights": recurrent.count_params()} | row for row in gru_curve.rows]


def gpt_changes(shakespeare, seed, limit=None):
    """Each form of the GPT at two rates, trained for the same time: nats on the validation characters.

    The steps are as many as 25 seconds hold, by the median time of a step of each form, measured in turns before.
    """
    gpts, text = lesson.load("gpt"), lesson.load("rnn_text")
    characters, ids = text.character_ids(shakespeare.text)
    train_ids, valid_ids, _ = gpts.split(ids)
    batch = next(iter(gpts.window_batches(train_ids, gpts.CONTEXT, gpts.BATCH_SIZE, seed=0)))
    variants, ways, rows = gpts.variants(len(characters)), {}, []
    for name in variants if limit is None else ("GPT-2",):
        build, optimizer, _ = variants[name]
        model = build()
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer(1e-3), loss, jit_compile=True)
        ways[name] = lambda model=model: model.train_on_batch(*batch)
    seconds = timing.median_seconds(ways, rounds=limit or 30, warm_up=2)

    def evaluate(model):
        return {"valid_nats": round(gpts.evaluate_gpt(model, valid_ids[: limit and 2_000])["nats"], 4)}

    for name in ways:
        build, optimizer, rates = variants[name]
        steps = max(10, round(25 / seconds[name], -1))
        for rate in rates if limit is None else rates[:1]:
            curve = Curve(evaluate, at=set(), limit=limit)
            options = {"optimizer": optimizer, "rate": rate, "steps": int(steps), "seed": seed}
            model = gpts.train_gpt(train_ids, build, [curve], **options)
            rows.append({"variant": name, "rate": rate, "weights": model.count_params()} | curve.rows[-1])
            print(rows[-1], flush=True)
    return rows


def gpt_scaling(shakespeare, seed, limit=None):
    """Four sizes of the GPT on three amounts of text, and a larger one on more: nats on the validation characters."""
    gpts, text, rows = lesson.load("gpt"), lesson.load("rnn_text"), []
    characters, ids = text.character_ids(shakespeare.text)
    train_ids, valid_ids, _ = gpts.split(ids)
    valid_ids, seen_ids = valid_ids[: limit and 2_000], train_ids[-len(valid_ids) :][: limit and 2_000]
    sizes = ((32, 2), (64, 2), (96, 3), (128, 3))
    grid = [("grid", width, layers, steps) for width, layers in sizes for steps in (150, 450, 1350)]

    def evaluate(model):
        parts = {"valid_nats": valid_ids, "train_nats": seen_ids}
        return {name: round(gpts.evaluate_gpt(model, part)["nats"], 4) for name, part in parts.items()}

    for part, width, layers, steps in [*grid, ("larger", 160, 3, 2000)] if limit is None else grid[:1]:
        curve, heads = Curve(evaluate, at=set(), limit=limit), width // 32
        shape = {"size": width, "heads": heads, "groups": heads if heads % 2 else heads // 2, "layers": layers}
        model = gpts.train_gpt(
            train_ids, lambda shape=shape: gpts.GPT(len(characters), **shape), [curve], steps=steps, seed=seed
        )
        per_character = model.count_params() + 2 * layers * gpts.CONTEXT * width
        operations = 6 * curve.rows[-1]["step"] * gpts.BATCH_SIZE * gpts.CONTEXT * per_character
        named = {"part": part, "width": width, "layers": layers, "weights": model.count_params()}
        rows.append(named | {"operations": operations} | curve.rows[-1])
        print(rows[-1], flush=True)
    return rows


def smollm2_examples(datasets, seed, limit=None):
    """SmolLM2 and 200 film sentences after 0 to 8 examples with their labels or random ones; TF-IDF on the same."""
    lm, rows = lesson.load("language_model"), []
    file, ratings = datasets
    fields, tensors = lm.read_gguf(file.path)
    model, tokenizer = lm.language_model(fields, tensors), lm.tokenizer_of(fields)
    films, test = lm.film_sentences(ratings.table, tokenizer)
    test = test.groupby("label").head(limit or 100)
    ids, labels = lm.prompts(tokenizer, test.text)[0], test.label.to_numpy()
    examples, rng = lm.draw_examples(films, 8, seed=seed), np.random.default_rng(seed)
    random = [(text, int(rng.integers(2))) for text, _ in examples]

    def row(count, shown, scores, without_text):
        found = lm.judged(ids, scores, labels)
        calibrated = float(np.mean((scores > without_text) == labels))
        names = {"count": count, "labels": shown, "accuracy": found["accuracy"], "calibrated": calibrated}
        return names | {"area": round(found["area"], 4), "positive": float(np.mean(scores > 0))}

    for count in (0, 1, 2, 4, 8):
        for shown, pairs in {"true": examples, "random": random}.items() if count else (("true", []),):
            scores = lm.scores_after(model, tokenizer, pairs[:count], [*test.text, "N/A"])
            rows.append(row(count, shown, scores[:-1], scores[-1]))
            print(rows[-1], flush=True)
        if count > 1:
            rows.append(row(count, "TF-IDF", lm.tf_idf_scores(examples[:count], test.text), 0.0))
    return rows


def smollm2_sentiment(datasets, seed, limit=None):
    """LoRA for 40 steps of 8 film sentences against what else 320 labels can do; bits per byte before and after."""
    lm, rows = lesson.load("language_model"), []
    file, ratings, shakespeare = datasets
    fields, tensors = lm.read_gguf(file.path)
    model, tokenizer = lm.language_model(fields, tensors), lm.tokenizer_of(fields)
    films, test = lm.film_sentences(ratings.table, tokenizer)
    test = test.groupby("label").head(limit or 100)
    texts = {"story": (lm.STORY_START, lm.STORY), "shakespeare": lm.last_tenth(shakespeare.text, limit or 5_000)}

    def bits(*change):
        return {
            f"{name}_bits": round(lm.bits_per_byte(model, tokenizer, *parts, *change), 4)
            for name, parts in texts.items()
        }

    states = tf.function(lambda *batch: tf.gather(lm.hidden_states(model, batch[0]), batch[1], batch_dims=1))
    states = tf.function(states, jit_compile=True)

    def at_last_place(table):
        ids, places = lm.prompts(tokenizer, table.text)
        parts = [slice(start, start + 10) for start in range(0, len(ids), 10)]
        return np.concatenate([states(tf.constant(ids[part]), tf.constant(places[part])) for part in parts])

    def zero_shot(table):
        def logits_for(ids, places):
            return lm.logits_at(model, ids, places)

        return lm.label_scores(tokenizer, *lm.prompts(tokenizer, table.text), logits_for)

    def row(method, scores, bits):
        found = lm.judged(lm.prompts(tokenizer, test.text)[0], scores, test.label)
        return {"method": method, "accuracy": found["accuracy"], "area": round(found["area"], 4)} | bits

    before = bits()
    adapters, _, chosen = lm.train_lora(model, tokenizer, films, seed=seed, steps=10 if limit else lm.STEPS)
    scores, labels = zero_shot(test), chosen.label.to_numpy()
    rows.append(row("as it is", scores, before))
    on_training = zero_shot(chosen)
    right = [np.mean((on_training > threshold) == labels) for threshold in on_training]
    rows.append(row("threshold", scores - on_training[np.argmax(right)], before))
    pairs = list(zip(chosen.text, chosen.label, strict=True))
    rows.append(row("TF-IDF", lm.tf_idf_scores(pairs, test.text), before))
    scaler, probe = preprocessing.StandardScaler(), linear_model.LogisticRegression(C=0.01, max_iter=1000)
    probe.fit(scaler.fit_transform(at_last_place(chosen)), labels)
    rows.append(row("probe", probe.decision_function(scaler.transform(at_last_place(test))), before))
    found = lm.evaluate_lora(model, tokenizer, adapters, test)
    after = {"method": "LoRA", "accuracy": found["accuracy"], "area": round(found["area"], 4)}
    rows.append(after | bits(lm.adapted, adapters))
    everything = list(zip(films.text, films.label, strict=True))
    rows.append(row("TF-IDF, all sentences", lm.tf_idf_scores(everything, test.text), before))
    return rows


def smollm2_bits(datasets, seed, limit=None):
    """Bits per byte of Shakespeare's last tenth and of a new story: SmolLM2, and the GPT and counter of 10."""
    lm, gpt, recurrent = lesson.load("language_model"), lesson.load("gpt"), lesson.load("rnn_text")
    file, shakespeare = datasets
    characters, ids = recurrent.character_ids(shakespeare.text)
    fields, tensors = lm.read_gguf(file.path)
    model, tokenizer = lm.language_model(fields, tensors), lm.tokenizer_of(fields)
    texts = {"story": (lm.STORY_START, lm.STORY), "shakespeare": lm.last_tenth(shakespeare.text, 5_000)}
    nine_tenths = np.concatenate(gpt.split(ids)[:2])
    steps = {"steps": limit * 10} if limit else {}
    network = gpt.train_gpt(nine_tenths, lambda: gpt.gpt(len(characters)), seed=seed, **steps)
    tables = recurrent.kneser_ney(nine_tenths, 6, len(characters))
    rows = []
    for name, (before, text) in texts.items():
        known = "".join(character if character in characters else " " for character in before + text)
        numbers = np.searchsorted(characters, list(known)).astype(np.int32)
        first = len(before)
        windows = numbers[first - gpt.CONTEXT // 2 - 1 :]
        losses = gpt.window_losses(network, windows, gpt.CONTEXT)[1][:, gpt.CONTEXT // 2 :]
        chances = recurrent.after_contexts(tables, numbers[first - 6 :], len(characters))
        counted = -np.log(chances[np.arange(len(text)), numbers[first:]])
        found = {
            "SmolLM2": lm.bits_per_byte(model, tokenizer, before, text),
            "GPT": float(losses.mean() / np.log(2)),
            "counter": float(counted.mean() / np.log(2)),
        }
        rows += [{"model": key, "text": name, "bits_per_byte": round(value, 4)} for key, value in found.items()]
    return rows


def smollm2_speed(file, seed, limit=None):
    """Seconds a token of SmolLM2, with kernels as they are stored and expanded, and of reading as many bytes."""
    lm, rows = lesson.load("language_model"), []
    fields, tensors = lm.read_gguf(file.path)
    model, tokenizer = lm.language_model(fields, tensors), lm.tokenizer_of(fields)
    ids = tokenizer.encode(lm.turn("What is gradient descent?")).ids

    class Expanded(lm.LanguageModel):  # its stacks are kernels in float32, (layers, n, m)
        def kernels(self, i):
            return [tf.transpose(stack[i]) for stack in self.stacks]

    expanded = Expanded(*model)._replace(stacks=[lm.dequantize(*stack) for stack in model.stacks])
    memory = tf.random.normal((64 if limit else 128, 1024, 1024))
    total = tf.function(tf.reduce_sum, jit_compile=True)
    count = limit or 64
    seeds = np.stack([np.zeros(count), np.arange(count)], axis=1).astype(np.int32)

    def write(model):
        logits, cache = lm.read(model, ids, 0, lm.empty_cache(model, 256))
        start = time.perf_counter()
        at = tf.constant(len(ids)), cache, seeds, tf.constant(1e-4), tf.constant(-1)
        lm.write(model, logits, *at)[0].numpy()
        return (time.perf_counter() - start) / count

    def read():
        start = time.perf_counter()
        total(memory).numpy()
        return time.perf_counter() - start

    ways = {"as stored": lambda: write(model), "kernels in float32": lambda: write(expanded), "sum": read}
    embedding = sum(part.numpy().nbytes for part in model.embedding)
    sizes = [embedding + sum(part.numpy().nbytes for stack in model.stacks for part in stack)]
    sizes += [embedding + sum(stack.numpy().nbytes for stack in expanded.stacks), memory.numpy().nbytes]
    for round_number in range((limit or 7) + 1):
        for (name, way), size in zip(ways.items(), sizes, strict=True):
            seconds = way()
            if round_number:  # the first one compiles
                rows.append({"way": name, "round": round_number, "bytes": size, "seconds": round(seconds, 5)})
    return rows


def smollm2_compile(file, seed, limit=None):
    """Seconds to compile some layers of SmolLM2 as a loop and unrolled, and the milliseconds of a run."""
    lm, rows = lesson.load("language_model"), []
    model = lm.language_model(*lm.read_gguf(file.path))
    ids = tf.constant(np.arange(16, dtype=np.int32)[None])
    for layers in (4,) if limit else (5, 10, 20, 30):
        stacks = [[part[:layers] for part in stack] for stack in model.stacks]
        part = model._replace(stacks=stacks, scales=[scale[:layers] for scale in model.scales])
        for unroll in (False, True):
            run = tf.function(functools.partial(lm.hidden_states, unroll=unroll), jit_compile=True)
            start = time.perf_counter()
            run(part, ids).numpy()
            seconds = time.perf_counter() - start
            again = timing.median_seconds({"run": functools.partial(run, part, ids)}, rounds=limit or 9)["run"]
            rows.append({"layers": layers, "unrolled": unroll, "seconds": round(seconds - again, 2)})
            rows[-1]["milliseconds"] = round(1000 * again, 1)
    return rows


def bert_masking(tatoeba, seed, limit=None):
    """The small BERT with other ways to hide words: validation loss of a hidden word and of one in sight, recall@1."""
    bert, translation = lesson.load("bert"), lesson.load("translation")

    class LeftSide(bert.BERT):
        def mask(self, ids):
            return super().mask(ids) & bert.transformer.causal_mask(ids.shape[1])

    pairs, valid, _ = translation.split(tatoeba.pairs, limit or translation.SENTENCES)
    texts, valid_texts = sorted({english for english, _ in pairs}), [english for english, _ in valid]
    tokenizer = bert.learn_wordpieces(texts, bert.PIECES)
    ids, valid_ids = (bert.ids_of(tokenizer, part, bert.LENGTH) for part in (texts, valid_texts))
    hidden, places, words = bert.one_hidden(valid_ids)
    in_sight = valid_ids[np.nonzero(valid_ids > bert.MASK)[0]]
    sides = bert.same_meaning(tatoeba.pairs, limit or 1_000)
    variants = {
        "40%, 80/10/10": {},
        "15%, 80/10/10": {"share": 0.15},
        "40%, all [MASK]": {"recipe": (1.0, 0.0)},
        "left side only": {"network": LeftSide},
        "nothing hidden": {"recipe": (0.0, 0.0)},
    }
    if seed == 0:
        variants["two layers, four times the steps"] = {"layers": 2, "steps": 4 * bert.STEPS}
    rows, steps = [], {"steps": limit * 10} if limit else {}
    for name, options in variants.items():
        model = bert.train_bert(ids, tokenizer.get_vocab_size(), seed=seed, **options | steps)
        vectors_of = bert.vectors_by(model.bert)
        left, right = (bert.encode(vectors_of, tokenizer, side, bert.LENGTH) for side in sides)
        rank = bert.ranks(left @ right.T, np.eye(len(left), dtype=bool))
        found = {"hidden": bert.losses_at(model, hidden, places, words).mean()}
        found |= {"in_sight": bert.losses_at(model, in_sight, places, words).mean(), "recall_at_1": np.mean(rank == 0)}
        rows.append({"variant": name} | {key: round(float(value), 4) for key, value in found.items()})
        print(rows[-1], flush=True)
    return rows


def minilm_sentiment(datasets, seed, limit=None):
    """Film sentences as positive or negative, by 100, 1,000 and all labels: accuracy there, area in other domains.

    What is chosen (the strength of a regression's penalty) is chosen on 1,000 validation sentences. `search` is the
    recall@5 of the search with the vectors that the method uses.
    """
    bert, rows = lesson.load("bert"), []
    file, ratings, questions = datasets
    weights = safetensors.numpy.load_file(file.path)
    minilm = bert.sentence_model(weights)
    pieces = tokenizers.BertWordPieceTokenizer(str(file.vocabulary), lowercase=True)
    table = bert.rated(ratings.table)
    films, valid, test = (part[: limit and 40 * limit] for part in bert.film_parts(table))
    domains = {name: table[table.domain == name] for name in ("tweets", "products", "newspapers")}
    domains = {name: part.sample(20 * limit if limit else 400, random_state=0) for name, part in domains.items()}
    parts = {"films": test} | domains
    passages = dict(list(bert.docstrings().items())[: limit and 20 * limit])
    texts = [f"{name.split('.')[-1]}: {text}" for name, text in passages.items()]
    right = np.array([[name in answers.split() for name in passages] for answers in questions.table.answers])

    def search(model):
        found = bert.evaluate_search(
            bert.meaning_scores(bert.vectors_by(model), pieces, list(questions.table.question), texts), right
        )
        return round(found["recall_at_5"], 4)

    def row(count, method, scores_for, **search):
        scores = {name: scores_for(part.text) for name, part in parts.items()}
        found = {"films": np.mean((scores["films"] > 0) == test.label)}
        found |= {name: metrics.roc_auc_score(part.label, scores[name]) for name, part in domains.items()}
        found = {name: round(float(value), 4) for name, value in found.items()}
        rows.append({"labels": count, "method": method} | found | search)
        print(rows[-1], flush=True)

    def regressions(count, method, inputs_of, labels, **search):
        inputs = inputs_of(films_drawn.text[:count])
        best = max(
            (linear_model.LogisticRegression(C=c, max_iter=2_000).fit(inputs, labels) for c in (1, 10, 100)),
            key=lambda regression: regression.score(inputs_of(valid.text), valid.label),
        )
        row(count, method, lambda texts: best.decision_function(inputs_of(texts)), **search)

    def tuned(count, method, model, labels, steps, **options):
        ids = bert.ids_of(pieces, films_drawn.text[:count], bert.FILM_LENGTH)
        model = bert.train_classifier(model, ids, labels, seed=seed, steps=limit or steps, **options)

        def logits(texts):
            return model.predict(bert.ids_of(pieces, texts, bert.FILM_LENGTH), batch_size=50, verbose=0)

        row(count, method, logits, search=search(model.bert))
        keras.backend.clear_session()

    analyzer, known, vectors_of = SentimentIntensityAnalyzer(), {}, bert.vectors_by(minilm)

    def vectors(texts):
        key = tuple(texts)
        if key not in known:
            known[key] = bert.encode(vectors_of, pieces, list(texts))
        return known[key]

    films_drawn, rng = films.sample(frac=1, random_state=seed), np.random.default_rng(seed)
    before = search(minilm)
    for count, steps in {100: 80, 1_000: 240, len(films): len(films) // 8}.items():
        labels = films_drawn.label.to_numpy()[:count]
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(films_drawn.text[:count])
        regressions(count, "frozen", vectors, labels, search=before)
        regressions(count, "TF-IDF", words.transform, labels)
        tuned(count, "fine-tuned", bert.sentence_model(weights), labels, steps)
        if count == 1_000:
            tuned(count, "last two layers", bert.sentence_model(weights), labels, steps, layers=2)
            tuned(count, "shuffled labels", bert.sentence_model(weights), rng.permutation(labels), steps)
        if count == len(films):
            random = bert.untrained_like(minilm, seed)
            tuned(count, "random weights", random, labels, steps, layers=None, rate=2e-4)
    row(0, "VADER", lambda texts: np.array([analyzer.polarity_scores(text)["compound"] for text in texts]))
    row(0, "majority", lambda texts: np.full(len(texts), 2 * films.label.mean() - 1))
    return rows


def minilm_answers(datasets, seed, limit=None):
    """Questions to SmolLM2 without a passage, with the first one found by meaning, with a right and a random one."""
    bert, lm, rows = lesson.load("bert"), lesson.load("language_model"), []
    file, smollm2, questions = datasets
    minilm = bert.sentence_model(safetensors.numpy.load_file(file.path))
    pieces = tokenizers.BertWordPieceTokenizer(str(file.vocabulary), lowercase=True)
    fields, tensors = lm.read_gguf(smollm2.path)
    model, tokenizer = lm.language_model(fields, tensors), lm.tokenizer_of(fields)
    passages, rng = bert.docstrings(), np.random.default_rng(seed)
    texts, names = [f"{name.split('.')[-1]}: {text}" for name, text in passages.items()], list(passages)
    table, stop = questions.table[::2][:limit], tf.constant(tokenizer.token_to_id("<|im_end|>"))
    scores = bert.meaning_scores(bert.vectors_by(minilm), pieces, list(table.question), texts)
    for question, (number, asked) in zip(scores, table.iterrows(), strict=True):
        answers = asked.answers.split()
        given = {"none": "", "found": names[question.argmax()], "right": answers[0]}
        given["random"] = names[rng.choice([i for i, name in enumerate(names) if name not in answers])]
        for passage, name in given.items():
            text = f"{asked.question}\nWhich function or class of NumPy or Keras do I need?"
            if name:
                text = f"Passage: {texts[names.index(name)][:400]}\n\nQuestion: {text}"
            ids = tokenizer.encode(lm.turn(text) + "It is called `").ids
            logits, cache = lm.read(model, ids, 0, lm.empty_cache(model))
            more = cache, lm.seeds_of(limit or 16, seed=seed), tf.constant(1e-4), stop
            written, n, _ = lm.write(model, logits, tf.constant(len(ids)), *more)
            answer = tokenizer.decode(written[: int(n)].numpy()).split("`")[0]
            said = re.split(r"\W+", answer.split("(")[0])[-1]
            is_right = said in {name.split(".")[-1] for name in answers}
            found = {"number": number, "passage": passage, "name": name, "right": is_right}
            rows.append(found | {"answer": " ".join(answer.split())})
            print(rows[-1], flush=True)
    return rows


def several(call, times):
    """Return a function that calls so many times: what another way left in the caches then counts less."""

    def run():
        for _ in range(times):
            call()

    return run


def fast_steps(_, seed, limit=None):
    """Milliseconds of a training step of the article's network for color images: layers, XLA, precision, batch size.

    Each takes turns with those of the same batch size, and takes 512 images a turn.
    """
    fast, rows = lesson.load("fast_training"), []
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rng = np.random.default_rng(seed)
    for batch in (32, 128, 512) if limit is None else (8,):
        steps, times = {}, limit or 512 // batch
        images, labels = rng.integers(0, 256, (batch, 32, 32, 3), np.uint8), rng.integers(0, 10, batch)
        for (layers, xla), build in fast.ways().items():
            for precision in ("float32", "mixed_bfloat16"):
                keras.utils.set_random_seed(seed)
                keras.config.set_dtype_policy(precision)
                model = build()
                keras.config.set_dtype_policy("float32")
                model.compile("adam", loss, jit_compile=xla)
                step = functools.partial(model.train_on_batch, images, labels)
                steps[layers, xla, precision] = several(step, times)
        seconds = timing.median_seconds(steps, rounds=limit or 20, warm_up=3)
        for way in steps:
            row = dict(zip(("layers", "xla", "precision"), way, strict=True)) | {"batch": batch}
            rows.append(row | {"milliseconds": round(1_000 * seconds[way] / times, 2)})
    return rows


def fast_parts(_, seed, limit=None):
    """Milliseconds of the parts of a step: the forward pass of 128 images, with the gradients, with Adam's changes."""
    fast, steps = lesson.load("fast_training"), {}
    rng, batch = np.random.default_rng(seed), 8 if limit else 128
    images = tf.constant(rng.integers(0, 256, (batch, 32, 32, 3), np.uint8))
    labels = tf.constant(rng.integers(0, 10, batch))
    for (layers, xla), build in fast.ways().items():
        keras.utils.set_random_seed(seed)
        model = build()
        for part, program in fast.programs(model).items():
            compiled = tf.function(program, jit_compile=xla)
            steps[layers, xla, part] = several(lambda compiled=compiled: compiled(images, labels).numpy(), 4)
    seconds = timing.median_seconds(steps, rounds=limit or 20, warm_up=3)
    names = "layers", "xla", "part"
    return [dict(zip(names, way, strict=True)) | {"milliseconds": round(250 * seconds[way], 2)} for way in steps]


def fast_layers(_, seed, limit=None):
    """Milliseconds of single layers and their gradients: Keras's without XLA and with it, the course's with it.

    Of the course's layers whose gradient is written by hand also with TensorFlow's. With the floating-point operations
    and the bytes that a layer cannot do without, and the ceilings of this machine: the product of two matrices, and the
    sum of half a gigabyte. The ways to compute a layer take turns, four times a turn.
    """
    fast, rows = lesson.load("fast_training"), []

    def measure(layer, flops, size, ways):
        seconds = timing.median_seconds({way: several(call, 4) for way, call in ways.items()}, rounds=limit or 20)
        for kind, xla in ways:
            found = {"layer": layer, "kind": kind, "xla": xla, "milliseconds": round(250 * seconds[kind, xla], 3)}
            rows.append(found | {"flops": flops, "bytes": size})

    keras.utils.set_random_seed(seed)
    for name, (stock, ours, shape, flops) in fast.layer_cases(8 if limit else 128).items():
        x, ways = tf.random.stateless_normal(shape, (seed, 0)), {}
        upstream = tf.random.stateless_normal(stock(x, training=True).shape, (seed, 1))
        kinds = [("Keras's", stock, False), ("Keras's", stock, True)] + ([("the course's", ours, True)] if ours else [])
        kinds += [("automatic gradient", ours, True)] if name in ("batch normalization", "GRU", "LSTM") else []
        for kind, layer, xla in kinds:
            if not layer.built:
                layer.build(shape)
            # A concrete function with the layer as an argument would spend over ten milliseconds on that in each call.
            program = tf.function(functools.partial(fast.layer_and_gradients, layer), jit_compile=xla)
            with automatic_gradients() if kind == "automatic gradient" else contextlib.nullcontext():
                program = program.get_concrete_function(x, upstream)
            ways[kind, xla] = lambda program=program, x=x, upstream=upstream: program(x, upstream)[0].numpy()
        measure(name, flops, 4 * (3 * int(tf.size(x)) + 2 * int(tf.size(upstream))), ways)
    size = 64 if limit else 2048
    matrix = tf.random.stateless_normal((size, size), (seed, 0))
    product, total = tf.function(tf.matmul, jit_compile=True), tf.function(tf.reduce_sum, jit_compile=True)
    calls = {True: lambda: product(matrix, matrix).numpy(), False: lambda: tf.matmul(matrix, matrix).numpy()}
    ways = {("ceiling", xla): call for xla, call in calls.items()}
    measure("matrix product", 2 * size**3, 12 * size**2, ways)
    memory = tf.random.stateless_normal((1 if limit else 128, 1024, 1024), (seed, 0))
    numbers = int(tf.size(memory))
    measure("sum", numbers, 4 * numbers, {("ceiling", True): lambda: total(memory).numpy()})
    return rows


def fast_products(_, seed, limit=None):
    """Milliseconds of convolutions with their gradients, and of three matrix products of their sizes.

    The products are those of patches (places, k² · channels), kernel (k² · channels, filters) and upstream gradients
    (places, filters); the patches are there already. With the ceiling of this machine, as for `fast_layers`. Layer and
    products take turns, four times a turn.
    """
    fast, rows = lesson.load("fast_training"), []

    def products(patches, kernel, upstream):
        by_kernel = tf.matmul(patches, upstream, transpose_a=True)
        return patches @ kernel, by_kernel, tf.matmul(upstream, kernel, transpose_b=True)

    def measure(layer, flops, ways):
        seconds = timing.median_seconds({way: several(call, 4) for way, call in ways.items()}, rounds=limit or 20)
        for kind, xla in ways:
            found = {"layer": layer, "kind": kind, "xla": xla, "flops": flops}
            rows.append(found | {"milliseconds": round(250 * seconds[kind, xla], 3)})

    def compiled(function, xla, *arguments):
        program = tf.function(function, jit_compile=xla).get_concrete_function(*arguments)
        return lambda: program(*arguments)[0].numpy()

    keras.utils.set_random_seed(seed)
    for name, (layer, _, shape, flops) in fast.layer_cases(8 if limit else 128).items():
        if name.startswith("convolution"):
            x, ways = tf.random.stateless_normal(shape, (seed, 0)), {}
            upstream = tf.random.stateless_normal(layer(x).shape, (seed, 1))
            kernel = tf.reshape(layer.kernel, (-1, layer.filters))
            flat = tf.reshape(upstream, (-1, layer.filters))
            patches = tf.random.stateless_normal((flat.shape[0], kernel.shape[0]), (seed, 2))
            for xla in (False, True):
                ways["layer", xla] = compiled(functools.partial(fast.layer_and_gradients, layer), xla, x, upstream)
                ways["products", xla] = compiled(products, xla, patches, kernel, flat)
            measure(name, flops, ways)
    size = 64 if limit else 2048
    matrix = tf.random.stateless_normal((size, size), (seed, 0))
    ways = {("ceiling", xla): compiled(lambda a, b: [a @ b], xla, matrix, matrix) for xla in (False, True)}
    measure("matrix product", 2 * size**3, ways)
    return rows


def fast_inputs(_, seed, limit=None):
    """Milliseconds of a step of `fit`: a small dense network and the article's, by input and steps in one execution."""
    fast, ways, steps = lesson.load("fast_training"), {}, limit or 96
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (128 * steps, 32, 32, 3), np.uint8)
    labels = rng.integers(0, 10, len(images))
    for network, build in fast.input_networks().items():
        for given, arguments in fast.input_kinds(images, labels).items():
            for together in (1, 2) if limit else (1, 16):
                keras.utils.set_random_seed(seed)
                model = build()
                loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
                model.compile("adam", loss, jit_compile=True, steps_per_execution=together)
                options = {"steps_per_epoch": steps, "verbose": 0} | arguments
                ways[network, given, together] = lambda model=model, options=options: model.fit(**options)
    seconds = timing.median_seconds(ways, rounds=limit or 7, warm_up=1)
    names = "network", "input", "together"
    return [
        dict(zip(names, way, strict=True)) | {"milliseconds": round(1_000 * seconds[way] / steps, 3)} for way in ways
    ]


class LastBatch(keras.callbacks.Callback):
    """Keeps when the last step of `fit` ended."""

    def on_train_batch_end(self, batch, logs=None):
        self.ended = time.perf_counter()


def fast_waits(_, seed, limit=None):
    """Seconds of calls of `fit` of the small dense network, until the last step ends and until `fit` does."""
    fast, rows, steps = lesson.load("fast_training"), [], [limit] if limit else [24, 48, 96, 144, 192]
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (128 * max(steps), 32, 32, 3), np.uint8)
    kinds = fast.input_kinds(images, rng.integers(0, 10, len(images)))
    kinds = {name: kinds[name] for name in ("tf.data as it comes", "tf.data, autotune off")}
    keras.utils.set_random_seed(seed)
    model = fast.input_networks()["dense"]()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=True)
    model.fit(**kinds["tf.data, autotune off"], steps_per_epoch=1, verbose=0)  # compiles
    for count in steps * (1 if limit else 4):
        for given, arguments in kinds.items():
            last, start = LastBatch(), time.perf_counter()
            model.fit(**arguments, steps_per_epoch=count, verbose=0, callbacks=[last])
            found = {"last_step": last.ended - start, "fit": time.perf_counter() - start}
            rows.append({"input": given, "steps": count} | {name: round(value, 3) for name, value in found.items()})
    return rows
