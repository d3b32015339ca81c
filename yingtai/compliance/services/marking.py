"""The question at the moment of sending: who of these people may be written to?"""

from django.db import connection

from yingtai.compliance.models import Status
from yingtai.kernel.sets import ProfileSet

NO_CONSENT = "no_consent"
WITHDRAWN = "withdrawn"

# A purpose on another ground than consent needs no grant, but a refusal counts all the same. Without a
# registered purpose there is no ground at all, so nobody passes.
MARK = f"""
    UPDATE {{table}} AS people SET reason = out.reason
    FROM (
        SELECT inside.profile_no,
               CASE WHEN held.status = {Status.WITHDRAWN:d} THEN '{WITHDRAWN}' ELSE '{NO_CONSENT}' END AS reason
        FROM {{table}} AS inside
        LEFT JOIN compliance_purpose AS purpose
          ON purpose.code = %(purpose)s AND purpose.node_no = (inside.node_no >> 40) << 40
         AND purpose.channels ? %(channel)s
        LEFT JOIN compliance_consent_now AS held
          ON held.profile_no = inside.profile_no AND held.purpose_no = purpose.purpose_no
         AND held.channel = %(channel)s AND held.recipient = %(recipient)s
        WHERE inside.reason IS NULL
          AND CASE WHEN purpose.purpose_no IS NULL THEN true
                   WHEN purpose.basis = 'consent' THEN held.status IS DISTINCT FROM {Status.GRANTED:d}
                   ELSE held.status > {Status.GRANTED:d} END
    ) AS out
    WHERE people.profile_no = out.profile_no
"""

# Those who are still in stand on a yes, which is for some addresses and no other.
COVER = f"""
    UPDATE {{table}} AS people SET alias_nos = held.alias_nos
    FROM compliance_consent_now AS held
    JOIN compliance_purpose AS purpose USING (purpose_no)
    WHERE people.reason IS NULL AND held.profile_no = people.profile_no AND held.status = {Status.GRANTED:d}
      AND held.channel = %(channel)s AND held.recipient = %(recipient)s
      AND purpose.code = %(purpose)s AND purpose.basis = 'consent'
      AND purpose.node_no = (people.node_no >> 40) << 40
"""


def mark_consent(people: ProfileSet, *, purpose: str, channel: str, recipient: str = "") -> int:
    """Mark everyone in the set who may not be addressed, `no_consent` or `withdrawn`, and return how many.

    Call it inside the transaction of the set. Missing means no. Whoever stays in has `alias_nos`: the addresses
    their yes is for, or null where the purpose needs none.
    Cost: two statements, whatever the size
    """
    values = {"purpose": purpose, "channel": channel, "recipient": recipient}
    with connection.cursor() as cursor:
        cursor.execute(MARK.format(table=people.table), values)
        marked = int(cursor.rowcount)
        cursor.execute(COVER.format(table=people.table), values)
    return marked
