"""What models cannot say of the tables: day partitions of the window of repeats, storage of the timeline."""

SEEN = """
DROP TABLE customers_seenmessage;
CREATE TABLE customers_seenmessage (
    message_hash uuid NOT NULL,
    day          date NOT NULL,
    PRIMARY KEY (message_hash, day)
) PARTITION BY RANGE (day);
CREATE TABLE customers_seenmessage_rest PARTITION OF customers_seenmessage DEFAULT;
COMMENT ON TABLE customers_seenmessage IS 'hashes of messages ingested in the latest seven days'
"""

PREPARE_DAYS = """
CREATE FUNCTION customers_prepare_days(today date) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    one date;
    slice text;
    made int := 0;
BEGIN
    FOR one IN SELECT generate_series(today - 1, today + 2, interval '1 day')::date LOOP
        slice := 'customers_seenmessage_' || to_char(one, 'YYYYMMDD');
        IF to_regclass(slice) IS NULL AND NOT EXISTS (
            SELECT 1 FROM customers_seenmessage_rest WHERE day = one
        ) THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF customers_seenmessage FOR VALUES FROM (%L) TO (%L)',
                slice, one, one + 1);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
COMMENT ON FUNCTION customers_prepare_days IS 'makes the day partitions of the window of repeats'
"""

DROP_DAYS = """
CREATE FUNCTION customers_drop_days(before date) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    slice text;
    dropped int := 0;
BEGIN
    -- The window is never shorter than a week, whatever is asked.
    before := least(before, (now() AT TIME ZONE 'UTC')::date - 7);
    FOR slice IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'customers_seenmessage'::regclass AND relname ~ '^customers_seenmessage_[0-9]{8}$'
            AND to_date(right(relname, 8), 'YYYYMMDD') < before
    LOOP
        EXECUTE format('DROP TABLE %I', slice);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM customers_seenmessage_rest WHERE day < before;
    RETURN dropped;
END $$;
COMMENT ON FUNCTION customers_drop_days IS 'forgets the days of the window of repeats before a day'
"""

STORAGE = """
ALTER TABLE customers_recenttimeline SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE customers_identifier ALTER COLUMN blind SET STORAGE PLAIN;
DO $$ BEGIN
    ALTER TABLE customers_recenttimeline ALTER COLUMN events SET COMPRESSION lz4;
    ALTER TABLE customers_profile ALTER COLUMN traits SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;  -- a server built without lz4 takes its own method
END $$
"""

RIGHTS = """
REVOKE ALL ON FUNCTION customers_prepare_days, customers_drop_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION customers_prepare_days TO app, worker;
GRANT EXECUTE ON FUNCTION customers_drop_days TO worker
"""

UP = (SEEN, PREPARE_DAYS, DROP_DAYS, STORAGE, RIGHTS)

BATCH_NUMBERS = """
CREATE SEQUENCE customers_batch_no AS bigint;
SELECT setval('customers_batch_no', (SELECT coalesce(max(batch_no), 0) + 1 FROM customers_lakebatch), false);
COMMENT ON SEQUENCE customers_batch_no IS 'numbers of batches of rows for the lake; none is given twice';
"""
