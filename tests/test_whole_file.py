"""Files wholly or not at all: breaks when what stops a writer leaves half a file, or loses one."""

import concurrent.futures
import contextlib
import errno
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

import cornu as keras
from cornu.saving import whole_file
from cornu.saving.whole_file import write_text, write_together, write_whole
from forked_child import in_a_forked_child
from small_models import make_model

# What each writer writes, besides the file that it is told.
WRITERS = {
    "m.keras": lambda model, path: model.save(path),
    "m.h5": lambda model, path: model.save(path),
    "m.weights.h5": lambda model, path: model.save_weights(path),
    "m.c": lambda model, path: model.export(path, verbose=False),
    "m.onnx": lambda model, path: model.export(path, verbose=False),
    "m.svg": lambda model, path: keras.utils.plot_model(model, path),
    "m.network.svg": lambda model, path: keras.utils.network_to_svg(model, to_file=path),
}
OLD = b"what was there before"


@pytest.fixture(params=WRITERS)
def writer(request):
    """A file's name, and what writes it."""
    if request.param == "m.onnx":
        pytest.importorskip("onnx")
    model = make_model()
    return request.param, lambda path: WRITERS[request.param](model, path)


def files_in(folder):
    return {name: (folder / name).read_bytes() for name in os.listdir(folder)}


def expect(kind, work, path, number):
    with pytest.raises(kind) as caught:
        work(path)
    assert caught.value.errno == number
    assert caught.value.filename == str(path), "an error names the file that the user named"


# ---- What is in the way


def test_a_disk_that_is_full(writer, tmp_path):
    """As a limit of the size of files has it: wherever a write fails."""
    import resource

    name, write = writer
    write(tmp_path / name)
    size = max(map(len, files_in(tmp_path).values()))
    folder = tmp_path / "other"
    folder.mkdir()
    path = folder / name
    path.write_bytes(OLD)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for most in (0, 1, size // 2, size - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))
        try:
            with pytest.raises(OSError, match=r"m\.") as caught:
                write(path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert caught.value.errno == errno.EFBIG
        assert files_in(folder) == {name: OLD}
    write(path)
    assert path.read_bytes() != OLD


def test_a_picture_on_a_disk_that_is_full(tmp_path):
    pytest.importorskip("matplotlib")
    import resource

    path = tmp_path / "m.png"
    path.write_bytes(OLD)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        expect(
            OSError,
            lambda path: keras.pictures.weights(make_model(), to_file=path),
            path,
            errno.EFBIG,
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files_in(tmp_path) == {"m.png": OLD}


@pytest.fixture
def small_disk():
    folder = tempfile.mkdtemp()
    command = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", folder]
    try:
        is_mounted = (
            shutil.which("mount") and subprocess.run(command, capture_output=True).returncode == 0
        )
        if not is_mounted:
            pytest.skip("no disk can be mounted here")
        yield Path(folder)
    finally:
        subprocess.run(["umount", folder], capture_output=True)
        os.rmdir(folder)


def test_a_small_disk(writer, small_disk):
    name, write = writer
    write(small_disk / name)
    before = files_in(small_disk)
    with contextlib.suppress(OSError), open(small_disk / "large", "wb", buffering=0) as file:
        while True:
            file.write(bytes(1024))
    full = files_in(small_disk)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write(small_disk / name)
    assert caught.value.errno == errno.ENOSPC
    assert Path(caught.value.filename).parent == small_disk
    assert files_in(small_disk) == full
    (small_disk / "large").unlink()
    write(small_disk / name)
    assert files_in(small_disk).keys() == before.keys()


def as_a_user(work):
    """What `work()` returns where the process is not root, who may do everything."""

    def there():
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        return work()

    return in_a_forked_child(there)


@pytest.fixture
def open_folder():
    """A folder in which every user may do what its mode says."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o777)
    shutil.rmtree(folder)


def told(work):
    try:
        work()
    except OSError as error:
        return type(error).__name__, error.errno, error.filename
    return None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_folder_that_is_read_only(writer, open_folder):
    name, write = writer
    write(open_folder / name)
    before = files_in(open_folder)
    for path in before:
        (open_folder / path).chmod(0o666)
    open_folder.chmod(0o555)
    kind, number, filename = as_a_user(lambda: told(lambda: write(open_folder / name)))
    assert (kind, number) == ("PermissionError", errno.EACCES)
    assert filename.startswith(str(open_folder / "m."))
    assert files_in(open_folder) == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_file_that_is_read_only(open_folder):
    """It could be replaced in its folder; whoever made it so doesn't want that."""
    path = open_folder / "m.keras"
    path.write_bytes(OLD)
    path.chmod(0o444)
    assert as_a_user(lambda: told(lambda: make_model().save(path))) == (
        "PermissionError",
        errno.EACCES,
        str(path),
    )
    assert files_in(open_folder) == {"m.keras": OLD}


@pytest.mark.parametrize("name", WRITERS)
def test_folders_in_the_way(name, tmp_path):
    if name == "m.onnx":
        pytest.importorskip("onnx")
    model = make_model()
    (tmp_path / name).mkdir()
    with pytest.raises(IsADirectoryError, match="folder"):
        WRITERS[name](model, tmp_path / name)
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        WRITERS[name](model, tmp_path / "none" / name)
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        WRITERS[name](model, tmp_path / "file" / name)
    assert sorted(os.listdir(tmp_path)) == ["file", name]


def test_the_header_of_c_in_the_way(tmp_path):
    """Both or none."""
    (tmp_path / "m.h").mkdir()
    (tmp_path / "m.c").write_bytes(OLD)
    with pytest.raises(IsADirectoryError, match=r"m\.h"):
        make_model().export(tmp_path / "m.c", verbose=False)
    assert (tmp_path / "m.c").read_bytes() == OLD
    assert sorted(os.listdir(tmp_path)) == ["m.c", "m.h"]


def test_a_name_without_a_folder(writer, tmp_path, monkeypatch):
    name, write = writer
    monkeypatch.chdir(tmp_path)
    write(name)
    write(name)
    assert name in os.listdir(tmp_path)
    assert not [each for each in os.listdir(tmp_path) if each.endswith(".part")]
    expect(FileNotFoundError, lambda path: write_whole(path, True, b""), "", errno.ENOENT)


# ---- Modes, links, devices


def test_modes(tmp_path):
    path, other = tmp_path / "m", tmp_path / "n"
    umask = os.umask(0o027)
    try:
        write_text(path, "new")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        for mode in (0o600, 0o664, 0o755):
            path.chmod(mode)
            write_text(path, "newer")
            assert stat.S_IMODE(path.stat().st_mode) == mode
        write_together({str(path): b"1", str(other): b"2"}, True)
    finally:
        os.umask(umask)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, other)] == [0o755, 0o640]
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
        write_text(path, "by root")
        assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)


def test_links(tmp_path):
    (tmp_path / "there").mkdir()
    target, link, dangling = tmp_path / "there" / "m", tmp_path / "link", tmp_path / "dangling"
    target.write_bytes(OLD)
    link.symlink_to("there/m")
    dangling.symlink_to("there/new")
    for path, found in ((link, target), (dangling, tmp_path / "there" / "new")):
        write_text(path, "new")
        assert path.is_symlink()
        assert found.read_text() == "new"
    assert sorted(os.listdir(tmp_path / "there")) == ["m", "new"]
    (tmp_path / "lost").symlink_to("nowhere/m")
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*nowhere"):
        write_text(tmp_path / "lost", "new")
    (tmp_path / "round").symlink_to("round")
    expect(OSError, lambda path: write_text(path, "new"), tmp_path / "round", errno.ELOOP)


def test_devices(tmp_path):
    write_text("/dev/null", "gone")
    expect(OSError, lambda path: write_text(path, "full"), "/dev/full", errno.ENOSPC)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with contextlib.ExitStack() as stack:
        came = []
        reader = threading.Thread(target=lambda: came.append(path.read_bytes()))
        reader.start()
        stack.callback(reader.join)
        make_model().save(path)
    assert came[0].startswith(b"PK")
    assert stat.S_ISFIFO(path.stat().st_mode)


# ---- Several at once, and what was left


def test_names_as_long_as_can_be(tmp_path):
    path = tmp_path / ("m" * 255)
    write_text(path, "long")
    write_text(path, "longer")
    assert path.read_text() == "longer"


@pytest.mark.parametrize("kind", ["file", "pipe", "folder", "link"])
def test_what_was_left_is_removed(kind, tmp_path):
    """But no folder of its name, and never what a link leads to."""
    path, precious = tmp_path / "m", tmp_path / "precious"
    precious.write_bytes(OLD)
    part, file = whole_file._begin(str(path), 0o600)
    os.close(file)
    assert stat.S_ISREG(os.stat(part).st_mode), "as a writer that was killed leaves it"
    if kind != "file":
        os.unlink(part)
        make = {"pipe": os.mkfifo, "folder": os.mkdir, "link": lambda at: os.symlink("m", at)}
        make[kind](part)
    write_text(path, "whole")
    assert path.read_text() == "whole"
    assert precious.read_bytes() == OLD
    stays = {os.path.basename(part)} if kind in ("folder", "link") else set()
    assert set(os.listdir(tmp_path)) == {"m", "precious"} | stays


def test_one_that_another_writes_stays(tmp_path):
    path = tmp_path / "m"
    part, file = whole_file._begin(str(path), 0o600)
    write_text(path, "whole")
    assert set(os.listdir(tmp_path)) == {"m", os.path.basename(part)}
    os.close(file)
    write_text(path, "whole")
    assert os.listdir(tmp_path) == ["m"]


def test_many_writers_of_one_file(tmp_path):
    path = tmp_path / "m"
    texts = [str(number) * 50_000 for number in range(4)]

    def write(text):
        for _ in range(15):
            write_text(path, text)
            assert path.read_text() in texts

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(write, texts))
    assert os.listdir(tmp_path) == ["m"]
