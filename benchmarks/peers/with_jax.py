"""A contestant in JAX, Flax and Optax, "jax": python -m benchmarks.peers.with_jax WORKLOAD CONTESTANT WEIGHTS.npz"""

import functools
import itertools
import os
import sys
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from flax.traverse_util import flatten_dict, unflatten_dict

from benchmarks.peers import worker
from benchmarks.peers.workloads import LOSSES, WORKLOADS, batch


class Article(nn.Module):
    """The articles' network: images, 0 to 255 → logits."""

    @nn.compact
    def __call__(self, images):
        x = nn.relu(nn.Conv(32, (3, 3), padding="VALID")(images / 255))
        x = nn.relu(nn.Conv(64, (3, 3), padding="VALID")(nn.max_pool(x, (2, 2), (2, 2))))
        x = nn.relu(nn.Conv(64, (3, 3), padding="VALID")(nn.max_pool(x, (2, 2), (2, 2))))
        x = nn.relu(nn.Dense(64)(x.reshape(len(x), -1)))
        return nn.Dense(10)(x)


def batch_norm(momentum: float) -> nn.BatchNorm:
    """Return a batch normalization that is in training, with Keras's epsilon."""
    return nn.BatchNorm(use_running_average=False, momentum=momentum, epsilon=1e-3)


class Recipe(nn.Module):
    """The recipe's network: images, 0 to 255 → logits."""

    @nn.compact
    def __call__(self, images):
        x = images / 64 - 120 / 64
        for filters, stride in ((32, 1), (64, 2), (128, 1), (256, 1)):
            x = nn.Conv(filters, (3, 3), stride, use_bias=False)(x)
            x = nn.max_pool(x, (2, 2), (2, 2)) if stride == 1 else x
            x = nn.relu(batch_norm(0.9)(x))
        return nn.Dense(10)(x.mean((1, 2)))


class Text(nn.Module):
    """From ids (batch, time) to logits of the next character, by a GRU or an LSTM with Keras's gates and biases."""

    gru: bool
    tokens: int
    units: int

    @nn.compact
    def __call__(self, ids):
        def gru(carry, from_input):
            (state,) = carry
            from_state = state @ recurrent_kernel + bias[1]
            (z, r, new), (z_state, r_state, new_state) = (jnp.split(part, 3, -1) for part in (from_input, from_state))
            z, r = nn.sigmoid(z + z_state), nn.sigmoid(r + r_state)
            state = z * state + (1 - z) * jnp.tanh(new + r * new_state)
            return (state,), state

        def lstm(carry, from_input):
            state, memory = carry
            i, f, new, o = jnp.split(from_input + state @ recurrent_kernel, 4, -1)
            memory = nn.sigmoid(f) * memory + nn.sigmoid(i) * jnp.tanh(new)
            state = nn.sigmoid(o) * jnp.tanh(memory)
            return (state, memory), state

        def weights(name, *shape):
            return self.param(name, nn.initializers.zeros, shape)

        x = nn.Embed(self.tokens, 64)(ids)
        step, gates, biases, states = (gru, 3, 2, 1) if self.gru else (lstm, 4, 1, 2)
        width = gates * self.units
        kernel, recurrent_kernel = weights("kernel", 64, width), weights("recurrent_kernel", self.units, width)
        bias = weights("bias", biases, width)
        inputs = x.swapaxes(0, 1) @ kernel + bias[0]  # of all steps at once
        _, x = jax.lax.scan(step, (jnp.zeros((len(ids), self.units)),) * states, inputs)
        return nn.Dense(self.tokens)(x.swapaxes(0, 1))


class Generator(nn.Module):
    """From noise (n, 64) to images (n, 28, 28)."""

    @nn.compact
    def __call__(self, noise):
        kind = 3 * nn.one_hot(noise[:, :10].argmax(1), 10)
        x = nn.Dense(7 * 7 * 64, use_bias=False)(jnp.concatenate([kind, noise[:, 10:]], 1))
        x = nn.leaky_relu(batch_norm(0.99)(x.reshape(-1, 7, 7, 64)), 0.2)
        x = nn.ConvTranspose(32, (4, 4), (2, 2), use_bias=False, transpose_kernel=True)(x)
        x = nn.leaky_relu(batch_norm(0.99)(x), 0.2)
        x = nn.ConvTranspose(1, (4, 4), (2, 2), transpose_kernel=True)(x)
        return nn.sigmoid(x)[..., 0]


class Discriminator(nn.Module):
    """From images (n, 28, 28) to logits (n, 1)."""

    @nn.compact
    def __call__(self, images):
        x = nn.leaky_relu(nn.Conv(32, (4, 4), 2)(images[..., None]), 0.2)
        x = nn.leaky_relu(nn.Conv(64, (4, 4), 2)(x), 0.2)
        x = nn.leaky_relu(nn.Dense(128)(x.reshape(len(x), -1)), 0.2)
        return nn.Dense(1)(x)


layer_norm = functools.partial(nn.LayerNorm, epsilon=1e-5)
attention = functools.partial(nn.MultiHeadDotProductAttention, use_bias=False, deterministic=True)


class Layer(nn.Module):
    """A layer of the encoder or, with a memory, of the decoder."""

    heads: int

    @nn.compact
    def __call__(self, x, mask, memory=None, memory_mask=None):
        size = x.shape[-1]
        x += attention(self.heads, name="own")(layer_norm(name="norm_0")(x), mask=mask)
        if memory is not None:
            x += attention(self.heads, name="cross")(layer_norm(name="norm_1")(x), memory, mask=memory_mask)
        y = nn.relu(nn.Dense(4 * size, name="up")(layer_norm(name="norm_2")(x)))
        return x + nn.Dense(size, name="down")(y)


class Transformer(nn.Module):
    """From ids of source (batch, n) and target (batch, m) to logits (batch, m, tokens)."""

    tokens: int
    size: int
    heads: int
    layers: int

    @nn.compact
    def __call__(self, source, target):
        embedding = nn.Embed(self.tokens, self.size, name="embedding")

        def embed(ids):
            speeds = 10_000.0 ** (-2 * np.arange(self.size // 2) / self.size)
            angles = np.arange(ids.shape[1])[:, None] * speeds
            positions = np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
            return embedding(ids) * self.size**0.5 + positions

        memory, memory_mask = embed(source), (source != 0)[:, None, None, :]
        for i in range(self.layers):
            memory = Layer(self.heads, name=f"encoder_{i}")(memory, memory_mask)
        memory = layer_norm(name="norm_0")(memory)
        x, mask = embed(target), nn.make_causal_mask(target)
        for i in range(self.layers):
            x = Layer(self.heads, name=f"decoder_{i}")(x, mask, memory, memory_mask)
        return embedding.attend(layer_norm(name="norm_1")(x))


def rotate(x, places, base: float):
    """Turn the pairs (i, i + each / 2) of x (batch, n, heads, each)."""
    half = x.shape[-1] // 2
    angles = places[:, None, None] * (base ** (-np.arange(half) / half)).astype(np.float32)
    cosine, sine = jnp.cos(angles), jnp.sin(angles)
    left, right = x[..., :half], x[..., half:]
    return jnp.concatenate([left * cosine - right * sine, right * cosine + left * sine], axis=-1)


class Block(nn.Module):
    """A block of a GPT; with a cache, keys and values (1, length, groups, each), x is the token at `place`."""

    heads: int
    groups: int
    inner: int
    base: float

    @nn.compact
    def __call__(self, x, place=0, cache=None):
        size = x.shape[-1]
        each = size // self.heads
        dense = functools.partial(nn.Dense, use_bias=False)

        def heads(count, name):
            return dense(count * each, name=name)(y).reshape(*x.shape[:2], count, each)

        places = place + jnp.arange(x.shape[1])
        y = nn.RMSNorm(1e-5, name="norm_0")(x)
        queries = rotate(heads(self.heads, "query"), places, self.base)
        keys_values = [rotate(heads(self.groups, "key"), places, self.base), heads(self.groups, "value")]
        if cache is None:
            y = jax.nn.dot_product_attention(queries, *keys_values, is_causal=True)
        else:
            pairs = zip(cache, keys_values, strict=True)
            cache = [jax.lax.dynamic_update_slice(old, new, (0, place, 0, 0)) for old, new in pairs]
            mask = (jnp.arange(cache[0].shape[1]) <= place)[None, None, None]
            y = jax.nn.dot_product_attention(queries, *cache, mask=mask)
        x += dense(size, name="join")(y.reshape(x.shape))
        y = nn.RMSNorm(1e-5, name="norm_1")(x)
        y = nn.silu(dense(self.inner, name="gate")(y)) * dense(self.inner, name="up")(y)
        return x + dense(size, name="down")(y), cache


class GPT(nn.Module):
    """From ids (batch, n) to logits of the next token, (batch, n, tokens); with caches, to the new ones too."""

    tokens: int
    size: int
    heads: int
    groups: int
    layers: int
    inner: int
    base: float

    @nn.compact
    def __call__(self, ids, place=0, caches=None):
        embedding = nn.Embed(self.tokens, self.size, name="embedding")
        x, filled = embedding(ids), []
        for i in range(self.layers):
            block = Block(self.heads, self.groups, self.inner, self.base, name=f"block_{i}")
            x, cache = block(x, place, caches and caches[i])
            filled.append(cache)
        logits = embedding.attend(nn.RMSNorm(1e-5, name="norm")(x))
        return (logits, filled) if caches else logits


def network(name: str) -> nn.Module:
    """Return the network of a workload that has one."""
    options = WORKLOADS[name].options
    sizes = {key: value for key, value in options.items() if key not in ("adam", "clip", "smoothing", "sgd")}
    if name.endswith("article"):
        return Article()
    if name == "cifar10_recipe":
        return Recipe()
    if name.startswith("text"):
        return Text(name == "text_gru", **sizes)
    return Transformer(**sizes) if name == "translator" else GPT(**sizes)


def filled(model: nn.Module, inputs: tuple, arrays: list[np.ndarray | jax.Array]) -> dict:
    """Return the parameters of a module from arrays in Keras's order, in which a layer's normalizations come last."""
    shapes = {}

    def record():
        parameters = model.init(jax.random.key(0), *inputs)["params"]
        shapes.update({path: x.shape for path, x in flatten_dict(parameters).items()})

    jax.eval_shape(record)  # which computes nothing
    tops = list(dict.fromkeys(path[0] for path in shapes))

    def place(path):
        return path[0].startswith("norm"), tops.index(path[0]), any(part.startswith("norm") for part in path)

    pairs = zip(sorted(shapes, key=place), arrays, strict=True)
    return unflatten_dict({path: jnp.asarray(array.reshape(shapes[path])) for path, array in pairs})


def read(name: str, path: str) -> list[np.ndarray | jax.Array]:
    """Return the weights of a workload in Keras's order."""
    with np.load(path) as file:
        if name != "smollm2_writes":
            return list(file.values())
        parts = "attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down attn_norm ffn_norm".split()
        layers = zip(*(jax.device_put(list(file[part])) for part in parts), strict=True)
        return [file["embedding"], *itertools.chain.from_iterable(layers), file["output_norm"]]


def adam(rate: float, beta_1: float, beta_2: float, epsilon: float) -> optax.GradientTransformation:
    """Return Adam with Keras's epsilon, which is added before the second moment's correction."""

    def corrected(count):
        return epsilon / jnp.sqrt(1 - beta_2 ** (count + 1))

    build = optax.inject_hyperparams(optax.adam, static_args=("learning_rate", "b1", "b2", "eps_root"))
    return build(rate, beta_1, beta_2, eps=corrected)


def optimizer_of(name: str) -> optax.GradientTransformation:
    """Return the optimizer of a workload."""
    options = WORKLOADS[name].options
    if name == "gan":
        players = zip(("generator", "discriminator"), options["rates"], strict=True)
        adams = {player: adam(**options["adam"] | {"rate": rate}) for player, rate in players}
        return optax.partition(adams, {player: player for player in adams})
    if "sgd" in options:
        return optax.sgd(options["sgd"]["rate"], options["sgd"]["momentum"], nesterov=True)
    optimizer = adam(**options["adam"])
    return optax.chain(optax.clip_by_global_norm(options["clip"]), optimizer) if "clip" in options else optimizer


def supervised(name: str, model: nn.Module) -> Callable:
    """Return a function of parameters, statistics and batch: (loss, new statistics), gradients."""
    smoothing = WORKLOADS[name].options.get("smoothing", 0.0)

    def loss(parameters, statistics, *arrays):
        *inputs, targets = arrays
        variables = {"params": parameters, "batch_stats": statistics}
        logits, changed = model.apply(variables, *inputs, mutable=["batch_stats"])
        losses = optax.softmax_cross_entropy_with_integer_labels(logits, targets)
        if smoothing:
            losses = (1 - smoothing) * losses + smoothing * (nn.logsumexp(logits, -1) - logits.mean(-1))
        counted = targets != 0 if name == "translator" else None
        return losses.mean(where=counted), changed.get("batch_stats", {})

    return jax.value_and_grad(loss, has_aux=True)


def adversarial(penalty: float) -> Callable:
    """Return the same for both players of the GAN; the loss is the discriminator's."""

    def judge(parameters, images):
        return Discriminator().apply({"params": parameters}, images)

    def generator_loss(parameters, statistics, noise, judging):
        variables = {"params": parameters, "batch_stats": statistics}
        fake, changed = Generator().apply(variables, noise, mutable=["batch_stats"])
        return nn.softplus(-judge(judging, fake)).mean(), (fake, changed["batch_stats"])

    def discriminator_loss(parameters, real, fake):
        real_logits, pull = jax.vjp(functools.partial(judge, parameters), real)
        (slopes,) = pull(jnp.ones_like(real_logits))
        loss = nn.softplus(-real_logits).mean() + nn.softplus(judge(parameters, fake)).mean()
        return loss + penalty / 2 * (slopes**2).sum() / len(real)

    def gradients(parameters, statistics, real, noise):
        generator, discriminator = parameters["generator"], parameters["discriminator"]
        play = jax.grad(generator_loss, has_aux=True)
        for_generator, (fake, statistics) = play(generator, statistics, noise, discriminator)
        loss, for_discriminator = jax.value_and_grad(discriminator_loss)(discriminator, real, fake)
        return (loss, statistics), {"generator": for_generator, "discriminator": for_discriminator}

    return gradients


def trainer(gradients_of: Callable, optimizer: optax.GradientTransformation, state: tuple, arrays: tuple):
    """Return what `worker.serve` needs: a step, and n steps; state: parameters and statistics."""

    @functools.partial(jax.jit, donate_argnums=0)
    def train(state, *arrays):
        parameters, statistics, moments = state
        (loss, statistics), gradients = gradients_of(parameters, statistics, *arrays)
        updates, moments = optimizer.update(gradients, moments, parameters)
        return (optax.apply_updates(parameters, updates), statistics, moments), loss

    state = [(*state, optimizer.init(state[0]))]

    def step():
        state[0], loss = train(state[0], *arrays)
        return float(loss)

    def work(n):
        for _ in range(n):
            state[0], _ = train(state[0], *arrays)
        jax.block_until_ready(state[0])

    return step, work


def writer(name: str, model: GPT, parameters: dict, first: jax.Array):
    """Return what `worker.serve` needs: a block of tokens, and n tokens."""
    options = WORKLOADS[name].options
    block = WORKLOADS[name].block
    shape = 1, block, options["groups"], options["size"] // options["heads"]

    @jax.jit
    def write(parameters, first):
        def one(carry, place):
            ids, caches = carry
            logits, caches = model.apply({"params": parameters}, ids, place, caches)
            ids = logits.argmax(-1).astype(ids.dtype)
            return (ids, caches), ids[0, 0]

        caches = [[jnp.zeros(shape)] * 2 for _ in range(options["layers"])]
        return jax.lax.scan(one, (first, caches), jnp.arange(block))[1]

    return lambda: write(parameters, first).tolist(), lambda n: write(parameters, first).block_until_ready()


def build(name: str, path: str):
    """Return what `worker.serve` needs."""
    arrays, weights, workload = jax.device_put(batch(name)), read(name, path), WORKLOADS[name]
    if name == "gan":
        model, inputs = Generator(), arrays[1:]
        parameters = {"generator": filled(model, inputs, weights[:8])}
        parameters["discriminator"] = filled(Discriminator(), arrays[:1], weights[8:])
        gradients_of = adversarial(workload.options["penalty"])
    else:
        model, inputs = network(name), arrays if workload.generates else arrays[:-1]
        parameters = filled(model, inputs, weights)
        gradients_of = supervised(name, model)
    count = sum(x.size for x in jax.tree.leaves(parameters))
    if workload.generates:
        return count, *writer(name, model, parameters, *inputs)
    statistics = jax.jit(lambda *inputs: model.init(jax.random.key(0), *inputs).get("batch_stats", {}))(*inputs)
    return count, *trainer(gradients_of, optimizer_of(name), (parameters, statistics), arrays)


if __name__ == "__main__":
    os.environ.setdefault("PJRT_NPROC", "2")  # threads
    name, _, weights = sys.argv[1:]
    worker.serve(lambda: build(name, weights), LOSSES)
