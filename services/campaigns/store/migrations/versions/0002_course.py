"""Whoever watches a campaign is woken when it or one of its people changed."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TELL = """
create function campaigns.tell_course() returns trigger
language plpgsql set search_path = '' as $$
begin
    perform pg_notify('campaigns_course', each.campaign::text)
    from (select distinct to_jsonb(changed) ->> tg_argv[0] as campaign from changed) as each;
    return null;
end $$
"""


def upgrade() -> None:
    op.execute(_TELL)
    for table, column in (("campaigns", "id"), ("recipients", "campaign_id")):
        op.execute(
            f"create trigger tell_course after update on campaigns.{table} "
            f"referencing new table as changed for each statement "
            f"execute function campaigns.tell_course('{column}')"
        )
