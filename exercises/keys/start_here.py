# %% 1 right
# One for float32 vectors of length 3, one for length 4, and one for the Python number 5, which is then known.
number_of_traces = 3

# %% 1 wrong: the second vector of length 3 has the signature of the first
number_of_traces = 4

# %% 1 wrong: not each call traces
number_of_traces = 5

# %% 1 wrong: a Python number is a part of the signature
number_of_traces = 2


# %% 2 right
def mean_and_deviation(x):
    mean = tf.reduce_mean(x)
    return tf.stack([mean, tf.sqrt(tf.reduce_mean((x - mean) ** 2))])


# %% 2 wrong: it returns [
def mean_and_deviation(x):
    mean = tf.reduce_mean(x)
    return tf.stack([mean, tf.reduce_mean((x - mean) ** 2)])


# %% 2 wrong: it returns (<tf.Tensor
def mean_and_deviation(x):
    mean = tf.reduce_mean(x)
    return mean, tf.sqrt(tf.reduce_mean((x - mean) ** 2))


# %% 2 wrong: its check raised AttributeError
def mean_and_deviation(x):
    return tf.constant([np.mean(x.numpy()), np.std(x.numpy())])


# %% 3 right
images_needed = 1000

# %% 3 wrong: 300 images do not reach 80%
images_needed = 300

# %% 3 wrong: 1,000 images reach 80% as well
images_needed = 3000

# %% 4 right
# A tf.function makes a graph for each new shape, and XLA compiles each of them. A thousand lengths are a thousand
# compilations, of which each takes far longer than the calculation. One call before the clock starts shows it.
letter = "c"

# %% 4 wrong: the vectors are small
letter = "a"

# %% 4 wrong: a thousand turns of a loop take less than a millisecond
letter = "b"

# %% 4 wrong: rounding takes no time
letter = "d"
