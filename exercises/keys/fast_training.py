# %% 1 right
# 28 → 26 → 13 → 11 → 5 → 3: the second pooling uses 10 of 11 rows, which need 12 of 13, 24 of 26, 26 of 28.
unseen_rows = 2

# %% 1 wrong: a row after the first pooling
unseen_rows = 1

# %% 1 wrong: a row of the second pooling's input
unseen_rows = 0

# %% 1 wrong: the row above is seen
unseen_rows = 3

# %% 2 right
least_milliseconds = 2.34

# %% 2 wrong: it is read and written
least_milliseconds = 1.17

# %% 2 wrong: float32 has four bytes
least_milliseconds = 0.59


# %% 3 right
def arithmetic_intensity(n, m, k):
    return 2 * n * m * k / (4 * (n * m + m * k + n * k))


# %% 3 wrong: a product and a sum are two operations
def arithmetic_intensity(n, m, k):
    return n * m * k / (4 * (n * m + m * k + n * k))


# %% 3 wrong: a number has four bytes
def arithmetic_intensity(n, m, k):
    return 2 * n * m * k / (n * m + m * k + n * k)


# %% 3 wrong: for (64, 32) and (32, 1) it is
def arithmetic_intensity(n, m, k):
    return 2 * n * m * k / (4 * 3 * n * m)


# %% 4 right
# Half of the work is 2 ms. Sixteen steps a call save 15/16 of 1 ms. What is larger is worth more.
letter = "a"

# %% 4 wrong: it saves at most the millisecond
letter = "b"

# %% 4 wrong: compare 2 ms
letter = "c"

# %% 5 right
times_as_large = 4

# %% 5 wrong: tf.reduce_max divides it
times_as_large = 1

# %% 5 wrong: the other way
times_as_large = 0.25
