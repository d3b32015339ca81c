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
