# %% 1 right
# δ₂ is the derivative of ½(a₂ − y)² with respect to z₂: (a₂ − 0) · a₂(1 − a₂), with a₂ = σ(0.97).
delta_2_for_label_0 = 0.1445

# %% 1 wrong: the derivative of the sigmoid is missing
delta_2_for_label_0 = 0.7251

# %% 1 wrong: its sign is wrong
delta_2_for_label_0 = -0.1445

# %% 1 wrong: that is for the label 1
delta_2_for_label_0 = -0.0548


# %% 2 right
def repaired_deltas(parameters, zs, one_hot, activation):
    function, derivative = activations[activation]
    deltas = [entropy_delta(zs[-1], one_hot)]
    for (W, _), z in zip(parameters[:0:-1], zs[-2::-1], strict=True):
        deltas.append((deltas[-1] @ W.T) * derivative(z))
    return deltas[::-1]


# %% 2 wrong: right for ReLU and wrong for tanh
repaired_deltas = suspicious_deltas


# %% 2 wrong: wrong for ReLU and tanh
def repaired_deltas(parameters, zs, one_hot, activation):
    function, derivative = activations[activation]
    deltas = [entropy_delta(zs[-1], one_hot)]
    for (W, _), z in zip(parameters[:0:-1], zs[-2::-1], strict=True):
        deltas.append((deltas[-1] @ W.T) * function(z))
    return deltas[::-1]


# %% 3 right
# The mean is taken while the weights change. Its first terms are those of a network that guesses.
letter = "b"

# %% 3 wrong: the batches are drawn at random
letter = "a"

# %% 3 wrong: then it would be smaller
letter = "c"

# %% 3 wrong: both are measured on training digits
letter = "d"

# %% 4 right
best_rate_for_sigmoid = 2

# %% 4 wrong: another rate
best_rate_for_sigmoid = 0.1

# %% 4 wrong: another rate
best_rate_for_sigmoid = 8
