"""What a pull request proposes: whether it touches only content, and that content as plain files.

`python -m catalogue.review.proposal PROPOSED TRUSTED` compares two checkouts, lays the proposed content/ over
the trusted one and prints `content`; or prints `code` where anything else is touched, and changes nothing.
What it refuses to lay it writes to CATALOGUE_PROBLEMS, as a build does.
"""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from catalogue.problems import ContentError, Problem, printable
from catalogue.review import report

MOST, LARGEST, SUM = 500_000, 2 * 1024 * 1024, 2 * 1024**3
"""Files, bytes of one, bytes of all."""


def touches_only_content(proposed: Path, trusted: Path) -> bool:
    """Whether two checkouts are alike in all but content/ and what git keeps for itself."""
    return dict(_entries(proposed)) == dict(_entries(trusted))


def _entries(root: Path) -> Iterator[tuple[str, tuple[int, bytes]]]:
    """Each file beside content/: its kind with the right to run it, and its bytes. Links are not followed."""
    for folder, folders, names in os.walk(root):
        if Path(folder) == root:
            folders[:] = [name for name in folders if name not in ("content", ".git")]
            names = [name for name in names if name != ".git"]
        for name in (*names, *(name for name in folders if os.path.islink(os.path.join(folder, name)))):
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                data = os.fsencode(os.readlink(path))
            else:
                data = Path(path).read_bytes() if stat.S_ISREG(mode) else b""
            yield os.path.relpath(path, root), (stat.S_IFMT(mode) | mode & stat.S_IXUSR, data)


def lay(proposed: Path, trusted: Path) -> int:
    """Makes content/ of the trusted checkout that of the proposed, and returns the number of its files.

    Only regular files, none of them to be run, no links, not too many and not too large. Raises ContentError
    with all that is nothing that this machine should touch, before anything is changed.
    """
    found = list(_content(proposed / "content"))
    if refused := [one for one in found if isinstance(one, Problem)]:
        raise ContentError(refused)
    files = [one for one in found if not isinstance(one, Problem)]
    if len(files) > MOST or sum(size for _, size in files) > SUM:
        message = f"it holds more than {MOST:,} files, or {SUM >> 30} GB"
        raise ContentError([_problem("content", message, "Propose less")])
    shutil.rmtree(trusted / "content", ignore_errors=True)
    for name, _ in files:
        target = trusted / "content" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(proposed / "content" / name, target, follow_symlinks=False)
    return len(files)


def _content(root: Path) -> Iterator[tuple[str, int] | Problem]:
    """The files with their sizes, and what is refused."""
    if root.is_symlink() or not root.is_dir():
        yield _problem("content", "it is no folder", "Make it a folder again")
        return
    for folder, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = Path(folder, name)
            shown, status = printable(path.relative_to(root.parent).as_posix()), path.lstat()
            if not name.isprintable() or "\\" in name:
                yield _problem(shown, "its name holds a sign that no name should", "Use letters and hyphens")
            elif stat.S_ISDIR(status.st_mode):
                if name == ".git":
                    yield _problem(shown, "a repository within", "Leave it out")
            elif not stat.S_ISREG(status.st_mode):
                yield _problem(shown, "a link or a device, not a file", "Put the file itself here")
            elif status.st_size > LARGEST:
                message = f"the file is larger than {LARGEST >> 20} MB"
                yield _problem(shown, message, "Make it smaller, or link to where it is")
            else:
                yield path.relative_to(root).as_posix(), status.st_size


def _problem(path: str, message: str, hint: str) -> Problem:
    return Problem(path, 1, 1, message, hint)


def main(proposed: str, trusted: str) -> int:
    if not touches_only_content(Path(proposed), Path(trusted)):
        print("code")
        return 0
    try:
        lay(Path(proposed), Path(trusted))
    except ContentError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        told = [
            report.Told(problem, "", "") for problem in error.problems
        ]  # it is not read: it may be a link
        report.write(told, Path(os.environ["CATALOGUE_PROBLEMS"]))
        return 1
    print("content")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
