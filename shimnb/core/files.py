"""Files of a run, in a folder that is made when somebody writes there.

By ``os.path``, and with `tempfile` and `shutil` imported where they are used:
with `pathlib` they would be a sixth of what importing shimnb costs.
"""

from __future__ import annotations

import os
import weakref

from shimnb.errors import ShimError

__all__ = ["FileAccessProvider"]


class FileAccessProvider:
    """Files of a run: a folder of its own, made when it is first asked for.

    Parameters
    ----------
    local_sandbox_dir : str, optional
        The folder; a temporary one when left out.
    raw_output_prefix : str, optional
        Where offloaded data goes; a folder of the sandbox when left out.

    Examples
    --------
    >>> access = FileAccessProvider()
    >>> os.path.isdir(access.get_random_local_directory())
    True
    """

    def __init__(self, local_sandbox_dir: str | None = None, raw_output_prefix: str | None = None) -> None:
        self._sandbox = local_sandbox_dir
        self._raw_output_prefix = raw_output_prefix

    @property
    def local_sandbox_dir(self) -> str:
        """The folder; a temporary one is removed when the process ends."""
        if self._sandbox is None:
            import shutil  # noqa: PLC0415  # see the module's docstring
            import tempfile  # noqa: PLC0415

            self._sandbox = tempfile.mkdtemp(prefix="shimnb-")
            weakref.finalize(self, shutil.rmtree, self._sandbox, ignore_errors=True)
        return self._sandbox

    @property
    def raw_output_prefix(self) -> str:
        """Where offloaded data goes."""
        return self._raw_output_prefix or os.path.join(self.local_sandbox_dir, "raw")

    def get_random_local_directory(self) -> str:
        """Make an empty folder within the sandbox."""
        import tempfile  # noqa: PLC0415  # see the module's docstring

        return tempfile.mkdtemp(dir=self.local_sandbox_dir)

    def get_random_local_path(self, file_path_or_file_name: str | None = None) -> str:
        """Name a file that does not exist, within a new folder."""
        name = os.path.basename(file_path_or_file_name or "") or "data"
        return os.path.join(self.get_random_local_directory(), name)

    def is_remote(self, path: str) -> bool:
        """Tell whether a path has a scheme other than ``file``."""
        scheme, separator, _ = path.partition("://")
        return bool(separator) and scheme != "file"

    def get_data(self, remote_path: str, local_path: str, is_multipart: bool = False) -> None:  # noqa: FBT001, FBT002  # flytekit's signature
        """Copy a file, or with `is_multipart` a folder, to a local path.

        Raises
        ------
        ShimError
            If the path has a scheme other than ``file``.
        FileNotFoundError
            If there is no such file.
        """
        if self.is_remote(remote_path):
            raise ShimError(
                "only local files are read", where=remote_path, remedy="Copy the file first, and give its local path."
            )
        import shutil  # noqa: PLC0415  # see the module's docstring

        source = remote_path.removeprefix("file://")
        if is_multipart:
            shutil.copytree(source, local_path, dirs_exist_ok=True)
        elif not (os.path.exists(local_path) and os.path.samefile(source, local_path)):
            shutil.copyfile(source, local_path)
