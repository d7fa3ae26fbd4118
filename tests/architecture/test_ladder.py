"""The ladder holds where import-linter cannot look: foreign keys, migrations, imports inside functions, writes at the edges."""

import ast
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("erp", "catalog", "crm", "inventory", "orders", "channels")
LADDER = ("core", "catalog", "crm", "inventory", "shipping", "orders", "invoices", "channels", "practice", "pages")
OUTSIDE = {"contenttypes", "auth", "admin", "sessions", "messages", "account", "django_celery_beat"}
EDGES = {"admin.py", "api.py", "views.py", "handlers.py", "tasks.py"}
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}


@cache
def sources() -> list[tuple[Path, ast.Module]]:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts]
    return [(path.relative_to(ROOT), ast.parse(path.read_text())) for path in files]


def test_every_foreign_key_points_down_the_ladder():
    upward = [
        str(field)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in LADDER
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model and field.related_model._meta.app_label in LADDER
        if LADDER.index(field.related_model._meta.app_label) > LADDER.index(model._meta.app_label)
    ]
    assert upward == []


def test_every_app_has_its_place_on_the_ladder():
    ours = {config.label for config in apps.get_app_configs() if config.name.split(".")[0] in PACKAGES}
    assert ours == set(LADDER)


def test_migrations_point_down_the_ladder():
    upward = [
        f"{app}.{name} -> {parent}"
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in LADDER
        for parent, _name in migration.dependencies
        if parent in LADDER and LADDER.index(parent) > LADDER.index(app)
    ]
    assert upward == []


def test_our_own_packages_are_imported_inside_functions_only_in_ready():
    found = []
    for path, tree in sources():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready":
                for node in ast.walk(function):
                    names = (
                        [node.module or ""]
                        if isinstance(node, ast.ImportFrom)
                        else [n.name for n in node.names]
                        if isinstance(node, ast.Import)
                        else []
                    )
                    found += [f"{path}:{node.lineno}" for name in names if name.split(".")[0] in PACKAGES]
    assert found == []


def test_edges_do_not_write():
    found = [
        f"{path}:{node.lineno} .{node.func.attr}()"
        for path, tree in sources()
        if path.name in EDGES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
        if not (isinstance(node.func.value, ast.Call) and ast.unparse(node.func.value) == "super()")
    ]
    assert found == []


def test_rules_read_only_our_clock():
    """`timezone.now()` and `datetime.now()` stand in the clock alone; a network's deadline reads `real_now()` or `monotonic()`."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        if path.as_posix() != "erp/core/clock.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {"now", "utcnow", "today", "Now"}
        if ast.unparse(node.func) in {"timezone.now", "datetime.now", "datetime.datetime.now", "datetime.utcnow", "date.today", "Now"}
    ]
    assert found == []


def test_no_signals_and_no_work_in_save():
    found = []
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == "save" and path.name != "admin.py" and "models" in path.as_posix():
                found.append(f"{path}:{node.lineno} save")
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models.signals"):
                found.append(f"{path}:{node.lineno} signals")
    assert found == []
