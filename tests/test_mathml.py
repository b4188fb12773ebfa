"""Formulas: what they become, and that nothing they hold can do harm."""

import re
import subprocess
import sys
import time
from unicodedata import normalize
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.mathml import ALLOWED, VALUES, convert
from catalogue.tex import MAX_LENGTH, plain


def shape(tex: str, display: bool = False) -> str:
    """The MathML without the parts every formula has, to be read at a glance."""
    return convert(tex, display).replace("<math><mrow>", "").replace("</mrow></math>", "")


def words(markup: str) -> str:
    return "".join(ElementTree.fromstring(markup).itertext())


GOLDEN = [
    # (TeX, the text of its MathML, plain text), as they stand in titles and abstracts
    (r"x^2", "x2", "x²"),
    (r"10^{-25}", "10−25", "10⁻²⁵"),
    (r"\eta", "η", "η"),
    (r"\eta \approx 10^{-25}", "η≈10−25", "η ≈ 10⁻²⁵"),
    (r"O(n \log n)", "O(nlogn)", "O(n log n)"),
    (r"n\log n", "nlogn", "n log n"),
    (r"p(x)\log q(x)", "p(x)logq(x)", "p(x) log q(x)"),
    (r"\sin x\cos\theta", "sinxcosθ", "sin x cos θ"),
    (r"\sqrt\log n", "logn", "√(log)n"),
    (r"\arg\max_\theta L", "argmaxθL", "arg max_θ L"),
    (r"\tilde{\mathcal{O}}(\sqrt{T})", "𝒪~(T)", "𝒪̃(√(T))"),
    (r"\mathcal{O}(1/\sqrt{n})", "𝒪(1/n)", "𝒪(1/√(n))"),
    (r"\mathbb{R}^{d}", "ℝd", "ℝᵈ"),
    (r"\mathbb{E}_{x \sim p}[f(x)]", "𝔼x∼p[f(x)]", "𝔼_(x ∼ p)[f(x)]"),
    (r"\pi_\theta(a \mid s)", "πθ(a∣s)", "π_θ(a | s)"),
    (r"\pi_{\mathrm{ref}}", "πref", "π_ref"),
    (r"D_{\mathrm{KL}}(p \| q)", "DKL(p‖q)", "D_KL(p ‖ q)"),
    (r"\mathcal{L}_{\text{DPO}}", "ℒDPO", "ℒ_DPO"),
    (r"\beta = 0.1", "β=0.1", "β = 0.1"),
    (r"\epsilon\text{-DP}", "ϵ-DP", "ϵ-DP"),
    (r"(\varepsilon, \delta)", "(ε,δ)", "(ε, δ)"),
    (r"\ell_2", "ℓ2", "ℓ₂"),
    (r"\|x\|_2 \le 1", "‖x‖2≤1", "‖x‖₂ ≤ 1"),
    (r"\lVert W \rVert_F", "‖W‖F", "‖ W ‖_F"),
    (r"2.3\times", "2.3×", "2.3×"),
    (r"93.2\%", "93.2%", "93.2%"),
    (r"90^{\circ}", "90∘", "90°"),
    (r"\pm 0.3", "±0.3", "± 0.3"),
    (r"n \to \infty", "n→∞", "n → ∞"),
    (r"\alpha \in [0, 1)", "α∈[0,1)", "α ∈ [0, 1)"),
    (r"\sum_{i=1}^{n} x_i", "∑i=1nxi", "∑ᵢ₌₁ⁿ xᵢ"),
    (r"\frac{1}{n}", "1n", "1/n"),
    (r"\int_0^1 f(x)\,\mathrm{d}x", "∫01f(x)dx", "∫₀¹ f(x) dx"),
    (r"\nabla_\theta J(\theta)", "∇θJ(θ)", "∇_θ J(θ)"),
    (r"\boldsymbol{\theta}", "𝜽", "θ"),
    (r"\mathbf{W}_1", "𝐖1", "W₁"),
    (r"\mathbf{xy}", "𝐱𝐲", "xy"),
    (r"\bm{x}", "𝒙", "x"),
    (r"\mathds{1}[x > 0]", "𝟙[x>0]", "1[x > 0]"),
    (r"\mathfrak{gl}_n", "𝔤𝔩n", "𝔤𝔩ₙ"),
    (r"\mathcal{LEH}", "ℒℰℋ", "ℒℰℋ"),
    (r"\mathit{h}", "ℎ", "h"),
    (r"\mathrm{softmax}(z)", "softmax(z)", "softmax(z)"),
    (r"\operatorname{softmax}(z)", "softmax(z)", "softmax(z)"),
    (r"\operatorname*{arg\,max}_x f(x)", "arg\u2009maxxf(x)", "arg maxₓ f(x)"),
    (r"\operatorname{top-5}", "top−5", "top-5"),
    (r"\argmin_x", "arg\u2009minx", "arg minₓ"),
    (r"\hat{y}", "y^", "ŷ"),
    (r"\text{if } x < y", "if\xa0x<y", "if x < y"),
    (r"\text{50\% of \$5}", "50%\xa0of\xa0$5", "50% of $5"),
    (r"|\psi\rangle", "|ψ⟩", "|ψ⟩"),
    (r"\langle x, y \rangle", "⟨x,y⟩", "⟨ x, y ⟩"),
    (r"f'(x)", "f′(x)", "f'(x)"),
    (r"e^{-x^{2}}", "e−x2", "e^(-x²)"),
    (r"\mathrm{CO}_2", "CO2", "CO₂"),
    (r"\left( \frac{a}{b} \right)", "(ab)", "( a/b )"),
    (r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}", "{1x>00x≤0", "1 x > 0 0 x ≤ 0"),
    (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a=bc=d", "a = b c = d"),
    (r"x \not= y \not\in Z", "x⧸=y∉Z", "x ≠ y ∉Z"),
    (r"p < 0.05 \land q", "p<0.05∧q", "p < 0.05 ∧ q"),
]


@pytest.mark.parametrize(("tex", "shown", "text"), GOLDEN)
def test_golden(tex: str, shown: str, text: str) -> None:
    math = convert(tex)
    assert math.startswith("<math>")
    assert words(math) == shown
    assert plain(tex) == text
    assert_fit(convert(tex, display=True))


def test_markup() -> None:
    assert shape("x^2") == "<msup><mi>x</mi><mn>2</mn></msup>"
    assert shape(r"\mathrm{d}") == '<mrow><mi mathvariant="normal">d</mi></mrow>'
    assert shape(r"\hat{x}") == '<mover accent="true"><mrow><mi>x</mi></mrow><mo>^</mo></mover>'
    assert shape(r"\max_x") == '<munder><mo movablelimits="true">max</mo><mi>x</mi></munder>'
    assert shape(r"\text{a<b}") == "<mtext>a&lt;b</mtext>"
    assert '<mtd class="right"><mi>a</mi></mtd>' in shape(r"\begin{align*} a &= b \end{align*}")
    assert convert("x", display=True) == '<math display="block"><mrow><mi>x</mi></mrow></math>'


SPACE = '<mspace width=".167em"></mspace>'


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"n\log n", f"<mi>n</mi>{SPACE}<mi>log</mi>{SPACE}<mi>n</mi>"),
        (r"2\log_2 n", f"<mn>2</mn>{SPACE}<msub><mi>log</mi><mn>2</mn></msub>{SPACE}<mi>n</mi>"),
        (r"-\log(x)", '<mo>−</mo><mi>log</mi><mo stretchy="false">(</mo>'),
        (r")\log x", f'<mo stretchy="false">)</mo>{SPACE}<mi>log</mi>{SPACE}<mi>x</mi>'),
        (r"(\log x)", f'<mo stretchy="false">(</mo><mi>log</mi>{SPACE}<mi>x</mi><mo stretchy="false">)</mo>'),
        (r"\log\max_x", '<mi>log</mi><munder><mo movablelimits="true">max</mo><mi>x</mi></munder>'),
        (r"\ln\frac{-1}{n}", f"<mi>ln</mi>{SPACE}<mfrac>"),
        (r"\mathrm{KL}x", '<mrow><mi mathvariant="normal">KL</mi></mrow><mi>x</mi>'),
    ],
)
def test_functions_stand_apart(tex: str, shown: str) -> None:
    assert shape(tex).startswith(shown)
    assert_fit(convert(tex))


def test_bars_grow_only_where_they_are_told_to() -> None:
    fixed, grown = '<mo stretchy="false">‖</mo>', '<mo minsize="1.2em" maxsize="1.2em" stretchy="true">|</mo>'
    norm = f"{fixed}<mi>x</mi><msubsup>{fixed}<mn>2</mn><mn>2</mn></msubsup>"
    assert shape(r"\lVert x\rVert_2^2") == norm
    assert shape(r"\big|x\big|") == f"{grown}<mi>x</mi>{grown}"
    assert shape(r"\left|x\right|").count('stretchy="true"') == 2


def test_macros() -> None:
    macros = {"E": r"\mathbb{E}", "\\norm": r"\lVert #1 \rVert", "pair": "(#1, #2)"}
    assert words(convert(r"\E[\norm{x_{i}}]", macros=macros)) == "𝔼[‖xi‖]"
    assert words(convert(r"\pair{a}b", macros=macros)) == "(a,b)"
    assert words(convert(r"\begin{matrix} a \\E \end{matrix}", macros=macros)) == "aE"
    assert words(convert(r"\pair{\norm{a}}{b}", macros=macros)) == "(‖a‖,b)"
    assert plain(r"\E[\norm{x}]", macros) == "𝔼[‖ x ‖]"
    assert convert(r"\Ex", macros=macros) == r'<code class="tex">\Ex</code>'
    assert convert(r"\norm", macros=macros) == r'<code class="tex">\norm</code>'


HOSTILE = [
    r"\href{javascript:alert(1)}{x}",
    r"\href{https://example.org}{x}",
    r"\includegraphics{http://example.org/x.png}",
    r"\style{position:fixed}{x}",
    r"\class{danger}{x}",
    r"\unicode{x3c}",
    r"\unicode{xD800}",
    r"\color{red}{x}",
    r"\textcolor{red;background:url(//e)}{x}",
    r"\colorbox{url(//e)}{x}",
    r"\rule{99em}{99em}",
    r"\hspace{100em}",
    r"\hspace{-50em}",
    r"\raise 90em x",
    r"\kern{1px;x:y}",
    r"\genfrac(){99em}{0}{a}{b}",
    r"\def\x{\x\x}\x",
    r"\newcommand{\x}{y}\x",
    r"\newenvironment{a}{b}{c}",
    r"\DeclareMathOperator{\x}{y}",
    r"\unknown{x}",
    r"\input{/etc/passwd}",
    r"\verb|<script>|",
    r"\cancel{x}",
    r"\mathop{\mathrm{x}}",
    r"\text{a {b} c}",
    r"\not \frac a \frac",
    r"\begin{cases} {c} & d \end{cases}",
    r"\text{a & b}",
    r"\text{&#60;script&#62;}",
    r"\text{$x$}",
    "a & b",
    "a % b",
    "&lt;img&#62;",
    "#1",
    "x$y",
    "{x",
    "x}",
    "x\\",
    "x^",
    "x^2^3",
    "",
    r"\frac{1}",
    r"\left( x",
    "x\x00",
    "\ud800",
    "\\sqrt" * 500 + "x",
    "{" * 200 + "x" + "}" * 200,
    r"\left(" * 80 + "x" + r"\right)" * 80,
    "x" * (MAX_LENGTH + 1),
]


@pytest.mark.parametrize("tex", HOSTILE)
def test_what_cannot_be_shown_is_shown_as_source(tex: str) -> None:
    found = convert(tex)
    assert found.startswith('<code class="tex">')
    assert words(found) == tex.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert plain(tex).strip() or not tex


@pytest.mark.parametrize(
    "macros",
    [
        {"a": r"\a\a"},
        {"a": r"\b\b", "b": r"\a"},
        {chr(97 + i): f"\\{chr(98 + i)}" * 10 for i in range(20)},
        {"a": r"\a{#1#1}"},
    ],
)
def test_macro_bombs_end(macros: dict[str, str]) -> None:
    started = time.process_time()
    assert convert(r"\a{x}", macros=macros) == r'<code class="tex">\a{x}</code>'
    assert plain(r"\a{x}", macros) == r"\a{x}"
    assert time.process_time() - started < 10  # else it takes for ever


SLOW = [
    "{",
    "}",
    "{}",
    "x_",
    "^",
    "\\left(",
    r"\frac",
    r"\operatorname{",
    r"\operatorname{ ",
    " ",
    "1 ",
    "\\",
    "&",
]
SLOW += [
    r"\displaystyle",
    r"\begin{cases}",
    r"\not",
    "'",
    "_{a",
    "_{a}",
    r"\color",
    r"\over ",
    "a_{b}^",
    "\\text{",
]


@pytest.mark.parametrize("part", SLOW)
def test_time_is_bounded(part: str) -> None:
    started = time.process_time()
    assert_fit(convert((part * MAX_LENGTH)[:MAX_LENGTH]))
    plain((part * MAX_LENGTH)[:MAX_LENGTH])
    assert time.process_time() - started < 10  # what grows with the square takes minutes


PIECES = st.sampled_from(
    r"\frac \sqrt \text{ \mathbf{ \left( \right) \begin{cases} \end{cases} \operatorname*{ \hat \sum "
    r"\href \\ \% \& \$ \{ \} \hspace{ \over \color \not \mathrm \bm \substack{ \xrightarrow[ \big "
    r"{ } ^ _ & % # ~ ' < > [ ] | a x 1 2em &#60; $ α".split()
)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES | st.text(max_size=3), max_size=25).map(" ".join), st.booleans())
def test_anything_is_safe_and_well_formed(tex: str, display: bool) -> None:
    found = convert(tex, display)
    assert_fit(found)
    assert isinstance(plain(tex), str)
    if found.startswith("<math"):  # letters outside commands are there, whatever became of the rest
        source = re.sub(r"\\[a-zA-Z]+\*?|\{cases\}|[0-9.]*em", " ", tex)
        assert set(re.findall("[a-z]", source)) <= set(normalize("NFKC", words(found)).lower()) | set("em")


def assert_fit(markup: str) -> None:
    root = ElementTree.fromstring(markup)
    if root.tag == "code":
        assert root.attrib == {"class": "tex"} and not len(root)
        return
    assert root.tag == "math"
    for element in root.iter():
        for name, value in element.attrib.items():
            assert name in ALLOWED[element.tag].split() and re.fullmatch(VALUES[name], value)
            assert name not in ("href", "src", "style") and not name.startswith("on")
        assert "\\" not in (element.text or "")


def test_never_raises() -> None:
    for tex in ("\\", "\\text", r"\frac", r"\begin{x}", r"\end{x}", "_", r"\hat", r"\deg", "%x"):
        assert plain(tex)
        assert convert(tex)
    assert plain("") == ""


def test_plain_keeps_the_source_of_what_it_does_not_know() -> None:
    for tex in (r"\foo{x}", r"\binom{n}{k}", r"\includegraphics{x}", r"\input{/etc/passwd}", "50% off"):
        assert plain(tex) == tex


def test_importing_is_cheap() -> None:
    code = "import sys, catalogue.mathml, catalogue.tex as t; t.plain('x');"
    code += "print([n for n in sys.modules if 'latex' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
