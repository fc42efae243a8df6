# %% 1 right
brevity_penalty = np.exp(1 - 10 / 8)

# %% 1 wrong: that is the ratio of the lengths
brevity_penalty = 0.8

# %% 1 wrong: reference / translation, below 0
brevity_penalty = np.exp(8 / 10 - 1)

# %% 1 wrong: reference / translation, below 0
brevity_penalty = np.exp(10 / 8 - 1)


# %% 2 right
def cache_numbers(batch, layers, length, size):
    return 2 * batch * layers * length * size


# %% 2 wrong: keys and values are both kept
def cache_numbers(batch, layers, length, size):
    return batch * layers * length * size


# %% 2 wrong: no table of pairs
def cache_numbers(batch, layers, length, size):
    return 2 * batch * layers * length**2 * size


# %% 2 wrong: each target has its own
def cache_numbers(batch, layers, length, size):
    return 2 * layers * length * size


# %% 3 right
buggy_line = "b"

# %% 3 wrong: this statement is right
buggy_line = "a"

# %% 3 wrong: this statement is right
buggy_line = "e"

# %% 3 wrong: this statement is right
buggy_line = "f"

# %% 4 right
# The logarithm of a probability is negative, so each further token lowers the sum: the largest sum of all is often that
# of a text that ends at once. Better search finds it more often.
all_targets = "c"

# %% 4 wrong: each further token adds a negative number
all_targets = "a"

# %% 4 wrong: four beams do not find all short ones
all_targets = "b"

# %% 5 right
eight_beams = "b"

# %% 5 wrong: translate with both
eight_beams = "a"

# %% 5 wrong: translate with both
eight_beams = "c"
