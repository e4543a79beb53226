"""A comparison of runs as one HTML page that needs nothing else: no network, no file beside it.

What stands in tables and plots is written into the page; the articles come as data, which the page's
script shows one by one. Everything from articles, models and file names is escaped by the template,
or is JSON without a ``<``. The page forbids itself any request and any script but its own.
"""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval.cases import GoldCase
from eval.report.marked import Named, shown_runs
from eval.report.plots import plots
from eval.report.summary import Made, citation, method, summary


def as_html(systems: Sequence[Named], cases: Sequence[GoldCase], made: Made) -> str:
    """Write the page.

    Args:
        systems: at least one, in the order of the columns; scored with the same options.
        cases: the articles with their gold claims; those that no system was scored on are left out.
        made: when and with what; it stands in what is to be cited.
    """
    page = files("eval.report") / "page"
    script = (page / "page.js").read_text(encoding="utf-8")
    environment = Environment(
        loader=PackageLoader("eval.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        summary=summary(systems),
        method=method(systems),
        citation=citation(systems, made),
        plots=[(plot, Markup(plot.svg)) for plot in plots(systems)],
        runs=Markup(_inside_script(shown_runs(systems, cases).model_dump_json())),
        style=Markup((page / "page.css").read_text(encoding="utf-8")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _inside_script(json: str) -> str:
    # All that could end a script element or open a comment in it begins with "<"; in JSON it only stands in strings.
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
