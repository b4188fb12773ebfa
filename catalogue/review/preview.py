"""From what a stranger's build left to a comment: `python -m catalogue.review.preview ARCHIVE SITE FOLDER`.

ARCHIVE is what the build uploaded, if it did, SITE the trusted site built here from main, FOLDER where
comment.md and the pictures go. In the environment HEAD and BRANCH are the repository and the branch that is
proposed, PICTURES is where pictures will be, TOUCHES whether the pull request touches `content` only. Nothing
of the archive is run.
"""

import os
import sys
from pathlib import Path

from catalogue import settings
from catalogue.review import archive, changes, pictures, report
from catalogue.review.comment import Comment, branch, code, written

NEW = 4
"""So many new papers get a picture."""
PROBLEMS = "problems.json"
NO_SITE = Comment("There is no preview", ("The build made no site. The checks say why.",))
CODE = "This changes more than content: it was built by its own code, which a maintainer should read."


def preview(zipped: Path, site: Path, folder: Path, base: str, place: str) -> Comment:
    """Unpacks what was built below `folder`, takes the pictures there, and returns what there is to say.
    `base` is the path of the site's address, `place` where the pictures will be."""
    proposed = folder / "proposed"
    if not zipped.is_file():
        return NO_SITE
    try:
        archive.unpack(zipped, proposed, site)
    except archive.Refused as error:
        return Comment("There is no preview", (f"{code(str(error))}. The checks may say more.",))
    if (proposed / PROBLEMS).is_file():
        told = report.read((proposed / PROBLEMS).read_bytes())
        many = f"{len(told)} things" if len(told) > 1 else "One thing"
        return Comment(f"{many} to mend", told=told)
    if not (proposed / "index.html").is_file():
        return NO_SITE
    found = changes.compare(site, proposed)
    papers = [page for page in found.new if page.startswith("/papers/")][:NEW]
    notes = () if any(found) else ("No page of the site changes.",)
    try:
        taken = pictures.take(proposed, base, papers, folder)
    except RuntimeError as error:
        taken, notes = [], (*notes, f"There are no pictures: {error}.")
    shown = {papers[int(path.stem) - 1]: f"{place}/{path.name}" for path in taken}
    return Comment("Everything is in order", notes, changes=found, pictures=shown)


def main(zipped: str, site: str, folder: str) -> None:
    base = settings.read(Path("content"))[0].base
    comment = preview(Path(zipped), Path(site), Path(folder), base, os.environ["PICTURES"])
    if os.environ.get("TOUCHES") == "code":
        comment = comment._replace(notes=(*comment.notes, CODE))
    source = branch("https://github.com", os.environ["HEAD"], os.environ["BRANCH"])
    Path(folder, "comment.md").write_text(written(comment, source))


if __name__ == "__main__":
    main(*sys.argv[1:])
