# %% 1 right
share_left = round(0.99**60, 2)

# %% 1 wrong: the losses multiply
share_left = 0.40

# %% 1 wrong: that is the share of one step
share_left = 0.99

# %% 1 wrong: that is what is lost
share_left = 0.45

# %% 2 right
# h₃ = w² + w + 1, whose derivative is 2w + 1.
slope = 2.0

# %% 2 wrong: that is h₃ itself
slope = 1.75

# %% 2 wrong: only the last step's w is counted
slope = 1.5

# %% 2 wrong: the state of one step before depends on w too
slope = 1.0


# %% 3 right
def top_k(logits, k):
    least = tf.sort(logits, direction="DESCENDING")[:, k - 1 : k]
    return tf.where(logits < least, -np.inf, logits)


# %% 3 wrong: what is dropped is not −∞
def top_k(logits, k):
    least = tf.sort(logits, direction="DESCENDING")[:, k - 1 : k]
    return tf.where(logits < least, 0.0, logits)


# %% 3 wrong: it drops the most probable one
def top_k(logits, k):
    least = tf.sort(logits)[:, k - 1 : k]
    return tf.where(logits > least, -np.inf, logits)


# %% 3 wrong: it keeps 4, not 5
def top_k(logits, k):
    least = tf.sort(logits, direction="DESCENDING")[:, k - 1 : k]
    return tf.where(logits <= least, -np.inf, logits)


# %% 4 right
def gru_of_paper(x, W, U, b):
    h = np.zeros((len(x), len(U)))
    states = []
    W_z, W_r, W_h = np.split(W, 3, axis=1)
    U_z, U_r, U_h = np.split(U, 3, axis=1)
    b_z, b_r, b_h = np.split(b, 3)
    for t in range(x.shape[1]):
        z = sigmoid(x[:, t] @ W_z + h @ U_z + b_z)
        r = sigmoid(x[:, t] @ W_r + h @ U_r + b_r)
        h = z * h + (1 - z) * np.tanh(x[:, t] @ W_h + b_h + (r * h) @ U_h)
        states.append(h)
    return np.stack(states, axis=1)


# %% 4 wrong: r is applied after the product
def gru_of_paper(x, W, U, b):
    return gru(x, W, U, np.stack([b, np.zeros_like(b)]))[0]


# %% 4 wrong: the first state is wrong already
def gru_of_paper(x, W, U, b):
    h = np.zeros((len(x), len(U)))
    states = []
    W_z, W_r, W_h = np.split(W, 3, axis=1)
    U_z, U_r, U_h = np.split(U, 3, axis=1)
    b_z, b_r, b_h = np.split(b, 3)
    for t in range(x.shape[1]):
        z = sigmoid(x[:, t] @ W_z + h @ U_z + b_z)
        r = sigmoid(x[:, t] @ W_r + h @ U_r + b_r)
        h = (1 - z) * h + z * np.tanh(x[:, t] @ W_h + b_h + (r * h) @ U_h)
        states.append(h)
    return np.stack(states, axis=1)


# %% 5 right
letter = "c"

# %% 5 wrong: measure it
letter = "a"

# %% 5 wrong: measure it
letter = "b"

# %% 6 right
# Of 64 characters the first ones are named with little context; of 1,000 they are a small part.
reason = "b"

# %% 6 wrong: the start of each window
reason = "a"

# %% 6 wrong: the states are not
reason = "c"
