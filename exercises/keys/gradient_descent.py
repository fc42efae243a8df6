# %% 1 right
# Each step multiplies θ by 1 − 6α, whose magnitude is below 1 for 0 < α < 1/3.
boundary_for_3_theta_squared = 1 / 3

# %% 1 wrong: that is 1 divided by the second derivative
boundary_for_3_theta_squared = 1 / 6

# %% 1 wrong: the second derivative of 3θ² is 6
boundary_for_3_theta_squared = 2 / 3

# %% 1 wrong: that is the boundary for θ²
boundary_for_3_theta_squared = 1


# %% 2 right
def absolute_gradients(parameters, x, y):
    signs = np.sign(y - predict(parameters, x))
    return np.array([-np.mean(signs * x), -np.mean(signs)])


# %% 2 wrong: the gradient has the wrong sign
def absolute_gradients(parameters, x, y):
    signs = np.sign(y - predict(parameters, x))
    return np.array([np.mean(signs * x), np.mean(signs)])


# %% 2 wrong: the gradient is of the sum
def absolute_gradients(parameters, x, y):
    signs = np.sign(y - predict(parameters, x))
    return np.array([-np.sum(signs * x), -np.sum(signs)])


# %% 2 wrong: the derivative with respect to w
def absolute_gradients(parameters, x, y):
    signs = np.sign(y - predict(parameters, x))
    return np.array([-np.mean(signs), -np.mean(signs)])


# %% 3 right
factor_of_height = 2.8

# %% 3 wrong: the factor is another one
factor_of_height = 2.0

# %% 3 wrong: the factor is another one
factor_of_height = 4.0

# %% 4 right
# The velocity is a sum of past gradients, and the last ones still point downhill at the minimum: it goes on
# until gradients of the other sign have used it up.
letter = "b"

# %% 4 wrong: both start with the same gradients
letter = "a"

# %% 4 wrong: above the boundary it would move away from the minimum
letter = "c"

# %% 4 wrong: rounding is far too small
letter = "d"


# %% 5 right
def nesterov_path(x, y, learning_rate, steps, beta):
    path = [np.zeros(2)]
    velocity = np.zeros(2)
    for _ in range(steps):
        velocity = beta * velocity - learning_rate * gradients(path[-1] + beta * velocity, x, y)
        path.append(path[-1] + velocity)
    return np.array(path)


# %% 5 wrong: that is plain momentum
def nesterov_path(x, y, learning_rate, steps, beta):
    return momentum_path(x, y, learning_rate, steps, beta)


# %% 5 wrong: that is descent without momentum
def nesterov_path(x, y, learning_rate, steps, beta):
    return momentum_path(x, y, learning_rate, steps, 0.0)
