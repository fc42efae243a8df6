"""Contestants in TensorFlow and Keras: python -m benchmarks.peers.with_keras WORKLOAD CONTESTANT WEIGHTS.npz

course      the networks and layers of the lessons, compiled by XLA
keras xla   the same networks with Keras's own layers, `compile(jit_compile=True)`
keras       the same, as Keras comes: without XLA on a computer that has no accelerator
tf graph    the same networks in a `tf.function` of their own, without XLA and without `fit`

Writing has no contestant with Keras's own layers, as Keras has none that keep a cache.
The first process of a workload, started with "write" as its contestant, writes the weights that all others load.
"""

import functools
import sys

import numpy as np

from benchmarks.peers import worker
from benchmarks.peers.workloads import LOSSES, WORKLOADS, batch
from utils import data, layers, lesson
from utils.runtime import keras, tf  # started quietly

STOCK = {"MaxPooling2D", "BatchNormalization"}
COLD = 1e-4  # a temperature at which the most probable token is drawn


def layer(name: str, contestant: str):
    """Return the course's layer of this name, or Keras's."""
    ours = {"MaxPooling2D": layers.MaxPooling2D, "GRU": layers.GRU, "LSTM": layers.LSTM}
    return ours[name] if contestant == "course" else getattr(keras.layers, name)


def stock(network: keras.Model) -> keras.Model:
    """Return a copy of a network with Keras's own layers."""

    def copied(part):
        name = type(part).__name__
        return (getattr(keras.layers, name) if name in STOCK else type(part)).from_config(part.get_config())

    return keras.models.clone_model(network, clone_function=copied)


def adam(rate: float, beta_1: float, beta_2: float, epsilon: float, clip: float | None = None):
    """Return Adam with these settings."""
    return keras.optimizers.Adam(rate, beta_1, beta_2, epsilon, global_clipnorm=clip)


class FixedNoiseGAN(keras.Model):
    """Both players of the lesson's GAN, which take the noise from the batch."""

    def __init__(self, gans, generator, discriminator, options):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.play, self.player_losses = gans.player(options["penalty"]), gans.non_saturating
        settings = options["adam"]
        slow, fast = options["rates"]
        self.optimizers = adam(**settings | {"rate": fast}), adam(**settings | {"rate": slow})

    def train_step(self, batch):
        real, noise = batch
        loss, generator_loss, *gradients = self.play(
            self.generator, self.discriminator, self.player_losses, real, noise
        )
        players = self.discriminator, self.generator
        for optimizer, gradient, player in zip(self.optimizers, gradients, players, strict=True):
            optimizer.apply(gradient, player.trainable_variables)
        return {"loss": loss, "generator_loss": generator_loss}

    def call(self, noise):
        return self.discriminator(self.generator(noise))


def network(name: str, contestant: str) -> tuple[keras.Model, object, object]:
    """Return the model of a training workload, its loss and its optimizer."""
    options = WORKLOADS[name].options
    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if name.endswith("article"):
        pooling = layer("MaxPooling2D", contestant)
        article = lesson.load("mnist_cnn").article_network(28, None, pooling)
        if name == "cifar10_article":
            article = lesson.load("cifar10_cnn").article_network(pooling)
        if contestant == "course":
            fast = lesson.load("fast_training")
            article = keras.models.clone_model(article, clone_function=fast.quick)
            article = fast.cropped(article, options["size"] - 2)  # the rest of the image plays no part
        return article, sparse, adam(**options["adam"])
    if name == "cifar10_recipe":
        colors = lesson.load("cifar10_cnn")
        recipe = colors.network(colors.RECIPE)
        sgd = keras.optimizers.SGD(options["sgd"]["rate"], options["sgd"]["momentum"], nesterov=True)
        loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=options["smoothing"])
        return recipe if contestant == "course" else stock(recipe), loss, sgd
    if name.startswith("text"):
        kind = layer(name[5:].upper(), contestant)
        text = lesson.load("rnn_text").text_network(kind, options["tokens"], options["units"])
        return text, sparse, adam(**options["adam"], clip=options["clip"])
    if name == "gan":
        gans = lesson.load("gan")
        players = gans.digit_generator(), gans.digit_discriminator()
        if contestant != "course":
            players = [stock(player) for player in players]
        return FixedNoiseGAN(gans, *players, options), None, None
    if name == "translator":
        transformer = lesson.load("transformer")
        model = transformer.Transformer(*(options[size] for size in ("tokens", "size", "heads", "layers")))
        return model, transformer.smoothed_loss, adam(**options["adam"])
    sizes = [options[size] for size in ("tokens", "size", "heads", "groups", "layers")]
    return lesson.load("gpt").GPT(*sizes), sparse, adam(**options["adam"])


def pair_of(name: str) -> tuple:
    """Return the batch as (inputs, targets)."""
    arrays = batch(name)
    if name == "translator":
        return arrays[:2], arrays[2]
    if name == "cifar10_recipe":
        return arrays[0], keras.utils.to_categorical(arrays[1], 10)
    return arrays


def write_weights(model: keras.Model, path: str) -> None:
    """Write the trained variables of a model, numbered, under their names."""
    variables = enumerate(model.trainable_variables)
    np.savez(path, **{f"{i:02d} {variable.path}": variable.numpy() for i, variable in variables})


def load_weights(model: keras.Model, path: str) -> None:
    """Load what `write_weights` wrote."""
    with np.load(path) as weights:
        for variable, values in zip(model.trainable_variables, weights.values(), strict=True):
            variable.assign(values)


def build(name: str, contestant: str, path: str):
    """Return what `worker.serve` needs, for a workload that trains."""
    keras.utils.set_random_seed(0)
    model, loss, optimizer = network(name, contestant)
    pair = tf.nest.map_structure(tf.constant, pair_of(name))
    model(pair[1] if name == "gan" else pair[0])  # builds
    variables = model.trainable_variables
    if contestant == "write":
        write_weights(model, path)
        return None
    load_weights(model, path)
    parameters = sum(int(np.prod(variable.shape)) for variable in variables)
    if contestant == "tf graph":
        step = graph_step(model, loss, optimizer)

        def work(n):
            for _ in range(n):
                value = step(*pair)
            value.numpy()

        return parameters, lambda: float(step(*pair)), work
    model.compile(optimizer or "sgd", loss, jit_compile=contestant != "keras")
    if name == "gan":
        model.optimizers[0].build(model.discriminator.trainable_variables)
        model.optimizers[1].build(model.generator.trainable_variables)
    options = tf.data.Options()
    options.autotune.enabled = (
        False  # as in the course's pipeline: with it, some calls of `fit` take half as long again
    )
    batches = tf.data.Dataset.from_tensors(pair).repeat().with_options(options)

    def one():
        return float(model.fit(batches, steps_per_epoch=1, shuffle=False, verbose=0).history["loss"][0])

    return parameters, one, lambda n: model.fit(batches, steps_per_epoch=n, shuffle=False, verbose=0)


def graph_step(model, loss, optimizer):
    """Return a training step that is a TensorFlow graph, without XLA."""
    if loss is None:
        for one, player in zip(model.optimizers, (model.discriminator, model.generator), strict=True):
            one.build(player.trainable_variables)
        return tf.function(lambda real, noise: model.train_step((real, noise))["loss"])
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(inputs, targets):
        with tf.GradientTape() as tape:
            value = loss(targets, model(inputs, training=True))
        optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        return value

    return step


def build_gpt(contestant: str, path: str):
    """Return what `worker.serve` needs for writing with the GPT of the lesson."""
    gpt, workload = lesson.load("gpt"), WORKLOADS["gpt_writes"]
    model = network("gpt", "course")[0]
    start = tf.constant(batch("gpt_writes")[0])
    model(start)  # builds
    if contestant == "write":
        write_weights(model, path)
        return None
    load_weights(model, path)
    write = gpt.write if contestant == "course" else tf.function(gpt.write.python_function)
    seeds = tf.zeros((workload.block + 1, 2), tf.int32)

    def block(n=workload.block):
        return write(model, start, seeds, COLD)[0, 1:].numpy().tolist()

    return model.count_params(), block, block


def build_smollm2(contestant: str, path: str):
    """Return what `worker.serve` needs for writing with SmolLM2: quantized, as in the lesson, for both contestants."""
    lm, workload = lesson.load("language_model"), WORKLOADS["smollm2_writes"]
    file = data.load_smollm2()
    if file.is_stand_in:
        sys.exit("smollm2_writes: not measured, as only a stand-in was found for its weights")
    model = lm.language_model(*lm.read_gguf(file.path))
    if contestant == "write":
        named = zip(lm.NAMES, model.stacks, strict=True)
        kernels = {name: tf.transpose(lm.dequantize(*stack), (0, 2, 1)) for name, stack in named}
        scales = {"attn_norm": model.scales[0], "ffn_norm": model.scales[1], "output_norm": model.norm.scale}
        np.savez(path, **kernels, **scales, embedding=lm.dequantize(*model.embedding))
        return None
    read_part, write = lm.read_part, lm.write
    if contestant == "tf graph":
        write = tf.function(lm.write.python_function)
    ids = np.pad(batch("smollm2_writes")[0], ((0, 0), (0, lm.PART - 1)))
    places = tf.constant(0), tf.constant(0)
    logits, cache = read_part(model, tf.constant(ids), *places, lm.empty_cache(model, 2 * lm.PART))
    seeds = tf.zeros((workload.block, 2), tf.int32)

    def block(n=workload.block):
        tokens, _, _ = write(model, logits, tf.constant(1), cache, seeds, COLD, tf.constant(-1))
        return tokens.numpy().tolist()

    sizes = [np.prod(stack[0].shape) for stack in model.stacks] + [scale.shape.num_elements() for scale in model.scales]
    parameters = sum(sizes) + model.embedding[0].shape.num_elements() + model.norm.scale.shape[0]
    return int(parameters), block, block


def main(name: str, contestant: str, path: str) -> None:
    """Do what the command line says."""
    builders = {"gpt_writes": build_gpt, "smollm2_writes": build_smollm2}
    build_this = functools.partial(
        builders[name] if name in builders else functools.partial(build, name), contestant, path
    )
    if contestant == "write":
        build_this()
    else:
        worker.serve(build_this, LOSSES)


if __name__ == "__main__":
    main(*sys.argv[1:])
