"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Statement-level with transition tables: one pass for a bulk change of 10,000 media. Rows are upserted in the order of
# their keys, the owner's library row first, and services lock the owner before they write (repository.lock_owner),
# so that writers of one owner queue up instead of deadlocking.
COUNT_DAYS = """
CREATE FUNCTION media_count_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO media_library (owner_id, version, size)
            SELECT owner_id, 1, sum(size) FROM added GROUP BY owner_id ORDER BY owner_id
            ON CONFLICT (owner_id) DO UPDATE
                SET version = media_library.version + 1, size = media_library.size + excluded.size;
        INSERT INTO media_day_count (owner_id, day, count)
            SELECT owner_id, day, count(*) FROM added WHERE trashed_at IS NULL GROUP BY owner_id, day ORDER BY 1, 2
            ON CONFLICT (owner_id, day) DO UPDATE SET count = media_day_count.count + excluded.count;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO media_library (owner_id, version, size)
            SELECT owner_id, 1, sum(n) FROM (
                SELECT owner_id, size AS n FROM added UNION ALL SELECT owner_id, -size FROM removed
            ) AS changed GROUP BY owner_id ORDER BY owner_id
            ON CONFLICT (owner_id) DO UPDATE
                SET version = media_library.version + 1, size = media_library.size + excluded.size;
        INSERT INTO media_day_count (owner_id, day, count)
            SELECT owner_id, day, sum(n) FROM (
                SELECT owner_id, day, 1 AS n FROM added WHERE trashed_at IS NULL
                UNION ALL
                SELECT owner_id, day, -1 FROM removed WHERE trashed_at IS NULL
            ) AS changed GROUP BY owner_id, day HAVING sum(n) <> 0 ORDER BY 1, 2
            ON CONFLICT (owner_id, day) DO UPDATE SET count = media_day_count.count + excluded.count;
    ELSE
        -- An owner who is being deleted takes these rows along; only those that are there still are updated.
        UPDATE media_library AS kept SET version = kept.version + 1, size = kept.size - gone.n
            FROM (SELECT owner_id, sum(size) AS n FROM removed GROUP BY owner_id) AS gone
            WHERE kept.owner_id = gone.owner_id;
        UPDATE media_day_count AS kept SET count = kept.count - gone.n
            FROM (
                SELECT owner_id, day, count(*) AS n FROM removed WHERE trashed_at IS NULL GROUP BY owner_id, day
            ) AS gone
            WHERE kept.owner_id = gone.owner_id AND kept.day = gone.day;
        INSERT INTO unclaimed_file (id, shard, storage_key, not_before)
            SELECT gen_random_uuid(), shard, storage_key, now() FROM removed
            UNION ALL
            SELECT gen_random_uuid(), 'variants', file.value->>'key', now()
            FROM removed, jsonb_each(removed.variant_files) AS file
            ON CONFLICT (shard, storage_key) DO NOTHING;
    END IF;
    RETURN NULL;
END $$
"""

TRIGGERS = (
    COUNT_DAYS,
    """CREATE TRIGGER media_added AFTER INSERT ON media REFERENCING NEW TABLE AS added
       FOR EACH STATEMENT EXECUTE FUNCTION media_count_days()""",
    """CREATE TRIGGER media_changed AFTER UPDATE ON media REFERENCING OLD TABLE AS removed NEW TABLE AS added
       FOR EACH STATEMENT EXECUTE FUNCTION media_count_days()""",
    """CREATE TRIGGER media_removed AFTER DELETE ON media REFERENCING OLD TABLE AS removed
       FOR EACH STATEMENT EXECUTE FUNCTION media_count_days()""",
)


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column(
            "request", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("message", sa.String(length=500), nullable=True),
        sa.Column(
            "error", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=True
        ),
        sa.Column(
            "result", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=True
        ),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("unique_key", sa.String(length=200), nullable=True),
        sa.Column("once_key", sa.String(length=200), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name=op.f("ck_job_state_known")
        ),
        sa.CheckConstraint("progress >= 0 AND progress <= 1", name=op.f("ck_job_progress_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(
        "ix_job_active",
        "job",
        ["state", "queue", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_index(
        "ix_job_finished_at", "job", ["finished_at"], unique=False, postgresql_where=sa.text("finished_at IS NOT NULL")
    )
    op.create_index("ix_job_owner_id_id", "job", ["owner_id", "id"], unique=False)
    op.create_index(
        "uq_job_once_key", "job", ["once_key"], unique=True, postgresql_where=sa.text("once_key IS NOT NULL")
    )
    op.create_index(
        "uq_job_unique_key_active",
        "job",
        ["unique_key"],
        unique=True,
        postgresql_where=sa.text("unique_key IS NOT NULL AND state IN ('queued', 'running')"),
    )
    op.create_table(
        "login_failure",
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_login_failure")),
    )
    op.create_index(op.f("ix_login_failure_last_failed_at"), "login_failure", ["last_failed_at"], unique=False)
    op.create_table(
        "unclaimed_file",
        sa.Column("shard", sa.String(length=50), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unclaimed_file")),
        sa.UniqueConstraint("shard", "storage_key", name=op.f("uq_unclaimed_file_shard_storage_key")),
    )
    op.create_index("ix_unclaimed_file_due", "unclaimed_file", ["not_before", "id"], unique=False)
    op.create_table(
        "user",
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("quota_bytes", sa.BigInteger(), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('administrator', 'member', 'viewer')", name=op.f("ck_user_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "api_key",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.String(length=100)), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_key_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_index(op.f("ix_api_key_prefix"), "api_key", ["prefix"], unique=False)
    op.create_index(op.f("ix_api_key_user_id"), "api_key", ["user_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.String(length=300), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_login_session_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_expires_at"), "login_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_login_session_user_id"), "login_session", ["user_id"], unique=False)
    op.create_table(
        "media",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sort_name", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("caption", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("favourite", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("visibility", sa.String(length=20), server_default="private", nullable=False),
        sa.Column("mime_type", sa.String(length=50), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at_offset", sa.SmallInteger(), nullable=True),
        sa.Column("sort_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "day", sa.Date(), sa.Computed("((sort_at AT TIME ZONE 'UTC')::date)", persisted=True), nullable=False
        ),
        sa.Column("camera", sa.JSON(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("camera_name", sa.String(length=200), nullable=True),
        sa.Column("place", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("thumbhash", sa.String(length=60), nullable=True),
        sa.Column("dhash", sa.BigInteger(), nullable=True),
        sa.Column("dominant_colour", sa.String(length=7), nullable=True),
        sa.Column("shard", sa.String(length=50), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("orientation", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("variants", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column(
            "variant_files", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("failure", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("delete_token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purge_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_media_owner_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("owner_id", "checksum", name=op.f("uq_media_owner_id_checksum")),
    )
    op.create_index(
        "ix_media_camera",
        "media",
        ["owner_id", "camera_name", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("camera_name IS NOT NULL AND trashed_at IS NULL"),
    )
    op.create_index(
        "ix_media_created",
        "media",
        ["owner_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NULL"),
    )
    op.create_index(
        "ix_media_expires",
        "media",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at IS NOT NULL AND trashed_at IS NULL"),
    )
    op.create_index(
        "ix_media_favourite",
        "media",
        ["owner_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("favourite AND trashed_at IS NULL"),
    )
    op.create_index(
        "ix_media_format",
        "media",
        ["owner_id", "format", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NULL"),
    )
    op.create_index(
        "ix_media_name",
        "media",
        ["owner_id", "sort_name", "id"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NULL"),
    )
    op.create_index(
        "ix_media_origin",
        "media",
        ["owner_id", "origin", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("origin <> 'uploaded' AND trashed_at IS NULL"),
    )
    op.create_index(
        "ix_media_purge", "media", ["purge_at"], unique=False, postgresql_where=sa.text("purge_at IS NOT NULL")
    )
    op.create_index(
        "ix_media_rating",
        "media",
        ["owner_id", "rating", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("rating IS NOT NULL AND trashed_at IS NULL"),
    )
    op.create_index("ix_media_search", "media", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_media_size",
        "media",
        ["owner_id", "size", "id"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NULL"),
    )
    op.create_index("ix_media_tags", "media", ["tags"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_media_taken",
        "media",
        ["owner_id", "sort_at", "id"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NULL"),
    )
    op.create_index(
        "ix_media_trash",
        "media",
        ["owner_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_media_unready",
        "media",
        ["variants", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("variants <> 'ready'"),
    )
    op.create_index(
        "ix_media_visibility",
        "media",
        ["owner_id", "visibility", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("visibility <> 'private' AND trashed_at IS NULL"),
    )
    op.create_table(
        "media_day_count",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_media_day_count_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "day", name=op.f("pk_media_day_count")),
    )
    op.create_table(
        "media_library",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_media_library_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_media_library")),
    )
    op.create_table(
        "tag",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("folded", sa.String(length=300), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_tag_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("owner_id", "folded", name=op.f("uq_tag_owner_id_folded")),
    )
    op.create_index("ix_tag_name", "tag", ["owner_id", "name", "id"], unique=False)
    op.create_table(
        "media_raw",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("raw", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_media_raw_media_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_media_raw")),
    )
    op.create_table(
        "media_tag",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=10), server_default="user", nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_media_tag_media_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_media_tag_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("media_id", "tag_id", name=op.f("pk_media_tag")),
    )
    op.create_index("ix_media_tag_tag", "media_tag", ["tag_id", "media_id"], unique=False)
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP FUNCTION IF EXISTS media_count_days() CASCADE")
    op.drop_index("ix_media_tag_tag", table_name="media_tag")
    op.drop_table("media_tag")
    op.drop_table("media_raw")
    op.drop_index("ix_tag_name", table_name="tag")
    op.drop_table("tag")
    op.drop_table("media_library")
    op.drop_table("media_day_count")
    op.drop_index(
        "ix_media_visibility",
        table_name="media",
        postgresql_where=sa.text("visibility <> 'private' AND trashed_at IS NULL"),
    )
    op.drop_index("ix_media_unready", table_name="media", postgresql_where=sa.text("variants <> 'ready'"))
    op.drop_index("ix_media_trash", table_name="media", postgresql_where=sa.text("trashed_at IS NOT NULL"))
    op.drop_index("ix_media_taken", table_name="media", postgresql_where=sa.text("trashed_at IS NULL"))
    op.drop_index("ix_media_tags", table_name="media", postgresql_using="gin")
    op.drop_index("ix_media_size", table_name="media", postgresql_where=sa.text("trashed_at IS NULL"))
    op.drop_index("ix_media_search", table_name="media", postgresql_using="gin")
    op.drop_index(
        "ix_media_rating", table_name="media", postgresql_where=sa.text("rating IS NOT NULL AND trashed_at IS NULL")
    )
    op.drop_index("ix_media_purge", table_name="media", postgresql_where=sa.text("purge_at IS NOT NULL"))
    op.drop_index(
        "ix_media_origin", table_name="media", postgresql_where=sa.text("origin <> 'uploaded' AND trashed_at IS NULL")
    )
    op.drop_index("ix_media_name", table_name="media", postgresql_where=sa.text("trashed_at IS NULL"))
    op.drop_index("ix_media_format", table_name="media", postgresql_where=sa.text("trashed_at IS NULL"))
    op.drop_index(
        "ix_media_favourite", table_name="media", postgresql_where=sa.text("favourite AND trashed_at IS NULL")
    )
    op.drop_index(
        "ix_media_expires",
        table_name="media",
        postgresql_where=sa.text("expires_at IS NOT NULL AND trashed_at IS NULL"),
    )
    op.drop_index("ix_media_created", table_name="media", postgresql_where=sa.text("trashed_at IS NULL"))
    op.drop_index(
        "ix_media_camera",
        table_name="media",
        postgresql_where=sa.text("camera_name IS NOT NULL AND trashed_at IS NULL"),
    )
    op.drop_table("media")
    op.drop_index(op.f("ix_login_session_user_id"), table_name="login_session")
    op.drop_index(op.f("ix_login_session_expires_at"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_api_key_user_id"), table_name="api_key")
    op.drop_index(op.f("ix_api_key_prefix"), table_name="api_key")
    op.drop_table("api_key")
    op.drop_table("user")
    op.drop_index("ix_unclaimed_file_due", table_name="unclaimed_file")
    op.drop_table("unclaimed_file")
    op.drop_index(op.f("ix_login_failure_last_failed_at"), table_name="login_failure")
    op.drop_table("login_failure")
    op.drop_index(
        "uq_job_unique_key_active",
        table_name="job",
        postgresql_where=sa.text("unique_key IS NOT NULL AND state IN ('queued', 'running')"),
    )
    op.drop_index("uq_job_once_key", table_name="job", postgresql_where=sa.text("once_key IS NOT NULL"))
    op.drop_index("ix_job_owner_id_id", table_name="job")
    op.drop_index("ix_job_finished_at", table_name="job", postgresql_where=sa.text("finished_at IS NOT NULL"))
    op.drop_index("ix_job_active", table_name="job", postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.drop_table("job")
