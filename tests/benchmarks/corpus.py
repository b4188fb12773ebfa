"""Writes an invented catalogue of any size: `python tests/benchmarks/corpus.py 10000 FOLDER`.

The same number gives the same bytes. Words and authors follow Zipf's law, days are five years of weekdays,
one abstract in three and one title in twenty hold mathematics, one name in eight is in other letters than
Latin.
"""

import datetime as dt
import random
import re
import sys
from collections.abc import Callable, Sequence
from itertools import accumulate, islice, product
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

GIVEN = (
    "Ana Bo Chen Dana Elif Femi Goran Hiro Ines José Katya Lena Mei Noor Omar Priya Quinn Rosa Søren "
    "Tao Uma Viktor Wei Xin Yuki Zoë Aisha Björn Chloé Daniel Emre François Giulia Hannah Ivan Jun Kofi "
    "Łukasz Maria Nils"
).split()
FAMILY = (
    "Adler Bauer Cho Diaz Eriksen Fofana García Hakimi Ito Jensen Kovač Liu Müller Nguyen Okafor Patel "
    "Quist Rossi Şahin Tanaka Ueda Vogel Wang Xu Yılmaz Zhang Abebe Bianchi Çelik Dubois Esposito "
    "Fischer Gupta Horváth Iyer Jovanović Kim Lindqvist Mensah Novák Ōno Petrov Qureshi Ramírez Suzuki "
    "Tran Usman Varga Weiss Yamada Zhou"
).split()
SCRIPTS = (
    ("王 李 张 刘 陈 杨 赵 黄".split(), "伟 芳 娜 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰".split(), ""),
    ("山田 佐藤 鈴木 高橋 田中".split(), "太郎 花子 健 美咲 翔 陽菜 大輔".split(), " "),
    ("김 이 박 최 정".split(), "민준 서연 지훈 수빈 예은 도윤".split(), ""),
    ("Нина Олег Ирина Павел Анна".split(), "Петрова Иванов Смирнова Козлов".split(), " "),
    ("Γιώργος Ελένη Νίκος Μαρία".split(), "Παπαδόπουλος Γεωργίου Νικολάου".split(), " "),
)
"""First and second parts of names, and what is between them."""
STEMS = (
    "align attend reason infer plan reward prompt token retriev generat diffus optim regular distill "
    "quantiz prun calibrat robust attack defend jailbreak hallucinat ground detect segment track "
    "classif cluster embed encod decod translat summar transcrib synthes render reconstruct simulat "
    "control navigat manipulat grasp explor imitat negotiat persuad cooperat compet evaluat benchmark "
    "annotat curat filter adapt transfer finetun pretrain merg rout schedul cach compress scal converg "
    "general memor forget unlearn interpret explain probe steer edit"
).split()
BEFORE = ("", "re", "self-", "multi", "meta", "co-", "un", "over", "pre", "cross-", "hyper", "inter")
AFTER = ("ing", "er", "ed", "ion", "able", "ive", "ors", "ance")
COMMON = (
    "the of a to and we in that is on for with by this our from are as model models language large show "
    "method learning data results training task tasks can which new not these approach performance "
    "using more than between"
).split()
SYLLABLES = "lu mi ne ko ra ti vo sa pe dra fi gen cor al zen tu".split()
KINDS = "Net Former Bench GPT Flow Mind Coder Agent LM".split()
FORMULAS = (r"$O(n \log n)$", r"$p < 10^{-3}$", r"$\alpha = 0.5$", r"$x_i^2$", r"$\eta$", r"$\mathbb{R}^d$")
TOPICS = [f"{first}-{second}" for first in "sparse robust causal neural".split() for second in
          "alignment diffusion reasoning robots speech".split()]  # fmt: skip
TITLES = (
    "NAME: Word word for word word",
    "Word the word of word word",
    "NAME: Towards word word with word word",
    "Do language models need word word? Word word in word",
    "Word word word via SIGN word",
    "On the word of word: word and word word",
)
"""Each with marks where a name, a formula or a word will be."""


def zipf(random_: random.Random, of: Sequence[T]) -> Callable[[int], list[T]]:
    """Draws so many of these, of which the first are the most frequent."""
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(of))))
    return lambda number: random_.choices(of, cum_weights=weights, k=number)


def write(papers: int, folder: Path) -> None:
    """Writes content for this many papers below `folder`, which must not exist."""
    random_ = random.Random(papers)
    words = [f"{before}{stem}{after}" for after, before, stem in product(AFTER, BEFORE, STEMS)]
    draw, authors = zipf(random_, words), zipf(random_, _people(random_, max(50, int(papers * 1.9))))
    labs = [f"lab-{i}" for i in range(40)]
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text(
        'title = "Many papers"\ndescription = "Invented."\nurl = "https://example.org/"\n'
    )
    _documents(folder / "topics", {key: f"title: {key}\ndescription: About {key}." for key in TOPICS})
    _documents(folder / "organisations", {key: f"name: {key}" for key in labs})
    for number in range(papers):
        day = dt.date(2021, 1, 4) + dt.timedelta(days=random_.randrange(260 * 5) * 7 // 5)
        lines = [
            f'title: "{_title(random_, draw)}"',
            f"date: {day}",
            "authors:",
            *(f"  - {name}" for name in dict.fromkeys(authors(random_.randrange(1, 9)))),
            f"organisations: [{random_.choice(labs)}]",
            f"topics: [{', '.join(random_.sample(TOPICS, random_.randrange(1, 4)))}]",
            f'arxiv: "{day:%y%m}.{number % 100_000:05}"',
            f"comments: {random_.randrange(9)}",
            f"counted: {day}",
        ]
        path = folder / "papers" / f"{day.year}" / f"paper-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\n" + "\n".join(lines) + f"\n---\n\n{_abstract(random_, draw)}\n", "utf-8")


def _people(random_: random.Random, number: int) -> list[str]:
    """So many different names."""
    initials = ("", *(f"{letter}. " for letter in "ABCDEFGHIJKLMNOPRSTW"))
    latin = [f"{given} {initial}{family}" for given, initial, family in product(GIVEN, initials, FAMILY)]
    more = (
        f"{name}-{other}" for name, other in product(latin, FAMILY)
    )  # of two families, where all have one
    names = list(islice(dict.fromkeys((*random_.sample(latin, len(latin)), *islice(more, number))), number))
    others = [f"{a}{between}{b}" for first, second, between in SCRIPTS for a, b in product(first, second)]
    for place, name in zip(range(3, number, 8), random_.sample(others, len(others)), strict=False):
        names[place] = name
    return names


def _title(random_: random.Random, draw: Callable[[int], list[str]]) -> str:
    words = iter(draw(8))

    def filled(mark: re.Match[str]) -> str:
        if mark[0] == "NAME":
            return "".join(random_.choices(SYLLABLES, k=3)).capitalize() + random_.choice(KINDS)
        if mark[0] == "SIGN":
            formula = random_.choice(FORMULAS).replace("\\", "\\\\")  # as YAML has it in double quotes
            return formula if random_.random() < 0.3 else next(words)
        return next(words).capitalize() if mark[0] == "Word" else next(words)

    return re.sub("NAME|SIGN|Word|word", filled, random_.choice(TITLES))


def _abstract(random_: random.Random, draw: Callable[[int], list[str]]) -> str:
    sentences = []
    for _ in range(random_.randrange(5, 9)):
        length = random_.randrange(14, 26)
        words = [random_.choice(COMMON) if random_.random() < 0.55 else word for word in draw(length)]
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
