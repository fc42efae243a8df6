# %% 1 right
field_of_three = 7

# %% 1 wrong: neighboring fields overlap
field_of_three = 9

# %% 1 wrong: that is for two
field_of_three = 5

# %% 1 wrong: that is 3³
field_of_three = 27

# %% 2 right
grouped_parameters = 3 * 3 * 16 * 64 + 64

# %% 2 wrong: that is without groups
grouped_parameters = 3 * 3 * 64 * 64 + 64

# %% 2 wrong: the biases are missing
grouped_parameters = 3 * 3 * 16 * 64

# %% 2 wrong: that is one group
grouped_parameters = 3 * 3 * 16 * 16 + 16


# %% 3 right
def bottleneck(x):
    y = convolution(x, x.shape[-1] // 4, 1)
    y = convolution(y, x.shape[-1] // 4, 3)
    y = convolution(y, x.shape[-1], 1, activation=None)
    return keras.layers.ReLU()(keras.layers.Add()([x, y]))


# %% 3 wrong: a ReLU stands between the last convolution and the sum
def bottleneck(x):
    y = convolution(x, x.shape[-1] // 4, 1)
    y = convolution(y, x.shape[-1] // 4, 3)
    y = convolution(y, x.shape[-1], 1)
    return keras.layers.ReLU()(keras.layers.Add()([x, y]))


# %% 3 wrong: with all weights 0 the result is not ReLU of the input
def bottleneck(x):
    y = convolution(x, x.shape[-1] // 4, 1)
    y = convolution(y, x.shape[-1] // 4, 3)
    return keras.layers.ReLU()(convolution(y, x.shape[-1], 1, activation=None))


# %% 3 wrong: its kernels are
def bottleneck(x):
    y = convolution(x, x.shape[-1], 3)
    y = convolution(y, x.shape[-1], 3, activation=None)
    return keras.layers.ReLU()(keras.layers.Add()([x, y]))


# %% 4 right
def dilated_fields(layers):
    field, jump, fields = 1, 1, []
    for k, s, d in layers:
        field += (k - 1) * d * jump
        jump *= s
        fields.append(field)
    return fields


# %% 4 wrong: with dilation it gives [3, 5, 7, 11]
def dilated_fields(layers):
    return receptive_fields([(k, s) for k, s, _ in layers])


# %% 4 wrong: with d = 1 it is not what receptive_fields gives
def dilated_fields(layers):
    field, jump, fields = 1, 1, []
    for k, s, d in layers:
        jump *= s
        field += (k - 1) * d * jump
        fields.append(field)
    return fields


# %% 4 wrong: with dilation it gives [3, 6,
def dilated_fields(layers):
    return receptive_fields([(k + d - 1, s) for k, s, d in layers])


# %% 5 right
# Its receptive field is far wider than a tile: each of the averaged places has seen several tiles and their order.
letter = "c"

# %% 5 wrong: measure it
letter = "a"

# %% 5 wrong: measure it
letter = "b"

# %% 6 right
# Overfitting would show in a low training loss. And batch normalization keeps the first gradients from vanishing,
# which was measured above.
ruled_out = "c"

# %% 6 wrong: the gradient at the start was measured too
ruled_out = "a"

# %% 6 wrong: a network that overfits has a low training loss
ruled_out = "b"

# %% 6 wrong: look at the training loss
ruled_out = "d"
