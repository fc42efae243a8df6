# %% 1 right
# The guess says what happens without batch normalization: then normalized input should gain again.
letter = "b"

# %% 1 wrong: label smoothing has no part in the guess
letter = "a"

# %% 1 wrong: the article's program has no batch normalization
letter = "c"

# %% 1 wrong: batch normalization is in both
letter = "d"

# %% 2 right
trained_numbers = 3 * 3 * 64 * 128 + 2 * 128

# %% 2 wrong: batch normalization learns a factor and an offset
trained_numbers = 3 * 3 * 64 * 128

# %% 2 wrong: the moving averages are not trained
trained_numbers = 3 * 3 * 64 * 128 + 4 * 128

# %% 2 wrong: batch normalization learns two numbers for each channel
trained_numbers = 3 * 3 * 64 * 128 + 128


# %% 3 right
def cutout(image, row, column, size):
    result = image.copy()
    result[row : row + size, column : column + size] = 120
    return result


# %% 3 wrong: the image itself has changed
def cutout(image, row, column, size):
    image[row : row + size, column : column + size] = 120
    return image


# %% 3 wrong: the square is not 120
def cutout(image, row, column, size):
    result = image.copy()
    result[row : row + size, column : column + size] = 0
    return result


# %% 3 wrong: pixels outside of the square have changed
def cutout(image, row, column, size):
    result = image.copy()
    result[column : column + size, row : row + size] = 120
    result[row : row + size, column : column + size] = 120
    return result


# %% 4 right
def dropout(x, p, rng):
    return np.where(rng.random(x.shape) < p, 0, x / (1 - p))


# %% 4 wrong: the numbers that are kept are not divided by 1 − p
def dropout(x, p, rng):
    return np.where(rng.random(x.shape) < p, 0, x)


# %% 4 wrong: the second call drops the same numbers
def dropout(x, p, rng):
    return np.where(np.random.default_rng(0).random(x.shape) < p, 0, x / (1 - p))


# %% 4 wrong: it drops a share of 0.70
def dropout(x, p, rng):
    return np.where(rng.random(x.shape) < p, x / (1 - p), 0)


# %% 4 wrong: not independently
def dropout(x, p, rng):
    return np.where(rng.random((len(x), 1)) < p, 0, x / (1 - p))


# %% 5 right
class_name = "airplane"

# %% 5 wrong: another class keeps more
class_name = "frog"

# %% 5 wrong: another class keeps more
class_name = "automobile"
