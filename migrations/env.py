"""Run by Alembic for each command; ``matchmaker.base.migrate`` hands over the connection."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

from matchmaker.base.migrate import comparison_options

given = context.config.attributes
progress: Callable[[str], None] | None = given.get("progress")


def tell(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Name the revision that has just been applied."""
    if progress is not None:
        progress(f"{step.up_revision_id} {getattr(step.up_revision, 'doc', '')}".strip())


def drop_empty(_: Any, __: Iterable[str | None], directives: list[Any]) -> None:
    """Write no revision when nothing has changed."""
    if directives and directives[0].upgrade_ops.is_empty():
        directives.clear()


context.configure(
    **comparison_options(given["connection"]), on_version_apply=tell, process_revision_directives=drop_empty
)
with context.begin_transaction():
    context.run_migrations()
