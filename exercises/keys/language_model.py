# %% 1 right
# A block of 32 weights has 16 bytes of whole numbers and two scales of two bytes.
def q4_1_bytes(rows, columns):
    return rows * columns // 32 * 20


# %% 1 wrong: the scales of the blocks are missing
def q4_1_bytes(rows, columns):
    return rows * columns // 2


# %% 1 wrong: a block of Q4_1 has two scales
def q4_1_bytes(rows, columns):
    return rows * columns // 32 * 18


# %% 1 wrong: it gives
def q4_1_bytes(rows, columns):
    return rows * columns


# %% 2 right
# 16 · (inputs + outputs) for each kernel: queries 576 + 576, keys and values 576 + 192 each, join 576 + 576,
# gate and up 576 + 1536 each, down 1536 + 576.
trained_weights = 30 * 16 * (2 * (576 + 576) + 2 * (576 + 192) + 3 * (576 + 1536))

# %% 2 wrong: that is one layer
trained_weights = 16 * (2 * (576 + 576) + 2 * (576 + 192) + 3 * (576 + 1536))

# %% 2 wrong: keys and values have 192 outputs
trained_weights = 30 * 16 * (4 * (576 + 576) + 3 * (576 + 1536))

# %% 2 wrong: LoRA has two matrices
trained_weights = 30 * 16 * (2 * (576 + 576) + 2 * (576 + 192) + 3 * (576 + 1536)) // 2


# %% 3 right
def nucleus(probabilities, p):
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros_like(probabilities)
    kept[order[before < p - 1e-12]] = 1
    return probabilities * kept / (probabilities * kept).sum()


# %% 3 wrong: the result sums to
def nucleus(probabilities, p):
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros_like(probabilities)
    kept[order[before < p - 1e-12]] = 1
    return probabilities * kept


# %% 3 wrong: for p = 0.6 it keeps 1, not 2
def nucleus(probabilities, p):
    order = np.argsort(-probabilities)
    kept = np.zeros_like(probabilities)
    kept[order[0]] = 1
    kept[order[np.cumsum(probabilities[order]) <= p + 1e-12]] = 1
    return probabilities * kept / (probabilities * kept).sum()


# %% 3 wrong: for p = 0.3 it keeps 3, not 1
def nucleus(probabilities, p):
    order = np.argsort(probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros_like(probabilities)
    kept[order[before < p - 1e-12]] = 1
    return probabilities * kept / (probabilities * kept).sum()


# %% 4 right
third_copy = "c"

# %% 4 wrong: measure both
third_copy = "a"

# %% 4 wrong: measure both
third_copy = "b"

# %% 5 right
# The area counts pairs of a good and a bad sentence in the right order. A number added to all scores changes no order,
# and it does change which scores are above 0.
why_area = "b"

# %% 5 wrong: the sentences are the same
why_area = "a"

# %% 5 wrong: the labels in the prompt are not used
why_area = "c"
