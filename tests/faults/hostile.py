"""Texts that run scripts or ask foreign hosts where they are not escaped, and a catalogue made of them."""

import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = """<img src=x onerror=alert('@')>
"><img src=x onerror=alert('@')>
'><img src=x onerror=alert('@')>
</title></textarea></script></style><img src=x onerror=alert('@')>
--><img src=x onerror=alert('@')>
]]><img src=x onerror=alert('@')>
<script>alert('@')</script>
"><script>alert('@')</script>
</script><script>alert('@')</script>
</title><script>alert('@')</script>
<ScRiPt>alert('@')</sCrIpT >
<script/x>alert('@')</script/x>
<script src="data:text/javascript,alert('@')"></script>
<svg onload=alert('@')></svg>
<svg/onload=alert('@')></svg>
"><svg onload=alert('@')></svg>
<svg><script>alert('@')</script></svg>
<svg><animate onbegin=alert('@') attributeName=x dur=1s></svg>
<svg><a xlink:href="javascript:alert('@')"><text>x</text></a></svg>
<math><mtext></mtext></math><img src=x onerror=alert('@')>
<iframe srcdoc="<img src=x onerror=alert('@')>"></iframe>
<iframe src="javascript:alert('@')"></iframe>
<object data="javascript:alert('@')"></object><img src=x onerror=alert('@')>
<details open ontoggle=alert('@')><summary>x</summary></details>
<video><source onerror=alert('@') src=x></video>
<audio src=x onerror=alert('@')></audio>
<input autofocus onfocus=alert('@')>
<select autofocus onfocus=alert('@')></select>
<textarea autofocus onfocus=alert('@')></textarea>
<b onmouseover=alert('@')>x</b>
<i tabindex=1 onfocus=alert('@')>x</i>
<b onclick="alert('@')">x</b>
<b oncontextmenu=alert('@')>x</b>
<b onpointerdown=alert('@')>x</b>
<b onbeforetoggle=alert('@') popover>x</b>
<a href="javascript:alert('@')">x</a>
<a href=" &#106;avascript:alert('@')">x</a>
<a href="java&Tab;script:alert('@')">x</a>
<form action="javascript:alert('@')"><button>x</button></form>
<form><button formaction="javascript:alert('@')">x</button></form>
<custom-element onclick=alert('@')>x</custom-element>
<img src=x onerror="alert(&#39;@&#39;)">
<img src=x onerror=alert(/@/.source)>
<img src=x onerror=top.frames,alert('@')>
<marquee onstart=alert('@')>x</marquee>
<template><b>x</b></template><img src=x onerror=alert('@')>
<noscript><p title="</noscript><img src=x onerror=alert('@')>">
<style>@keyframes k{}</style><b onanimationstart=alert('@')>x</b>
<link rel=stylesheet href=data:text/css,x onload=alert('@')>
<img src="https://evil.example/@">
<link rel=stylesheet href="https://evil.example/@">
<script src="https://evil.example/@"></script>
<iframe src="https://evil.example/@"></iframe>
<object data="https://evil.example/@"></object>
<embed src="https://evil.example/@">
<video src="https://evil.example/@"></video>
<svg><image href="https://evil.example/@"></image></svg>
<b style="background:url(https://evil.example/@)">x</b>""".splitlines()
"""Each runs `alert`, or asks a foreign host, where it stands unescaped. @ becomes the payload and field."""
MARK = re.compile(r"n\d+-[\w.]+-")
ADDRESSES = """javascript:alert('@') JaVaScRiPt:alert('@') javascript&colon;alert('@')
javascript&#58;alert('@') &#106;avascript:alert('@') java&#10;script:alert('@')
java&Tab;script:alert('@') &#1;javascript:alert('@')
javascript://x.org/%0aalert('@') java&NewLine;script:alert('@') javascript&#x3a;alert('@')""".split()
FORMS = {
    "text": "{}", "heading": "## {}", "quote": "> {}", "item": "- {}", "strong": "**{}**", "code": "`` {} ``",
    "block": "    {}", "cell": "| {} |\n|---|", "link": "[{}](https://example.org)",
    "linktitle": '[x](https://example.org "{}")', "alt": "![{}](/images/beam.png)",
}  # fmt: skip


def marked(payload: str, number: int, field: str) -> str:
    return payload.replace("@", f"n{number}-{field}-")


def written(payload: str, number: int) -> dict[str, str]:
    """A paper, a topic, an organisation and a page whose every field of free text is the payload."""

    def value(field: str) -> str:
        return json.dumps(marked(payload, number, field), ensure_ascii=False)

    body = "\n\n".join(
        form.format(marked(payload.replace('"', '\\"') if '"{' in form else payload, number, f"body.{kind}"))
        for kind, form in FORMS.items()
    )
    body += "\n\nFindable."
    date = f"{2016 + number // 12}-{number % 12 + 1:02}-15"
    keys = f"""title: {value("title")}
date: {date}
authors:
  - name: {value("author")}
    affiliation: {value("affiliation")}
topics: [t{number}]
organisations: [o{number}]
keywords: [{value("keyword")}]
venue: {value("venue")}
status: {{state: withdrawn, reason: {value("reason")}}}
summary: {value("summary")}
awards: [{value("award")}]
versions: [{{date: {date}, note: {value("version")}}}]
image: {{src: beam.png, alt: {value("picture")}}}
submitter: {value("submitter")}
source: [{{of: {value("source")}, url: "https://example.org"}}]
upvotes: 1
counted: {date}"""
    described = f"title: {value('title2')}\ndescription: {value('description')}"
    return {
        f"papers/{date[:4]}/p{number}.md": f"---\n{keys}\n---\n{body}\n",
        f"topics/t{number}.md": f"---\n{described}\n---\n{body}\n",
        f"organisations/o{number}.md": f"---\n{described.replace('title', 'name', 1)}\n---\n{body}\n",
        f"pages/a{number}.md": f"---\n{described.replace(value('title2'), 'Page')}\n---\n{body}\n",
    }


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "images").mkdir(exist_ok=True)
    shutil.copy(ROOT / "tests/example/content/images/beam.png", folder / "images")
    return folder
