"""Imports point one way, and each heavy library has one importer."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("extractor", "review_app", "eval")

ONLY_IN = {
    "openai": ("extractor/model/wire.py", "eval/peers/plain_loop.py"),
    "instructor": ("extractor/model/asking.py", "eval/peers/plain_loop.py"),
    "xllamacpp": ("extractor/local.py",),
    "sqlmodel": ("extractor/store/",),
    "sqlalchemy": ("extractor/store/",),
    "alembic": ("extractor/store/",),
    "streamlit": ("review_app/app.py", "review_app/views/", "review_app/widgets/", "extractor/cli/bench_session.py"),
    "typer": ("extractor/cli/",),
    "rich": ("extractor/cli/", "eval/report/"),
    "procrastinate": ("extractor/worker/",),
    "opentelemetry": ("extractor/telemetry.py",),
    "altair": ("eval/report/plots/",),
    "vl_convert": ("eval/report/plots/drawing.py",),
    "jinja2": ("eval/report/html.py", "extractor/checkpage/render.py"),
    "feedparser": ("extractor/ingest/listings.py",),
    "protego": ("extractor/ingest/polite.py",),
}

LAYERS = (
    (
        "extractor/schema/",
        "extractor/errors.py",
        "extractor/people.py",
        "extractor/factcheck.py",
        "extractor/moves.py",
        "extractor/secondlook.py",
        "extractor/profile.py",
        "extractor/numbers.py",
        "extractor/waits.py",
        "extractor/provider_batch.py",
    ),
    (
        "extractor/segment.py",
        "extractor/near_copies.py",
        "extractor/rules/",
        "extractor/ground.py",
        "extractor/check/",
        "extractor/merge.py",
        "extractor/prompting.py",
        "extractor/ingest/",
        "extractor/store/",
        "extractor/export.py",
        "extractor/claimreview.py",
        "extractor/checkpage/",
    ),
    ("extractor/pipeline.py",),
    ("extractor/rules_extractor.py", "extractor/hybrid.py", "extractor/endpoint.py"),
    (
        "extractor/batch.py",
        "extractor/batch_api.py",
        "extractor/budget.py",
        "extractor/following/",
        "extractor/parcel.py",
        "extractor/replies.py",
        "extractor/runs.py",
        "extractor/writer.py",
    ),
    ("extractor/compose.py", "extractor/doctor.py", "extractor/telemetry.py", "extractor/worker/"),
    ("extractor/cli/",),
)
"""A module may import from its own layer and those above it in this list."""


@cache
def modules() -> list[str]:
    return sorted(str(p.relative_to(ROOT)) for package in PACKAGES for p in (ROOT / package).rglob("*.py"))


@cache
def imported(module: str) -> set[str]:
    """Every module named in an import statement, wherever it stands; imports for type checking do not count."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def layer_of(path: str) -> int | None:
    return next((i for i, layer in enumerate(LAYERS) for prefix in layer if path.startswith(prefix)), None)


@pytest.mark.parametrize("library", ONLY_IN)
def test_library_has_its_one_importer(library: str) -> None:
    strangers = [
        module
        for module in modules()
        if any(name.split(".")[0] == library for name in imported(module)) and not module.startswith(ONLY_IN[library])
    ]
    assert strangers == []


def test_layers_point_one_way() -> None:
    wrong = []
    for module in modules():
        own = layer_of(module)
        if own is None:
            continue
        for name in imported(module):
            other = layer_of(name.replace(".", "/") + ".py") or layer_of(name.replace(".", "/") + "/")
            if other is not None and other > own:
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_scoring_does_not_need_the_machinery() -> None:
    allowed = {
        "extractor.schema",
        "extractor.errors",
        "extractor.ingest",
        "extractor.ground",
        "extractor.check",
        "extractor.near_copies",
        "extractor.placing",
        "extractor.secondlook",
        "extractor.wording",
    }
    wrong = [
        f"{module} imports {name}"
        for module in modules()
        if module.startswith("eval/")
        for name in imported(module)
        if name.startswith("extractor.") and not any(name == a or name.startswith(f"{a}.") for a in allowed)
    ]
    assert wrong == []


def test_review_logic_does_without_streamlit_and_machinery() -> None:
    allowed = (
        "extractor.schema",
        "extractor.errors",
        "extractor.export",
        "extractor.people",
        "extractor.factcheck",
        "extractor.profile",
        "extractor.secondlook",
        "extractor.visible",
        "extractor.claimreview",
        "extractor.checkpage",
        "extractor.store",
        "extractor.ground",
        "extractor.settings",
    )
    wrong = [
        f"{module} imports {name}"
        for module in modules()
        if module.startswith("review_app/logic/")
        for name in imported(module)
        if name.startswith("streamlit") or (name.startswith("extractor.") and not name.startswith(allowed))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("from extractor.cli import app; app(['--help'])", id="help"),
        pytest.param("from extractor.cli import app; app(['worker', '--help'])", id="worker's help"),
        pytest.param("import extractor.store, extractor.runs, extractor.compose, review_app.deps", id="review app"),
    ],
)
def test_the_packages_of_workers_and_telemetry_are_for_those_who_use_them(program: str) -> None:
    """Where they are not installed, everything else works."""
    hidden = "import sys; sys.modules.update(dict.fromkeys(('procrastinate', 'opentelemetry')))"
    done = subprocess.run([sys.executable, "-c", f"{hidden}; {program}"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
