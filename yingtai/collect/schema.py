"""The tables that the collector touches, as SQL: the inbox in hourly slices, write keys, plan snapshots.

They stand outside row-level security: a request has no scope before its key is known, and the inbox holds
sealed bodies that only ingest opens. Grants guard them instead.
"""

INBOX = """
CREATE TABLE collect_inbox (
    request_no  bigint GENERATED ALWAYS AS IDENTITY,
    received_at timestamptz NOT NULL DEFAULT now(),
    source_no   int NOT NULL,
    node_no     bigint NOT NULL,
    kind        smallint NOT NULL,
    epoch_id    int NOT NULL,
    event_count int NOT NULL,
    body        bytea NOT NULL
) PARTITION BY RANGE (received_at);
ALTER TABLE collect_inbox ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX collect_inbox_in_order ON collect_inbox (request_no);
CREATE TABLE collect_inbox_rest PARTITION OF collect_inbox DEFAULT;
COMMENT ON TABLE collect_inbox IS 'one row per accepted request; body sealed under the epoch key';
"""
# EXTERNAL: a sealed body does not compress, so PostgreSQL need not try.

PREPARE_SLICES = """
CREATE FUNCTION collect_prepare_slices(until timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s'
SET timezone = 'UTC' AS $$
DECLARE
    starts timestamptz := date_trunc('hour', now());
    slice text;
    made int := 0;
BEGIN
    WHILE starts < until LOOP
        slice := 'collect_inbox_' || to_char(starts, 'YYYYMMDDHH24');
        -- A row that waits in the rest keeps its hour there: the slice could not be attached.
        IF to_regclass(slice) IS NULL AND NOT EXISTS (
            SELECT 1 FROM collect_inbox_rest
            WHERE received_at >= starts AND received_at < starts + interval '1 hour'
        ) THEN
            EXECUTE format('CREATE TABLE %I (LIKE collect_inbox INCLUDING DEFAULTS INCLUDING STORAGE) '
                || 'WITH (autovacuum_vacuum_insert_threshold = -1)', slice);
            EXECUTE format('ALTER TABLE collect_inbox ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                slice, starts, starts + interval '1 hour');
            made := made + 1;
        END IF;
        starts := starts + interval '1 hour';
    END LOOP;
    RETURN made;
END $$;
COMMENT ON FUNCTION collect_prepare_slices IS 'makes the hourly slices of the inbox from now until a time';
"""

DROP_SLICES = """
CREATE FUNCTION collect_drop_slices(done int8multirange, older_than timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s'
SET timezone = 'UTC' AS $$
DECLARE
    slice text;
    open_request boolean;
    dropped int := 0;
BEGIN
    IF session_user IN ('app', 'collector', 'auditor') THEN
        RAISE insufficient_privilege USING MESSAGE = 'slices are dropped by the worker that ingests them';
    END IF;
    -- Only dropping needs the lock, so a call that finds nothing to drop disturbs nobody.
    FOR slice IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'collect_inbox'::regclass AND relname ~ '^collect_inbox_[0-9]{10}$'
            AND to_timestamp(right(relname, 10), 'YYYYMMDDHH24') + interval '1 hour' <= older_than
        ORDER BY relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE NOT request_no <@ $1)', slice)
            INTO open_request USING done;
        CONTINUE WHEN open_request;
        -- The parent first, as writers do. Then looked at again: a row may have been on its way.
        LOCK TABLE collect_inbox IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE NOT request_no <@ $1)', slice)
            INTO open_request USING done;
        CONTINUE WHEN open_request;
        EXECUTE format('DROP TABLE %I', slice);
        dropped := dropped + 1;
    END LOOP;
    IF EXISTS (SELECT 1 FROM collect_inbox_rest)
        AND NOT EXISTS (SELECT 1 FROM collect_inbox_rest WHERE NOT request_no <@ done)
    THEN
        LOCK TABLE collect_inbox IN ACCESS EXCLUSIVE MODE;
        IF NOT EXISTS (SELECT 1 FROM collect_inbox_rest WHERE NOT request_no <@ done) THEN
            TRUNCATE collect_inbox_rest;
        END IF;
    END IF;
    RETURN dropped;
END $$;
COMMENT ON FUNCTION collect_drop_slices IS 'drops slices older than a time whose every request is done';
"""

WRITE_KEYS = """
CREATE TABLE collect_write_key (
    key_hash          bytea PRIMARY KEY CHECK (octet_length(key_hash) = 32),
    source_no         int NOT NULL,
    node_no           bigint NOT NULL,
    brand_no          int GENERATED ALWAYS AS ((node_no >> 40)::int) STORED,
    status            text NOT NULL DEFAULT 'live' CHECK (status IN ('live', 'revoked')),
    timezone          text NOT NULL DEFAULT 'UTC',
    backfill_days     int NOT NULL DEFAULT 30 CHECK (backfill_days > 0),
    allowed_origins   text[] NOT NULL DEFAULT '{}',
    events_per_second int NOT NULL DEFAULT 50000 CHECK (events_per_second > 0),
    created_at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX collect_write_key_of_source ON collect_write_key (source_no);
COMMENT ON TABLE collect_write_key IS 'SHA-256 of each write key, and what its holder may send';
"""

PLANS = """
CREATE TABLE collect_plan (
    source_no  int PRIMARY KEY,
    node_no    bigint NOT NULL,
    version    bigint NOT NULL,
    document   jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE collect_plan IS 'the tracking plan of a source as the collector reads it';
"""
# document: {"on_violation": "keep" | "block",
#            "events": {"Order Completed": {"on_violation": …?, "properties": {"price": PROPERTY}}},
#            "traits": {"city": PROPERTY}}
# PROPERTY: {"type": "string|number|integer|boolean|datetime|array|object", "required": false, "label": 2}

GRANTS = """
REVOKE ALL ON collect_inbox, collect_inbox_rest, collect_write_key, collect_plan FROM PUBLIC;
REVOKE ALL ON FUNCTION collect_prepare_slices, collect_drop_slices FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO collector, app, worker;
GRANT INSERT ON collect_inbox TO collector, app;
GRANT SELECT, INSERT ON collect_inbox TO worker;
GRANT SELECT ON collect_write_key, collect_plan TO collector;
GRANT SELECT, INSERT, UPDATE, DELETE ON collect_write_key, collect_plan TO app, worker;
GRANT SELECT ON collect_write_key, collect_plan TO auditor;
GRANT EXECUTE ON FUNCTION collect_prepare_slices TO app, worker;
GRANT EXECUTE ON FUNCTION collect_drop_slices TO worker;
"""

BACKLOG = """
CREATE FUNCTION collect_backlog(after bigint, OUT requests int, OUT oldest_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*)::int, min(received_at) FROM (
        SELECT received_at FROM collect_inbox WHERE request_no >= after ORDER BY request_no LIMIT 10000
    ) AS waiting
$$;
COMMENT ON FUNCTION collect_backlog IS 'how many requests from a number on wait, at most 10,000, and since when';
"""
BACKLOG_GRANTS = """
REVOKE ALL ON FUNCTION collect_backlog FROM PUBLIC;
GRANT EXECUTE ON FUNCTION collect_backlog TO app, worker;
"""

UP = (INBOX, PREPARE_SLICES, DROP_SLICES, WRITE_KEYS, PLANS, GRANTS)
DOWN = (
    "DROP TABLE collect_plan, collect_write_key, collect_inbox",
    "DROP FUNCTION collect_prepare_slices, collect_drop_slices",
)
