"""Files at any path: copied whole or not at all, inside of their folder, and with errors that say what is wrong."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from shimnb.core import transfer
from shimnb.core.files import FileAccessProvider
from shimnb.errors import FileError, MissingFileError


class Bucket(MemoryFileSystem):
    """A memory of its own, that can be told to fail."""

    protocol = "bucket"
    cachable = False
    store: ClassVar[dict] = {}
    pseudo_dirs: ClassVar[list] = [""]
    fails: ClassVar[list] = []
    extra: ClassVar[list] = []

    def __init__(self, *, anon: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.anon = anon

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(path.replace("bucket://", "memory://"))

    def get_file(self, rpath, lpath, **options):
        if self.fails and not self.anon:
            Path(lpath).write_text("half of it")
            raise self.fails[0]
        return super().get_file(rpath, lpath, **options)

    def find(self, path, **options):
        return super().find(path, **options) + self.extra


@pytest.fixture(autouse=True)
def bucket() -> Any:
    """An empty bucket, under its own scheme."""
    fsspec.register_implementation("bucket", Bucket, clobber=True)
    Bucket.store.clear()
    Bucket.fails.clear()
    Bucket.extra.clear()
    return Bucket()


@pytest.fixture
def access(tmp_path: Path) -> FileAccessProvider:
    """Files whose sandbox is a folder of the test's."""
    (tmp_path / "sandbox").mkdir()
    return FileAccessProvider(str(tmp_path / "sandbox"), "bucket://raw/run")


def below(folder: Path) -> list[str]:
    """Give every file of a folder, hidden ones too."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_local_file_needs_no_fsspec() -> None:
    """Fsspec is imported for a path with a scheme, and not before."""
    source = (
        "import sys\nfrom shimnb.core.files import FileAccessProvider\na = FileAccessProvider()\n"
        "p = a.put_raw_data(b'x')\na.get_data(p, a.get_random_local_path('y'))\nassert a.exists(p)\n"
        "assert 'fsspec' not in sys.modules, 'fsspec'"
    )
    subprocess.run([sys.executable, "-c", source], check=True)


def test_a_file_goes_to_a_scheme_and_back(access: FileAccessProvider, tmp_path: Path) -> None:
    """As it is, a name with a space and a percent sign too."""
    source = tmp_path / "a b%20.txt"
    source.write_bytes(b"\0x")
    assert access.put_data(source, "bucket://data/a b%20.txt") == "bucket://data/a b%20.txt"
    access.get_data("bucket://data/a b%20.txt", str(tmp_path / "new" / "b"))
    assert (tmp_path / "new" / "b").read_bytes() == b"\0x"
    assert access.exists("bucket://data/a b%20.txt")
    assert not access.exists("bucket://data/b")


def test_a_folder_goes_to_a_scheme_and_back(access: FileAccessProvider, tmp_path: Path) -> None:
    """With the folders in it."""
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / "src" / "a").write_text("1")
    (tmp_path / "src" / "deep" / "b").write_text("2")
    access.upload_directory(str(tmp_path / "src"), "bucket://data/f/")
    assert sorted(Bucket.store) == ["/data/f/a", "/data/f/deep/b"]
    access.download_directory("bucket://data/f", str(tmp_path / "out"))
    assert below(tmp_path / "out") == ["a", "deep/b"]


def test_a_folder_joins_the_files_that_are_there(access: FileAccessProvider, tmp_path: Path, bucket: Any) -> None:
    """They stay, and nothing temporary does."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("1")
    bucket.pipe({"/data/f/a": b"2"})
    access.get_data("bucket://data/f", str(tmp_path / "out"), is_multipart=True)
    assert below(tmp_path / "out") == ["a", "mine"]
    assert not list(tmp_path.glob(".shimnb-*"))


def test_a_folder_that_lies_in_itself_is_copied_once(access: FileAccessProvider, tmp_path: Path) -> None:
    """A target within the source, and a link to the folder that it lies in, end."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a").write_text("1")
    (tmp_path / "src" / "loop").symlink_to(tmp_path / "src")
    access.put_data(tmp_path / "src", str(tmp_path / "src" / "copy"), is_multipart=True)
    assert below(tmp_path / "src" / "copy") == ["a"]


def test_a_copy_that_fails_leaves_what_was_there(access: FileAccessProvider, tmp_path: Path, bucket: Any) -> None:
    """No half of a file is ever seen."""
    target = tmp_path / "t"
    target.write_text("old")
    bucket.pipe_file("/data/a", b"new")
    Bucket.fails.append(ConnectionError("the line is dead at bucket://data/a"))
    with pytest.raises(FileError) as caught:
        access.get_data("bucket://data/a", str(target))
    expected = "bucket://data/a: it cannot be read (ConnectionError: the line is dead at bucket://data/a)"
    assert str(caught.value) == expected
    assert target.read_text() == "old"
    assert below(tmp_path) == ["t"]


def test_a_copy_has_ordinary_permissions(access: FileAccessProvider, tmp_path: Path, bucket: Any) -> None:
    """And not those of a temporary file, which nobody else may read."""
    bucket.pipe({"/d/a": b"1"})
    (tmp_path / "plain").write_text("")
    access.get_data("bucket://d/a", str(tmp_path / "file"))
    access.get_data("bucket://d", str(tmp_path / "folder"), is_multipart=True)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) & 0o500 == 0o500
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == stat.S_IMODE((tmp_path / "sandbox").stat().st_mode)


def test_a_block_that_fails_writes_nothing(access: FileAccessProvider, tmp_path: Path) -> None:
    """A file opened to be written appears when the block ends well."""
    path = tmp_path / "deep" / "a.txt"
    with pytest.raises(UnicodeEncodeError), access.open(str(path), "w") as file:
        file.write("half of it \ud800")
    assert below(tmp_path) == []
    with access.open(str(path), "w") as file:
        file.write("whole")
        assert not path.exists()
    with access.open(str(path), "a") as file:
        file.write("!")
    assert path.read_text() == "whole!"


@pytest.mark.parametrize(
    "name", ["/data/f/../../evil", "/data/f/a\\..\\evil", "/data/f/C:evil", "/elsewhere/evil", "/data/f//a"]
)
def test_a_folders_file_does_not_leave_it(access: FileAccessProvider, tmp_path: Path, bucket: Any, name: str) -> None:
    """A folder with such a name is refused, before anything is copied."""
    bucket.pipe({"/data/f/a": b"1"})
    Bucket.extra.append(name)
    with pytest.raises(FileError) as caught:
        access.get_data("bucket://data/f", str(tmp_path / "out"), is_multipart=True)
    problem = f"its file {name!r} leads out of it, or has the name of another one"
    assert str(caught.value) == f"bucket://data/f: {problem}. Nothing was copied."
    assert below(tmp_path) == []


@pytest.mark.parametrize("uri", ["s3://b/..", "s3://b/a/../..", "s3://b/.", "s3://b/\0", "s3://b/"])
def test_a_local_path_stays_in_the_sandbox(access: FileAccessProvider, uri: str) -> None:
    """Whatever the URI ends with."""
    path = access.get_random_local_path(uri)
    assert Path(path).resolve().parent.is_relative_to(access.local_sandbox_dir)
    assert Path(path).name not in ("", ".", "..")


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "a\\..\\b", "s3://b/a", "a\0"])
def test_a_name_stays_in_its_folder(access: FileAccessProvider, name: str) -> None:
    """Names are relative, and do not go up."""
    for use in (lambda: access.generate_new_custom_path(stem=name), lambda: access.put_raw_data(b"x", file_name=name)):
        with pytest.raises(FileError) as caught:
            use()
        assert str(caught.value) == f"{name}: the name leads out of its folder. Give a relative name, without '..'."
    assert not Bucket.store


def test_raw_data_goes_below_its_prefix(access: FileAccessProvider, tmp_path: Path) -> None:
    """Bytes, a file and a folder, under a name that is given, its own, or a random one."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "x").write_text("1")
    assert access.put_raw_data(b"1", "p", "n") == "bucket://raw/run/p/n"
    assert access.put_raw_data(b"1", "", "n") == "bucket://raw/run/n"
    assert access.put_raw_data(tmp_path / "d" / "x", "q") == "bucket://raw/run/q/x"
    assert access.put_raw_data(str(tmp_path / "d") + "/", "r") == "bucket://raw/run/r/d"
    assert sorted(Bucket.store) == ["/raw/run/n", "/raw/run/p/n", "/raw/run/q/x", "/raw/run/r/d/x"]
    assert access.generate_new_custom_path(alt="other", stem="s") == "bucket://other/run/s"
    assert access.generate_new_custom_path().startswith("bucket://raw/run/")


def test_what_is_missing_is_named(access: FileAccessProvider, tmp_path: Path) -> None:
    """A file, and a folder; as the FileNotFoundError that an ``except`` may wait for."""
    missing = str(tmp_path / "nope")
    for path in (missing, "bucket://data/nope"):
        with pytest.raises(FileNotFoundError) as caught:
            access.get_data(path, str(tmp_path / "t"))
        assert str(caught.value) == f"{path}: there is no such file. Give the path of one that is there."
        with pytest.raises(MissingFileError) as caught:
            access.get_data(path, str(tmp_path / "t"), is_multipart=True)
        assert str(caught.value) == f"{path}: there is no such folder. Give the path of one that is there."
        with pytest.raises(MissingFileError) as caught, access.open(path):
            pass
        assert str(caught.value) == f"{path}: there is no such file. Give the path of one that is there."
    with pytest.raises(MissingFileError):
        access.put_data(missing, "bucket://data/t")
    assert below(tmp_path) == []


def test_a_folder_is_no_file(access: FileAccessProvider, tmp_path: Path, bucket: Any) -> None:
    """Nor the other way round."""
    bucket.pipe({"/data/f/a": b"1"})
    (tmp_path / "d").mkdir()
    (tmp_path / "a").write_text("1")
    remedy = "Use FlyteDirectory, or name a file in it."
    for path in (str(tmp_path / "d"), "bucket://data/f"):
        with pytest.raises(FileError) as caught:
            access.get_data(path, str(tmp_path / "t"))
        assert str(caught.value) == f"{path}: it is a folder, and a file is wanted. {remedy}"
    for path in (str(tmp_path / "a"), "bucket://data/f/a"):
        with pytest.raises(FileError) as caught:
            access.get_data(path, str(tmp_path / "t"), is_multipart=True)
        assert str(caught.value) == f"{path}: it is a file, and a folder is wanted. Use FlyteFile, or name its folder."
    with pytest.raises(FileError) as caught:
        access.put_data(tmp_path / "d", "bucket://data/x")
    assert str(caught.value) == f"{tmp_path / 'd'}: it is a folder, and a file is wanted. {remedy}"


def test_a_missing_package_is_named(access: FileAccessProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""

    def missing(*args: Any, **options: Any) -> Any:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(FileError) as caught:
        access.exists("s3://b/a")
    assert str(caught.value) == "s3://: the package s3fs is missing. Install it: pip install s3fs."


def test_an_unknown_scheme_is_named(access: FileAccessProvider) -> None:
    """And the usual ones are offered."""
    with pytest.raises(FileError) as caught:
        access.exists("nope://b/a")
    assert str(caught.value) == "nope://: fsspec knows no such scheme. Use a local path, s3:// or gs://."


def test_a_public_bucket_is_read_without_credentials(
    access: FileAccessProvider, tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When those that there are were refused."""
    monkeypatch.setitem(transfer._PUBLIC, "bucket", {"anon": True})
    bucket.pipe_file("/data/a", b"1")
    Bucket.fails.append(PermissionError("no credentials"))
    access.get_data("bucket://data/a", str(tmp_path / "t"))
    assert (tmp_path / "t").read_bytes() == b"1"


def test_the_engines_variables_reach_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container finds the endpoint and the key of its S3 in the environment, by flytekit's names."""
    monkeypatch.setenv("FLYTE_AWS_ENDPOINT", "http://minio:9000")
    monkeypatch.setenv("FLYTE_AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("FLYTE_AWS_SECRET_ACCESS_KEY", "hunter2")
    assert transfer._settings("s3") == {
        "cache_regions": True,
        "client_kwargs": {"endpoint_url": "http://minio:9000"},
        "key": "k",
        "secret": "hunter2",
    }


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("ftp://me:hunter2@host/a", "ftp://***@host/a"),
        ("https://host/a?X-Amz-Signature=hunter2", "https://host/a?..."),
        ("s3://bucket/a?b@c", "s3://bucket/a?b@c"),
    ],
)
def test_an_error_shows_no_password(path: str, shown: str) -> None:
    """Nor a URL's signature."""
    assert transfer.shown_path(path) == shown
