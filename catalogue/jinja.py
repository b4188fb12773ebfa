"""Jinja set up for many pages: what a template does some hundred times a page takes the short way."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

import jinja2
import markupsafe
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup

_ESCAPE: Callable[[str], str] = getattr(markupsafe, "_escape_inner", markupsafe.escape)


def escaped(value: Any) -> str:
    """What `markupsafe.escape` gives, as bare text, which is all that a page is put together from: a
    template asks for it some hundred times a page, and most values are text."""
    if type(value) is str:
        return _ESCAPE(value)
    return value if type(value) is Markup else markupsafe.escape(value)


class _Code(CodeGenerator):
    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Context(Context):
    def call(self, called: Any, /, *given: Any, **more: Any) -> Any:
        """Calls macros and the plain functions of `environment` at once: Jinja looks at each call what it
        wants to be given."""
        kind = type(called)
        if kind is not Macro and kind is not FunctionType:
            return super().call(called, *given, **more)
        more.pop("_loop_vars", None)
        more.pop("_block_vars", None)
        return called(self.eval_ctx, *given, **more) if kind is Macro else called(*given, **more)


class Environment(jinja2.Environment):
    """Jinja's, where what all templates know is one plain mapping, as it never changes."""

    code_generator_class = _Code
    context_class = _Context
    escaped = staticmethod(escaped)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.known: dict[str, jinja2.Template] = {}

    def make_globals(self, d: Any) -> Any:
        return self.globals if d is None else super().make_globals(d)

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> jinja2.Template:
        if name not in self.known:
            self.known[name] = super().get_template(name, parent, globals)
        return self.known[name]
