# %% 1 right
# e⁰ = 1 and e^(ln 3) = 3.
larger_weight = 3 / (1 + 3)

# %% 1 wrong: a score is not the exponent's result
larger_weight = 1

# %% 1 wrong: that is the ratio of both
larger_weight = 3

# %% 1 wrong: that is the smaller weight
larger_weight = 0.25


# %% 2 right
# Four projections d²; 4d² + 4d and 4d² + d of the dense layers; 2d of each normalization.
def encoder_weights(d):
    return 12 * d**2 + 9 * d


# %% 2 wrong: for size 8 it gives 808
def encoder_weights(d):
    return 12 * d**2 + 5 * d


# %% 2 wrong: for size 8 it gives 800
def encoder_weights(d):
    return 12 * d**2 + 4 * d


# %% 2 wrong: for size 8 it gives 872
def encoder_weights(d):
    return 12 * d**2 + 13 * d


# %% 3 right
def window_mask(n, w):
    query, key = tf.range(n)[None, None, :, None], tf.range(n)[None, None, None, :]
    return (key <= query) & (key > query - w)


# %% 3 wrong: position 3 sees position 2
def window_mask(n, w):
    query, key = tf.range(n)[None, None, :, None], tf.range(n)[None, None, None, :]
    return (key <= query) & (key >= query - w)


# %% 3 wrong: position 3 sees position 2
def window_mask(n, w):
    return causal_mask(n)


# %% 3 wrong: position 1 sees position 2
def window_mask(n, w):
    query, key = tf.range(n)[None, None, :, None], tf.range(n)[None, None, None, :]
    return tf.abs(key - query) <= w


# %% 3 wrong: position 0 sees position 2
# Position 0 sees no key at all: all scores are equal, and it takes the mean of every position.
def window_mask(n, w):
    query, key = tf.range(n)[None, None, :, None], tf.range(n)[None, None, None, :]
    return (key < query) & (key >= query - w)


# %% 4 right
# The ratio of two weights depends on the query of "it" and on the keys of "animal" and "street". In the first layer all
# three come from the word and its place alone, and are the same in both sentences. The sum of all weights is 1, though,
# and the word that differs stands in the mixture: the results differ. A second layer can use that.
told_apart = "b"

# %% 4 wrong: the word that differs is one of the values
told_apart = "a"

# %% 4 wrong: one head mixes all words
told_apart = "c"

# %% 5 right
without_the_root = "c"

# %% 5 wrong: train it
without_the_root = "a"

# %% 5 wrong: train it
without_the_root = "b"

# %% 6 right
learned_positions = "b"

# %% 6 wrong: train it
learned_positions = "a"

# %% 6 wrong: train it
learned_positions = "c"
