"""What sign-in needs beyond its libraries' tables, as plain SQL."""

PRUNE_SIGN_INS = """
CREATE FUNCTION organization_prune_sign_ins(sessions_before timestamptz, attempts_before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    removed bigint;
    total bigint := 0;
BEGIN
    DELETE FROM django_session WHERE expire_date < sessions_before;
    GET DIAGNOSTICS removed = ROW_COUNT; total := total + removed;
    DELETE FROM axes_accessattempt WHERE attempt_time < attempts_before;
    GET DIAGNOSTICS removed = ROW_COUNT; total := total + removed;
    DELETE FROM axes_accessfailurelog WHERE attempt_time < attempts_before;
    GET DIAGNOSTICS removed = ROW_COUNT; total := total + removed;
    DELETE FROM axes_accesslog WHERE attempt_time < attempts_before;
    GET DIAGNOSTICS removed = ROW_COUNT; total := total + removed;
    RETURN total;
END $$;
COMMENT ON FUNCTION organization_prune_sign_ins IS
    'removes sessions and notes of sign-ins whose time is over, for workers, who may not read them';
"""
GRANTS = """
REVOKE ALL ON FUNCTION organization_prune_sign_ins FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organization_prune_sign_ins TO worker;
"""
COUNT_UNKNOWN = """
CREATE FUNCTION organization_count_unknown_sign_ins(attempts_before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    removed bigint;
BEGIN
    WITH gone AS (
        DELETE FROM axes_accessattempt AS attempt
        WHERE attempt_time < attempts_before AND username <> '(unknown accounts)'
            AND NOT EXISTS (SELECT FROM organization_staff AS staff WHERE lower(staff.email) = attempt.username)
        RETURNING ip_address, (attempt_time AT TIME ZONE 'UTC')::date AS day, failures_since_start
    ), counted AS (
        INSERT INTO axes_accessattempt AS known (
            user_agent, ip_address, username, http_accept, path_info, attempt_time, get_data, post_data,
            failures_since_start)
        SELECT day::text, coalesce(ip_address, '0.0.0.0'), '(unknown accounts)', '', '',
            day::timestamp AT TIME ZONE 'UTC', '', '', least(sum(failures_since_start), 2000000000)
        FROM gone GROUP BY 1, 2, day
        ON CONFLICT (username, ip_address, user_agent) DO UPDATE SET
            failures_since_start = least(known.failures_since_start::bigint + excluded.failures_since_start, 2000000000)
    )
    SELECT count(*) INTO removed FROM gone;
    RETURN removed;
END $$;
COMMENT ON FUNCTION organization_count_unknown_sign_ins IS
    'makes attempts to sign in to accounts that do not exist one line for each address and day, for workers';
"""
GRANTS_UNKNOWN = """
REVOKE ALL ON FUNCTION organization_count_unknown_sign_ins FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organization_count_unknown_sign_ins TO worker;
"""
