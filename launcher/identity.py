"""Which user a database server runs as, and where that user may keep its files.

PostgreSQL refuses to run as root, and a Redis-compatible server should not. Root therefore starts both as somebody
without rights, who may be unable to enter the checkout: then the data lives elsewhere and the checkout has a link to it.
Nobody's permissions are loosened.
"""

import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from launcher.errors import LaunchError

OUTSIDE = Path("/var/lib/softfactory")


class PopenOptions(TypedDict):
    """Some keyword arguments of `subprocess.Popen` and `subprocess.run`."""

    cwd: str
    user: int | None
    group: int | None
    extra_groups: list[int] | None


@dataclass(frozen=True, slots=True)
class Identity:
    """A user and the group it runs with."""

    uid: int
    gid: int

    @property
    def is_current(self) -> bool:
        """Whether this process has the identity already."""
        return self.uid == os.geteuid()

    def can_use(self, path: Path, flag: str = "-x") -> bool:
        """Asks the kernel as that user; `flag` is one of test(1). A missing path cannot be used."""
        done = subprocess.run(["test", flag, path], check=False, **self.popen_options())  # noqa: S603, S607
        return done.returncode == 0

    def popen_options(self) -> PopenOptions:
        """Makes a child run with this identity, in a folder that everybody may enter."""
        if self.is_current:
            return {"cwd": "/", "user": None, "group": None, "extra_groups": None}
        return {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}


def server_identity(data: Path) -> Identity:
    """Who runs the server whose data is, or will be, in `data`: its owner, else us, else a user without rights."""
    uid, gid = os.geteuid(), os.getegid()
    if data.exists() and data.stat().st_uid != uid:
        owner = data.stat()
        if uid != 0:
            raise LaunchError(
                "DATA_OF_ANOTHER_USER",
                f"{data} belongs to user {owner.st_uid}, because it was made by another user (perhaps root). "
                "Run the command as that user, or remove the folder to start with empty databases.",
            )
        return Identity(owner.st_uid, owner.st_gid)
    return Identity(uid, gid) if uid != 0 else _without_rights()


def _without_rights() -> Identity:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(entry.pw_uid, entry.pw_gid)
    return Identity(65534, 65534)


def home_folder(folder: Path, identity: Identity, outside: Path = OUTSIDE) -> Path:
    """Makes `folder` if it is missing, ours, for `identity` to pass through; the answer is where it really is.

    Where the identity cannot get to, `folder` becomes a link to a new folder in `outside`. What the identity owns lies
    below, so that it cannot put links in the way of what we write, perhaps as root.
    """
    if folder.is_symlink() and not folder.exists():
        folder.unlink()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists() or identity.is_current or identity.can_use(folder.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
        real = folder.resolve()
    else:
        outside.mkdir(mode=0o755, parents=True, exist_ok=True)
        real = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=outside))
        folder.symlink_to(real)
    if not identity.is_current:
        os.chown(real, os.geteuid(), os.getegid())
        real.chmod(0o711)
    return real


def own_folder(folder: Path, identity: Identity) -> Path:
    """A new, empty folder in a home folder, private to `identity`."""
    folder.mkdir(mode=0o700)
    if not identity.is_current:
        os.chown(folder, identity.uid, identity.gid)
    return folder


def own_file(file: Path, content: str, identity: Identity) -> None:
    """A file in a home folder that only `identity` may read."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(content)
    if not identity.is_current:
        os.chown(file, identity.uid, identity.gid)
