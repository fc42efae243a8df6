# %% 1 right
# Queries and the projection after the heads: size² each; keys and values: size × groups · (size / heads) each;
# three kernels of size × inner; two scales.
def block_weights(size, heads, groups):
    inner = 8 * size // 3 // 16 * 16
    return 2 * size**2 + 2 * size * groups * (size // heads) + 3 * size * inner + 2 * size


# %% 1 wrong: keys and values have fewer heads
def block_weights(size, heads, groups):
    inner = 8 * size // 3 // 16 * 16
    return 4 * size**2 + 3 * size * inner + 2 * size


# %% 1 wrong: for size 96, 3 heads and 3 groups it gives
def block_weights(size, heads, groups):
    inner = 8 * size // 3 // 16 * 16
    return 2 * size**2 + 2 * size * groups * (size // heads) + 3 * size * inner


# %% 1 wrong: for size 96, 3 heads and 3 groups it gives
def block_weights(size, heads, groups):
    inner = 8 * size // 3 // 16 * 16
    return 2 * size**2 + 2 * size * groups * (size // heads) + 2 * size * inner + 2 * size


# %% 2 right
bytes_of_cache = 2 * 30 * 3 * 64 * 2048 * 4

# %% 2 wrong: nine heads share three
bytes_of_cache = 2 * 30 * 9 * 64 * 2048 * 4

# %% 2 wrong: keys and values are both kept
bytes_of_cache = 30 * 3 * 64 * 2048 * 4

# %% 2 wrong: a number has four bytes
bytes_of_cache = 2 * 30 * 3 * 64 * 2048


# %% 3 right
def rotate_neighbors(x):
    half = x.shape[-1] // 2
    order = np.r_[0 : 2 * half : 2, 1 : 2 * half : 2]
    turned = rotate(tf.gather(x, order, axis=-1))
    return tf.gather(turned, np.argsort(order), axis=-1)


# %% 3 wrong: it turns the pairs (i, i + size / 2)
def rotate_neighbors(x):
    return rotate(x)


# %% 3 wrong: it turns the other way
def rotate_neighbors(x):
    order = np.r_[0 : x.shape[-1] : 2, 1 : x.shape[-1] : 2]
    swapped = np.roll(order, x.shape[-1] // 2)
    turned = rotate(tf.gather(x, swapped, axis=-1))
    return tf.gather(turned, np.argsort(swapped), axis=-1)


# %% 3 wrong: the result is in another order
def rotate_neighbors(x):
    order = np.r_[0 : x.shape[-1] : 2, 1 : x.shape[-1] : 2]
    return rotate(tf.gather(x, order, axis=-1))


# %% 4 right
with_base_100 = "b"

# %% 4 wrong: train both
with_base_100 = "a"

# %% 4 wrong: train both
with_base_100 = "c"

# %% 5 right
# The first block's mean over "those up to here" differs from place to place, even for the same character: it brings the
# order into what the second block sees.
why_two_blocks = "b"

# %% 5 wrong: the embedding of a character is the same everywhere
why_two_blocks = "a"

# %% 5 wrong: RMSNorm sees one place
why_two_blocks = "c"

# %% 6 right
# Muon replaces the gradient by a matrix whose singular values are near 1: its size drops out.
steps_of_muon = "a"

# %% 6 wrong: Muon makes all singular values
steps_of_muon = "b"

# %% 6 wrong: that is so for plain descent
steps_of_muon = "c"
