# %% 1 right
best_there = 0.3 / (0.3 + 0.1)

# %% 1 wrong: that is the ratio of the densities
best_there = 3

# %% 1 wrong: that is the share of the samples
best_there = 0.25

# %% 1 wrong: it is a density, not a probability
best_there = 0.3

# %% 2 right
# The best discriminator says 2/3 between 0 and 1, and 0 between 1 and 2:
# the mean of log(2/3) over the data, and of half of the samples log(1/3).
game_value = -0.9548

# %% 2 wrong: that is the value for equal distributions
game_value = -1.3863

# %% 2 wrong: only half of the samples
game_value = -1.5041

# %% 2 wrong: that is the data's part only
game_value = -0.4055


# %% 3 right
def hinge(real, fake):
    loss = tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + fake))
    return loss, -tf.reduce_mean(fake)


# %% 3 wrong: the discriminator's loss is 0, not 1.5
def hinge(real, fake):
    return tf.reduce_mean(1 - real) + tf.reduce_mean(1 + fake), -tf.reduce_mean(fake)


# %% 3 wrong: the generator's loss has the wrong sign
def hinge(real, fake):
    loss = tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + fake))
    return loss, tf.reduce_mean(fake)


# %% 3 wrong: the discriminator's loss is 4, not 1.5
def hinge(real, fake):
    loss = tf.reduce_mean(tf.nn.relu(1 + real)) + tf.reduce_mean(tf.nn.relu(1 - fake))
    return loss, -tf.reduce_mean(fake)


# %% 4 right
def better_half(fake):
    best, _ = tf.math.top_k(fake[:, 0], len(fake) // 2)
    return tf.reduce_mean(tf.nn.softplus(-best))


# %% 4 wrong: that is the smaller half
def better_half(fake):
    best, _ = tf.math.top_k(-fake[:, 0], len(fake) // 2)
    return tf.reduce_mean(tf.nn.softplus(best))


# %% 4 wrong: that is the whole batch
def better_half(fake):
    return tf.reduce_mean(tf.nn.softplus(-fake))


# %% 4 wrong: it gives
def better_half(fake):
    best, _ = tf.math.top_k(fake[:, 0], len(fake) // 2)
    return -tf.reduce_mean(tf.nn.softplus(best))


# %% 5 right
# Ten pictures lie near few of the real ones, so recall is small. Each digit has its share, the pictures are good,
# so the classifier is sure, and they are new, so they are no training image.
letter = "c"

# %% 5 wrong: each digit has the same share
letter = "a"

# %% 5 wrong: the pictures are good
letter = "b"

# %% 5 wrong: the pictures are new
letter = "d"

# %% 6 right
letter = "b"

# %% 6 wrong: measure both
letter = "a"

# %% 6 wrong: measure both
letter = "c"

# %% 6 wrong: measure both
letter = "d"
