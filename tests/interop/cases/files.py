"""Files, folders and offloaded literals; a random part of a path is left out of the comparison."""

from __future__ import annotations

TYPES = (
    "FlyteFile",
    "FlyteFile['csv']",
    "FlyteFile[typing.TypeVar('csv')]",
    "FlyteFile['.tar.gz']",
    "FlyteFile['']",
    "FlyteFile['python_pickle']",
    "FlyteDirectory",
    "FlyteDirectory['csv']",
    "os.PathLike",
    "typing.TextIO",
    "typing.BinaryIO",
    "List[FlyteFile['csv']]",
    "Dict[str, FlyteDirectory]",
    "Optional[FlyteFile]",
    "Union[FlyteFile, str]",
    "Union[FlyteFile, FlyteDirectory]",
    "files.Album",
    "files.Mixed",
    "files.Paths",
    "files.Model",
)

# The value, which may use `files.here`, a folder with a file and a folder, and its type.
VALUES: dict[str, tuple[str, str]] = {
    "a URI": ("'s3://b/x%20y'", "FlyteFile"),
    "a URI as a FlyteFile": ("FlyteFile('s3://b/x')", "FlyteFile['csv']"),
    "a URI with a remote path": ("FlyteFile('s3://b/x', remote_path='s3://c/y')", "FlyteFile"),
    "a str": ("files.here + '/a.csv'", "FlyteFile"),
    "a Path": ("pathlib.Path(files.here + '/a.csv')", "FlyteFile['csv']"),
    "a FlyteFile": ("FlyteFile(files.here + '/a.csv')", "FlyteFile"),
    "a name with a space": ("files.here + '/b c.csv'", "FlyteFile"),
    "a file that stays": ("FlyteFile(files.here + '/a.csv', remote_path=False)", "FlyteFile"),
    "a file that is not there, and stays": ("FlyteFile('/nope', remote_path=False)", "FlyteFile"),
    "a remote path": ("FlyteFile(files.here + '/a.csv', remote_path=files.here + '/up/z.csv')", "FlyteFile"),
    "a remote path elsewhere": ("FlyteFile(files.here + '/a.csv', remote_path='memory://up/z.csv')", "FlyteFile"),
    "metadata": ("FlyteFile('s3://b/x', metadata={'a': 'b'})", "FlyteFile"),
    "another format": ("FlyteFile['csv']('s3://b/x')", "FlyteFile['json']"),
    "a str as a path": ("'/nope'", "os.PathLike"),
    "a Path as a path": ("pathlib.Path('/nope')", "os.PathLike"),
    "a FlyteFile as a path": ("FlyteFile('/nope')", "os.PathLike"),
    "a folder's URI": ("'s3://b/d/'", "FlyteDirectory"),
    "a folder's URI as a FlyteDirectory": ("FlyteDirectory('s3://b/d')", "FlyteDirectory['csv']"),
    "a folder as a str": ("files.here + '/d'", "FlyteDirectory"),
    "a folder as a Path": ("pathlib.Path(files.here + '/d')", "FlyteDirectory"),
    "a folder": ("FlyteDirectory(files.here + '/d')", "FlyteDirectory"),
    "a folder that stays": ("FlyteDirectory(files.here + '/d', remote_directory=False)", "FlyteDirectory"),
    "a remote folder": (
        "FlyteDirectory(files.here + '/d', remote_directory=files.here + '/up/d')",
        "FlyteDirectory",
    ),
    "a remote folder elsewhere": (
        "FlyteDirectory(files.here + '/d', remote_directory='memory://up/d/')",
        "FlyteDirectory",
    ),
    "a list": ("['s3://b/x', files.here + '/a.csv']", "List[FlyteFile]"),
    "None for an Optional": ("None", "Optional[FlyteFile]"),
    "a file for an Optional": ("files.here + '/a.csv'", "Optional[FlyteFile]"),
    "a str for a file or a str": ("files.here + '/a.csv'", "Union[FlyteFile, str]"),
    "a FlyteFile for a file or a str": ("FlyteFile('s3://b/x')", "Union[FlyteFile, str]"),
    "a file for a file or a folder": ("files.here + '/a.csv'", "Union[FlyteFile, FlyteDirectory]"),
    "a folder for a file or a folder": ("files.here + '/d'", "Union[FlyteFile, FlyteDirectory]"),
    "a dataclass": (
        (
            "files.Album(FlyteFile('s3://b/x', metadata={'a': 'b'}), FlyteDirectory('s3://b/d'), FlyteFile('s3://b/y'), "
            "[FlyteFile('s3://b/z')])"
        ),
        "files.Album",
    ),
    "a dataclass with local files": (
        (
            "files.Album(FlyteFile(files.here + '/a.csv', remote_path=False), "
            "FlyteDirectory(files.here + '/d', remote_directory=False))"
        ),
        "files.Album",
    ),
    "a pydantic model": (
        (
            "files.Model(cover=FlyteFile('s3://b/x', metadata={'a': 'b'}), songs=FlyteDirectory('s3://b/d'), "
            "more=[FlyteFile('s3://b/z')])"
        ),
        "files.Model",
    ),
    "a dataclass with a mixin": ("files.Mixed(FlyteFile('s3://b/x'))", "files.Mixed"),
    "a dataclass with paths": ("files.Paths(pathlib.Path('/a/b'), pathlib.Path('c'))", "files.Paths"),
}

# What is asked of a FlyteFile or a FlyteDirectory.
MEMBERS: dict[str, str] = {
    "formats": "[t.extension() for t in (FlyteFile, FlyteFile['csv'], FlyteFile['.tar.gz'], FlyteDirectory['x'])]",
    "no format": "[FlyteFile[''] is FlyteFile, FlyteFile[None] is FlyteFile]",
    "shown": "[str(FlyteFile('/a/b')), repr(FlyteFile('/a/b')), str(FlyteDirectory('/a/b'))]",
    "equal": "[FlyteFile('/a') == '/a', FlyteFile('/a') == FlyteFile('/a'), FlyteFile('/a') == FlyteFile['x']('/a')]",
    "hashed": "len({FlyteFile('/a'), FlyteFile('/a')})",
    "a local file": "(lambda f: [f.path, f.remote_path, f.remote_source, f.downloaded, os.fspath(f), f.downloaded])(FlyteFile('/a'))",
    "a remote file": "(lambda f: [f.path, f.remote_path, f.remote_source, f.downloaded])(FlyteFile('memory://a/b'))",
    "a fetched file": "open(FlyteFile(files.uri)).read()",
    "a file from a literal": (
        "(lambda f: [f.remote_source, f.extension(), f.downloaded, open(f).read(), f.downloaded])"
        "(restored(files.uri, FlyteFile['csv']))"
    ),
    "a file's name from a literal": "os.path.basename(restored(files.uri, FlyteFile).path)",
    "a folder from a literal": (
        "(lambda d: [d.remote_source, d.extension(), sorted(os.listdir(d)), d.downloaded])"
        "(restored(files.folder_uri, FlyteDirectory['csv']))"
    ),
    "a local folder from a literal": (
        "(lambda d: [d.remote_source, d.remote_directory, d.path == files.here + '/d'])"
        "(restored(FlyteDirectory(files.here + '/d', remote_directory=False), FlyteDirectory))"
    ),
    "a path from a literal": "type(restored(files.here + '/a.csv', os.PathLike)).__name__",
    "a stream from a literal": "files.streamed(typing.TextIO)",
    "a binary stream from a literal": "files.streamed(typing.BinaryIO)",
    "from_source": "(lambda f: [f.remote_source, open(f).read()])(FlyteFile.from_source(files.uri))",
    "a folder from_source": "(lambda d: [d.remote_source, sorted(os.listdir(d))])(FlyteDirectory.from_source(files.folder_uri))",
    "open": "files.read_and_written()",
    "listdir": "sorted(i.remote_source for i in FlyteDirectory.listdir(FlyteDirectory.from_source(files.folder_uri)))",
    "local listdir": "sorted(i.path[len(files.here):] for i in FlyteDirectory.listdir(FlyteDirectory(files.here + '/d')))",
    "crawl": "sorted(FlyteDirectory.from_source(files.folder_uri).crawl())",
    "new_file": "[FlyteDirectory('/a/').new_file('x').path, FlyteDirectory('memory://a').new_file('x').path]",
    "new_dir": "[FlyteDirectory('/a/').new_dir('x').path, FlyteDirectory('memory://a').new_dir('x').path]",
    "below": "str(FlyteDirectory('/a') / 'b')",
    "sep": "[FlyteDirectory('/a').sep, FlyteDirectory('s3://a').sep]",
    "guessed": "[guessed(t).__mro__[-1] is object and guessed(t).extension() for t in (FlyteFile['csv'], FlyteDirectory['x'])]",
    "is_remote": "[context().file_access.is_remote(p) for p in ('/a', 'file:///a', 's3://a', 'a::memory://b')]",
    "a model's file": (
        "(lambda m: [m.cover.remote_source, open(m.cover).read(), m.notes])"
        "(restored(files.Model(cover=FlyteFile(files.uri), songs=FlyteDirectory(files.folder_uri)), files.Model))"
    ),
    "an offloaded list": "files.offloaded([1, 2], List[int])",
    "an offloaded dataclass": "files.offloaded(Point(1), Point)",
    "an offloaded item": "files.offloaded_item([1, 2], List[int])",
}

# What both refuse, and the class that a plugin's author may have been catching.
REFUSED: dict[str, tuple[str, str]] = {
    "a file that is not there": ("literal('/nope', FlyteFile)", "ValueError"),
    "a Path that is not there": ("literal(pathlib.Path('/nope'), FlyteFile)", "ValueError"),
    "a FlyteFile that is not there": ("literal(FlyteFile('/nope'), FlyteFile)", "AssertionError"),
    "a folder that is not there": ("literal('/nope', FlyteDirectory)", "ValueError"),
    "a FlyteDirectory that is not there": ("literal(FlyteDirectory('/nope'), FlyteDirectory)", "AssertionError"),
    "a file for a folder": ("literal(files.here + '/a.csv', FlyteDirectory)", "ValueError"),
    "a folder for a file": ("literal(files.here + '/d', FlyteFile)", "TypeError"),
    "a FlyteDirectory for a file": ("literal(FlyteDirectory(files.here + '/d'), FlyteFile)", "TypeError"),
    "an int for a file": ("literal(3, FlyteFile)", "TypeError"),
    "None for a file": ("literal(None, FlyteFile)", "TypeError"),
    "a folder's literal for a file": ("files.read_as('s3://b/d', FlyteDirectory, FlyteFile)", "TypeError"),
    "a file's literal for a folder": ("files.read_as('s3://b/d', FlyteFile, FlyteDirectory)", "TypeError"),
    "a URI for a file or a folder": ("literal('s3://b/d', Union[FlyteFile, FlyteDirectory])", "TypeError"),
    "an unfetchable file": ("open(FlyteFile('memory://nope/nope'))", "ValueError"),
    "an absolute new file": ("FlyteFile.new('/a')", "ValueError"),
    "an absolute new folder": ("FlyteDirectory.new('/a')", "ValueError"),
    "a folder's name with a dot": ("FlyteDirectory.new_remote('a.b')", "ValueError"),
    "a format of a format": ("FlyteFile['csv']['gz']", "TypeError"),
    "an offloaded file that is not there": ("files.offloaded_at('memory://nope/o.pb', int)", "ValueError"),
    "an offloaded file without a literal": ("files.offloaded_at(files.broken_uri, int)", "Exception"),
    "an offloaded literal without a place": ("files.offloaded_at('', int)", "AssertionError"),
    "a stream as an output": ("literal(open(files.here + '/a.csv'), typing.TextIO)", "Exception"),
}

# Where the two differ on purpose: the source, our answer, flytekit's; as in `calls`.
DIFFERENT: dict[str, tuple[str, str, str]] = {
    "a percent sign stays in a URI": (
        "literal(FlyteFile(files.here + '/a.csv', remote_path='memory://up/a%20b'), FlyteFile).scalar.blob.uri",
        "memory://up/a%20b",
        "memory://up/a b",
    ),
    "a folder is no file": ("bool(literal(FlyteFile(files.here + '/d'), FlyteFile))", "!ConversionError", "True"),
    "a file:// path is taken": ("bool(literal('file://' + files.here + '/a.csv', FlyteFile))", "True", "!~not a file"),
    "a link's file is copied": ("bool(literal(FlyteFile(files.link), FlyteFile))", "True", "!~symlink"),
    "a str for a path in a dataclass": (
        "bool(literal(files.Paths('/a', pathlib.Path('b')), files.Paths))",
        "True",
        "!AttributeError",
    ),
    "a remote FlyteDirectory is fetched": (
        "sorted(os.listdir(FlyteDirectory(files.folder_uri)))",
        "['e', 'x']",
        "!FileNotFoundError",
    ),
    "a guessed dataclass has files": (
        "typing.get_type_hints(guessed(files.Mixed))['cover'] is FlyteFile",
        "True",
        "False",
    ),
    "a changed file is copied again": ("files.changed()", "['1', '2']", "['1', '1']"),
    "a path by itself": ("literal_type(pathlib.Path).blob.format", "!UnsupportedTypeError", "PythonPickle"),
    "a name that leads out of its folder": (
        "FlyteDirectory('/a').new_file('../b').path",
        "!FileError",
        "/a/../b",
    ),
    "a URI that ends with dots": (
        "FlyteFile('s3://b/..')._local_path.endswith('..')",
        "False",
        "True",
    ),
    "another type than was noted": ("files.offloaded_noted([], List[int], int)", "!~got an offloaded value", "[]"),
}


def cases() -> dict[str, str]:
    """By the name under which the test asks."""
    found = {f"file type: {t}": f"literal_type({t})" for t in TYPES}
    for name, (value, t) in VALUES.items():
        found[f"file literal: {name}"] = f"files.plain(literal({value}, {t}))"
        # flytekit remembers the literal of a path, so that the other run asks for another one.
        found[f"local file literal: {name}"] = f"files.plain(files.local({value.replace('here', 'there')}, {t}))"
    found.update({f"file member: {name}": source for name, source in MEMBERS.items()})
    found.update({f"file refused: {name}": source for name, (source, _) in REFUSED.items()})
    found.update({f"file view: {name}": source for name, (source, _, _) in DIFFERENT.items()})
    return found
