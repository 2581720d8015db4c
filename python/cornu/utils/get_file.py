"""Files from the network, kept in a folder of the user's."""

from __future__ import annotations

# What only a download needs is imported there: this module is with every import of cornu.
import contextlib
import os
from typing import Any

from cornu.utils.errors import shown
from cornu.utils.messages import tell

_HASHES = ("auto", "sha256", "md5")
_FORMATS = ("auto", "tar", "zip")


def get_file(
    fname: Any = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> str:
    """Return the path of a file from the network, which is fetched where it is not there yet.

    Args:
        fname: The file's name in the folder; None: that in the address.
        origin: The address.
        untar: `extract` for archives of `tar`'s.
        md5_hash: An MD5 hash, in place of `file_hash`.
        file_hash: What the file must have as hash, in hexadecimal digits; None: anything.
        cache_subdir: The folder in `cache_dir`.
        hash_algorithm: `"sha256"`, `"md5"` or `"auto"`, by the length.
        extract: Whether to unpack the file, and return the path of the folder.
        archive_format: `"tar"`, `"zip"`, a list of these, or `"auto"`, which stands for both.
        cache_dir: A folder; None: the environment's `KERAS_HOME`, else `~/.keras`, as in Keras. If
            nothing can be written there, `.keras` in the folder for temporary files.
        force_download: Whether to fetch the file though it is there.

    Raises:
        ValueError: an argument is something else, or the file has another hash or can't be
            unpacked.
        OSError: it can't be fetched.

    Example:

    >>> import pathlib, tempfile
    >>> import cornu
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "there.txt").write_text("text")
    >>> path = cornu.utils.get_file(
    ...     "copy.txt", (folder / "there.txt").as_uri(), cache_dir=folder, cache_subdir="kept"
    ... ) # doctest: +ELLIPSIS
    Downloading data from file:///...
    >>> pathlib.Path(path).relative_to(folder).as_posix()
    'kept/copy.txt'

    Source: https://keras.io/api/utils/python_utils/ (`get_file`)
    """
    if origin is None:
        raise ValueError("`origin` must be the address of a file. Received: origin=None")
    for name, value, known in (
        ("hash_algorithm", hash_algorithm, _HASHES),
        ("archive_format", archive_format, _FORMATS),
    ):
        for one in value if isinstance(value, list | tuple) else (value,):
            if one not in known:
                raise ValueError(
                    f"`{name}` must be one of {known}. Received: {name}={shown(value)}"
                )
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    folder = os.path.join(_writable_folder(cache_dir), cache_subdir)
    os.makedirs(folder, exist_ok=True)
    name, unpacked = _names(fname, origin, extract or untar)
    path = os.path.join(folder, name)
    if force_download or not _is_kept(path, file_hash, hash_algorithm):
        _download(origin, path, file_hash, hash_algorithm)
    if not unpacked:
        return path
    target = os.path.join(folder, unpacked)
    _unpack(path, target, "tar" if untar else archive_format)
    return target


def _writable_folder(cache_dir: Any) -> str:
    if cache_dir is None:
        cache_dir = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    folder = os.path.expanduser(os.fspath(cache_dir))
    with contextlib.suppress(OSError):
        os.makedirs(folder, exist_ok=True)
    if os.access(folder, os.W_OK):
        return folder
    import tempfile

    return os.path.join(tempfile.gettempdir(), ".keras")


def _names(fname: Any, origin: str, is_unpacked: bool) -> tuple[str, str]:
    """The file's name and, where it is unpacked, the folder's."""
    from urllib.parse import urlsplit

    name = os.path.basename(urlsplit(origin).path) if not fname else os.fspath(fname)
    if not name:
        raise ValueError(
            f"`fname` must be given where the address has no file's name. Received: {origin!r}"
        )
    if os.sep in name:
        raise ValueError(
            "`fname` must be a name without a folder, which `cache_dir` and `cache_subdir` tell. "
            f"Received: fname={name!r}"
        )
    if not is_unpacked:
        return name, ""
    if fname and "." in name:
        return name, name.partition(".")[0] + "_extracted"
    return f"{name}_archive", name


def _is_kept(path: str, file_hash: str | None, algorithm: str) -> bool:
    if not os.path.exists(path):
        return False
    if file_hash is None or _hash(path, algorithm, file_hash) == file_hash:
        return True
    tell(
        f"The file {path} has another hash than {file_hash}: it is incomplete or outdated, and is "
        "fetched again.",
    )
    return False


def _download(origin: str, path: str, file_hash: str | None, algorithm: str) -> None:
    import shutil
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    tell(f"Downloading data from {origin}")
    part = f"{path}.{os.getpid()}.part"
    try:
        try:
            with urlopen(origin) as source, open(part, "wb") as target:
                shutil.copyfileobj(source, target)
        except HTTPError as error:
            raise OSError(f"URL fetch failure on {origin}: {error.code} -- {error.msg}") from None
        except URLError as error:
            raise OSError(f"URL fetch failure on {origin}: {error.reason}") from None
        found = _hash(part, algorithm, file_hash or "")
        if file_hash is not None and found != file_hash:
            raise ValueError(
                f"The file from {origin} is incomplete or corrupted: its hash must be "
                f"{file_hash}. Received: {found}"
            )
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.unlink(part)


def _hash(path: str, algorithm: str, like: str) -> str:
    import hashlib

    is_long = algorithm == "sha256" or (algorithm == "auto" and len(like) == 64)
    hasher = hashlib.sha256() if is_long else hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            hasher.update(chunk)
    return hasher.hexdigest()


def _unpack(path: str, target: str, archive_format: Any) -> None:
    import tarfile
    import zipfile

    known = archive_format if isinstance(archive_format, list | tuple) else [archive_format]
    if "auto" in known:
        known = ("tar", "zip")
    if "tar" in known and tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            # Nothing outside of the folder, no devices, no rights of others.
            archive.extractall(target, filter="data")
        return
    if "zip" in known and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(target)
        return
    raise ValueError(
        f"The file {path!r} is no archive that can be unpacked. "
        f"Received: archive_format={shown(archive_format)}"
    )
