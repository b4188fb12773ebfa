"""Writes an invented catalogue of any size: `python tests/benchmarks/corpus.py 10000 FOLDER`.

The same number gives the same bytes. Authors follow Zipf's law, days are five years of weekdays, one
abstract in three holds mathematics.
"""

import datetime as dt
import random
import sys
from bisect import bisect
from itertools import accumulate
from pathlib import Path

FAMILY = "Adler Cho Diaz Fofana García Hakimi Ito Jensen Kovač Liu Müller Nguyen Okafor Patel".split()
GIVEN = "Ana Bo Chen Dana Goran Hiro Ines José Katya Lena Mei Noor Omar Priya Quinn Rosa Søren Tao".split()
NOUNS = (
    "alignment diffusion reasoning robots speech vision graphs proofs agents rewards memory safety".split()
)
VERBS = (
    "Learning Scaling Probing Taming Steering Measuring Distilling Rethinking Aligning Compressing".split()
)
MORE = "sparse robust causal neural faithful efficient multimodal continual latent grounded bounded".split()
FILLER = (
    "the model of a method with large data shows that results improve when training on new tasks and".split()
)
FORMULAS = (r"$O(n \log n)$", r"$p < 10^{-3}$", r"$\alpha = 0.5$", r"$x_i^2$", r"$\eta$")
TOPICS = [f"{more}-{noun}" for more in MORE[:4] for noun in NOUNS[:5]]


def write(papers: int, folder: Path) -> None:
    """Writes content for this many papers below `folder`, which must not exist."""
    random_ = random.Random(papers)
    people = _people(random_, max(50, int(papers * 1.9)))
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(people))))
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text(
        'title = "Many papers"\ndescription = "Invented."\nurl = "https://example.org/"\n'
    )
    _documents(folder / "topics", {key: f"title: {key}\ndescription: About {key}." for key in TOPICS})
    labs = [f"lab-{i}" for i in range(40)]
    _documents(folder / "organisations", {key: f"name: {key}" for key in labs})
    for number in range(papers):
        day = dt.date(2021, 1, 4) + dt.timedelta(days=random_.randrange(260 * 5) * 7 // 5)
        authors = dict.fromkeys(
            people[bisect(weights, random_.random() * weights[-1])] for _ in range(random_.randrange(1, 9))
        )
        title = f"{random_.choice(VERBS)} {random_.choice(MORE)} {random_.choice(NOUNS)} {number}"
        lines = [
            f'title: "{title}: {random_.choice(MORE)} {random_.choice(NOUNS)} for {random_.choice(NOUNS)}"',
            f"date: {day}",
            "authors:",
            *(f"  - {name}" for name in authors),
            f"organisations: [{random_.choice(labs)}]",
            f"topics: [{', '.join(random_.sample(TOPICS, random_.randrange(1, 4)))}]",
            f'arxiv: "{day:%y%m}.{number % 100_000:05}"',
            f"comments: {random_.randrange(9)}",
            f"counted: {day}",
        ]
        path = folder / "papers" / f"{day.year}" / f"paper-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\n" + "\n".join(lines) + f"\n---\n\n{_abstract(random_)}\n")


def _people(random_: random.Random, number: int) -> list[str]:
    names = (
        f"{random_.choice(GIVEN)} {chr(65 + i % 26)}. {random_.choice(FAMILY)} {i // 26}"
        for i in range(number)
    )
    return [name.removesuffix(" 0") for name in names]


def _abstract(random_: random.Random) -> str:
    sentences = []
    for _ in range(random_.randrange(4, 8)):
        words = random_.choices(FILLER + NOUNS + MORE, k=random_.randrange(12, 24))
        if random_.random() < 0.07:
            words.insert(len(words) // 2, random_.choice(FORMULAS))
        sentences.append(" ".join(words).capitalize() + ".")
    return "\n".join(sentences)


def _documents(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir()
    for key, text in texts.items():
        (folder / f"{key}.md").write_text(f"---\n{text}\n---\n")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
