"""What GitHub Pages takes: a site of 1 GB, which must be deployed within ten minutes.
(https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits)
"""

import os
from pathlib import Path

MOST = 1_000_000_000
"""Bytes of a site."""
SOON = 0.8
LESS = "Smaller it gets by author_files = false, paper_files = false and cards = false in site.toml"


def size(site: Path) -> int:
    """The bytes of all files."""
    files = (os.path.join(folder, name) for folder, _, names in os.walk(site) for name in names)
    return sum(map(os.path.getsize, files))


def told(total: int) -> str:
    """What there is to say of a site of so many bytes: nothing while it is far from the limit."""
    if total < MOST * SOON:
        return ""
    share = f"The site has {total / 1e9:.2f} GB, and GitHub Pages takes {MOST / 1e9:.0f} GB"
    return (
        f"{share}: it will be refused. {LESS}." if total > MOST else f"{share}: think of it in time. {LESS}."
    )
