# %% 1 right
# (96 − 5) // 2 + 1 = 46
shape = (46, 46, 24)

# %% 1 wrong: that is for the padding "same"
shape = (48, 48, 24)

# %% 1 wrong: the last number is that of the filters
shape = (46, 46, 3)

# %% 1 wrong: rows and columns
shape = (45, 45, 24)

# %% 2 right
parameters = 5 * 5 * 3 * 24 + 24

# %% 2 wrong: the biases are missing
parameters = 5 * 5 * 3 * 24

# %% 2 wrong: a filter sees all three colors
parameters = 5 * 5 * 24 + 24


# %% 3 right
def combine(first, second):
    kernel = np.zeros((5, 5))
    for row in range(3):
        for column in range(3):
            kernel[row : row + 3, column : column + 3] += second[row, column] * first
    return kernel


# %% 3 wrong: a kernel of shape (3, 3)
def combine(first, second):
    return first * second


# %% 3 wrong: the second kernel is turned
def combine(first, second):
    kernel = np.zeros((5, 5))
    for row in range(3):
        for column in range(3):
            kernel[row : row + 3, column : column + 3] += second[2 - row, 2 - column] * first
    return kernel


# %% 4 right
# The maps move with the digit, and the dense layer has other weights for the places to which they move.
letter = "b"

# %% 4 wrong: pooling moves its maps too
letter = "a"

# %% 4 wrong: a bias is the same at each place
letter = "c"

# %% 4 wrong: larger filters would move with the image as well
letter = "d"

# %% 5 right
read_as = 6

# %% 5 wrong: count what
read_as = 2

# %% 5 wrong: count what
read_as = 4

# %% 5 wrong: most are read as another digit
read_as = 7
