# %% 1 right
# A million sentences of ten words: 15% of them are chosen, and of these 10% stand there unchanged.
unchanged_words = 10_000_000 * 0.15 * 0.1

# %% 1 wrong: that is all that must be named
unchanged_words = 1_500_000

# %% 1 wrong: a tenth of the chosen words
unchanged_words = 1_000_000

# %% 1 wrong: a sentence has ten words
unchanged_words = 15_000


# %% 2 right
def wordpieces_from_the_right(word, vocabulary):
    pieces, rest = [], word
    while rest:
        for start in range(len(rest)):
            piece = ("##" if start else "") + rest[start:]
            if piece in vocabulary:
                pieces.insert(0, piece)
                rest = rest[:start]
                break
        else:
            return ["[UNK]"]
    return pieces


# %% 2 wrong: that is from the left
wordpieces_from_the_right = wordpieces


# %% 2 wrong: the mark of later pieces
def wordpieces_from_the_right(word, vocabulary):
    pieces, rest = [], word
    while rest:
        starts = [start for start in range(len(rest)) if rest[start:] in vocabulary]
        if not starts:
            return ["[UNK]"]
        pieces.insert(0, rest[starts[0] :])
        rest = rest[: starts[0]]
    return pieces


# %% 2 wrong: "x" is in no piece
def wordpieces_from_the_right(word, vocabulary):
    pieces, rest = [], word
    while rest:
        for start in range(len(rest)):
            piece = ("##" if start else "") + rest[start:]
            if piece in vocabulary:
                pieces.insert(0, piece)
                rest = rest[:start]
                break
        else:
            return pieces
    return pieces


# %% 3 right
def largest(model, ids):
    vectors = tf.where((ids != PAD)[..., None], model(ids), -np.inf)
    return tf.reduce_max(vectors, axis=1)


# %% 3 wrong: the result depends on the padding
def largest(model, ids):
    return tf.reduce_max(model(ids), axis=1)


# %% 3 wrong: that is not the largest value
def largest(model, ids):
    return pooled(model, ids)


# %% 3 wrong: its shape is
def largest(model, ids):
    vectors = tf.where((ids != PAD)[..., None], model(ids), -np.inf)
    return tf.reduce_max(vectors, axis=2)


# %% 4 right
reciprocal_rank = (1 / 1 + 1 / 4 + 1 / 10) / 3

# %% 4 wrong: that is the mean rank
reciprocal_rank = 5

# %% 4 wrong: that is the sum
reciprocal_rank = 1.35

# %% 4 wrong: the mean of the reciprocals
reciprocal_rank = 0.2

# %% 5 right
# The loss asks for praise or blame only. Whatever in the vectors says what a text is about may be overwritten, and was.
forgotten = "b"

# %% 5 wrong: the tokenizer is not trained
forgotten = "a"

# %% 5 wrong: the search does not use
forgotten = "c"
