"""Assertions that a reader sees pass."""

import hashlib
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def expect(condition: bool, claim: str, *, when: bool = True) -> None:
    """Print "✓ claim" if `condition` is true.

    Args:
        condition: one truth value, a Python or NumPy bool.
        claim: what is true, in words, with the bound that it compares with ("below 20%"). It is printed and compared,
            so it holds no measured number that can drift.
        when: false where the claim is about data that are not there, such as with a stand-in; then it is not checked,
            and a line that starts with ⚠ says so.

    Raises:
        AssertionError: "✗ claim" if the condition is false.
        ValueError: if the condition is not one truth value (an array, a tensor, a string).

    >>> expect(1 + 1 == 2, "one and one make two")
    ✓ one and one make two
    >>> expect(1 + 1 == 3, "one and one make three", when=False)
    ⚠ not checked, as only a stand-in is here: one and one make three
    """
    if not isinstance(condition, (bool, np.bool_)):
        raise ValueError(f"Expected one truth value for {claim!r}, received {type(condition).__name__}.")
    if not when:
        print(f"⚠ not checked, as only a stand-in is here: {claim}")
        return
    if not condition:
        raise AssertionError(f"✗ {claim}")
    print(f"✓ {claim}")


def expect_close(actual, desired, claim: str, *, rtol: float = 0.0, atol: float = 0.0) -> None:
    """Print "✓ claim (rtol 1e-06)" if |actual − desired| ≤ atol + rtol·|desired| for every element.

    Args:
        actual: number, array or tensor.
        desired: number, array or tensor of the same shape.
        claim: what is equal, in words; printed and compared, with the tolerances, or "exactly" if both are 0.
        rtol: relative tolerance, at least 0.
        atol: absolute tolerance, at least 0, in the unit of `desired`.

    Raises:
        AssertionError: "✗ claim", with the elements that differ, or if the shapes differ.

    >>> expect_close([0.1 + 0.2], [0.3], "a tenth and two tenths make three tenths", rtol=1e-12)
    ✓ a tenth and two tenths make three tenths (rtol 1e-12)
    """
    actual, desired = np.asarray(actual), np.asarray(desired)
    if actual.shape != desired.shape:
        raise AssertionError(f"✗ {claim}: expected shape {desired.shape}, received {actual.shape}")
    np.testing.assert_allclose(actual, desired, rtol=rtol, atol=atol, equal_nan=False, err_msg=f"✗ {claim}")
    allowed = [f"{name} {value:g}" for name, value in (("rtol", rtol), ("atol", atol)) if value]
    print(f"✓ {claim} ({', '.join(allowed) or 'exactly'})")


class WrongAnswer(AssertionError):
    """An answer that is not right yet; Jupyter shows its text without a traceback, as nothing crashed."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def exercise(title: str, answer, is_right: Callable[[Any], bool | str]) -> None:
    """Say whether an exercise is answered: "○" while the answer is still `...`, "✓" once it is right.

    Args:
        title: printed after the mark.
        answer: a value or a function of the reader; `...` if there is none yet.
        is_right: a check of the answer. It returns true, or false, or what is wrong in words; an exception that it
            raises counts as a wrong answer.

    Raises:
        WrongAnswer: "✗", with the answer and what is wrong with it.

    >>> exercise("Exercise 1", ..., lambda answer: answer == 42)
    ○ Exercise 1: replace ... with your answer
    >>> exercise("Exercise 1", 42, lambda answer: answer == 42 or "it is another number")
    ✓ Exercise 1
    """
    if answer is ...:
        print(f"○ {title}: replace ... with your answer")
        return
    try:
        verdict = is_right(answer)
    except Exception as error:
        verdict = f"its check raised {type(error).__name__}: {error}"
    if isinstance(verdict, str) or not verdict:
        received = getattr(answer, "__name__", repr(answer))
        raise WrongAnswer(
            f"✗ {title}: received {received}; {verdict or 'it is not right yet'}. "
            "Change the answer and run the cell again."
        )
    print(f"✓ {title}")


def seal(question: str, answer: str | float) -> str:
    """Return eight hexadecimal digits that stand for an answer: a word or letter, or a number to four digits.

    >>> seal("00.1", "B") == seal("00.1", " b"), seal("00.2", 0.25) == seal("00.2", 1 / 4)
    (True, True)
    """
    text = answer.strip().lower() if isinstance(answer, str) else f"{float(answer):.4g}"
    return hashlib.sha256(f"{question}: {text}".encode()).hexdigest()[:8]


def sealed(question: str) -> Callable[[str | float], bool | str]:
    """Return the check of an answer that its cell should not show; utils/seals.toml knows it by what `seal` gives.

    >>> exercise("Exercise 4", "c", sealed("00.4"))
    ✓ Exercise 4

    Raises:
        KeyError: if there is no such question.
    """
    known = tomllib.loads((Path(__file__).parent / "seals.toml").read_text(encoding="utf8"))[question]

    def is_right(answer):
        digits = "" if isinstance(answer, str) else " (four digits count)"
        return known.get(seal(question, answer), f"it is not right yet{digits}") or True

    return is_right
