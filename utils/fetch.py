"""Find a data set: in the folder COURSE_DATA, in the cache or by download, else an offline stand-in."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pooch
import requests
from tqdm import tqdm

TIMEOUT = 30.0  # seconds without data, after which a download is abandoned
CACHE = pooch.os_cache("foundation-models-step-by-step")

Data = TypeVar("Data")
pooch.get_logger().setLevel("WARNING")  # no "Downloading …" lines in a notebook


class DownloadError(Exception):
    """A file could not be downloaded; the message says why."""


@dataclass(frozen=True)
class Remote:
    """A file to look for: its prepared name in COURSE_DATA, and where to download the original.

    `known_hash` is "algorithm:hexadecimal digest" of the original, `size` its length in bytes.
    """

    file: str
    url: str
    known_hash: str
    size: int


def download(remote: Remote) -> Path:
    """Return the cached original of `remote`, downloaded first if it is not there.

    The file gets its name in the cache only after its hash is found right.

    Raises:
        DownloadError: no connection, an error page, a time-out, a wrong hash, or a cache that cannot be written.
    """
    bar = tqdm(total=remote.size, desc=remote.file, unit="B", unit_scale=True, file=sys.stdout, leave=False)
    try:
        return Path(
            pooch.retrieve(
                remote.url,
                remote.known_hash,
                fname=remote.url.rsplit("/", 1)[-1],
                path=CACHE,
                downloader=pooch.HTTPDownloader(timeout=TIMEOUT, progressbar=bar, chunk_size=1 << 16),
            )
        )
    except requests.Timeout as error:
        raise DownloadError(f"{remote.url} did not answer within {TIMEOUT:g} s") from error
    except requests.HTTPError as error:
        raise DownloadError(f"{remote.url} answered with status {error.response.status_code}") from error
    except requests.RequestException as error:
        raise DownloadError(f"no connection to {remote.url}, or it broke") from error
    except ValueError as error:  # pooch: the hash differs
        raise DownloadError(f"the file at {remote.url} is not the expected one (its hash differs)") from error
    except OSError as error:
        raise DownloadError(f"the cache folder {CACHE} cannot be written ({error.strerror})") from error
    finally:
        bar.close()


def search(
    remote: Remote,
    *,
    prepared: Callable[[Path], Data],
    original: Callable[[Path], Data],
    stand_in: Callable[[], Data],
) -> Data:
    """Return the data of `remote`, read from the first of three places that has it.

    1. the folder named by the environment variable COURSE_DATA, read by `prepared`;
    2. the cache, else a download, read by `original`;
    3. `stand_in()`, after one line that says so and why. COURSE_OFFLINE=1 goes here at once.

    Raises:
        NotADirectoryError: if COURSE_DATA names no folder.
        ValueError: if a file is there and is not what it should be, or COURSE_OFFLINE is neither 1 nor unset.
    """
    offline, course_data = os.environ.get("COURSE_OFFLINE", ""), os.environ.get("COURSE_DATA")
    if offline not in ("", "1"):
        raise ValueError(f"Expected COURSE_OFFLINE to be 1 or not set, received {offline!r}.")
    if offline:
        reason = "COURSE_OFFLINE=1 is set"
    else:
        folder = Path(course_data).expanduser().absolute() if course_data else None
        if folder and not folder.is_dir():
            raise NotADirectoryError(
                f"Expected COURSE_DATA to name a folder, received {course_data!r}, which leads to {folder}. "
                "Give an absolute path, or unset it."
            )
        if folder and (folder / remote.file).exists():
            return prepared(folder / remote.file)
        try:
            return original(download(remote))
        except DownloadError as error:
            reason = str(error)
    print(
        f"⚠ STAND-IN for {remote.file}: {reason}. "
        "Results will differ from the text; for the real data see data/README.md."
    )
    return stand_in()
