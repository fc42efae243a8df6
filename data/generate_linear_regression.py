"""Write linear_regression.csv: output = 2.5 · input + 4 + noise.

python data/generate_linear_regression.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

SLOPE, INTERCEPT, NOISE, ROWS, SEED = 2.5, 4.0, 2.0, 100, 0


def linear_regression() -> pd.DataFrame:
    """Return the table: `input` uniform on [0, 10], `output` with Gaussian noise of standard deviation 2."""
    rng = np.random.default_rng(SEED)
    x = rng.uniform(0, 10, ROWS).round(3)
    y = (SLOPE * x + INTERCEPT + rng.normal(0, NOISE, ROWS)).round(3)
    return pd.DataFrame({"input": x, "output": y})


if __name__ == "__main__":
    linear_regression().to_csv(Path(__file__).with_name("linear_regression.csv"), index=False)
