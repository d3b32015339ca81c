"""What can go wrong with protected values.

An unreachable keys cluster is not among them: it surfaces as `psycopg.OperationalError`, a network error that
jobs retry.
"""

from yingtai.kernel.errors import ProductError


class SealBroken(ProductError):
    code = "vault.seal-broken"
    title = "A protected value of {column} is not what was sealed there"
    remedy = (
        "It was changed, moved to another row or cut short outside the product. "
        "Restore the row from a backup, and find out who could write to that table."
    )
    status = 500


class SuiteNotKnown(ProductError):
    code = "vault.suite-not-known"
    title = "A protected value was sealed by cipher suite {suite}, which this version does not have"
    remedy = "Run the version of Yingtai that sealed it, or a newer one."
    status = 500


class KeyNotFound(ProductError):
    code = "vault.key-not-found"
    title = "The keys cluster does not know a key that protected values name"
    remedy = "The books are newer than the keys. Restore a keys backup that is not older than the books."
    status = 500


class KeyDestroyed(ProductError):
    code = "vault.key-destroyed"
    title = "This person was erased, so nothing more can be sealed for them"
    remedy = "Leave the value out. When the person returns, they are a new profile with a key of its own."
    status = 409


class InboxKeyDestroyed(ProductError):
    code = "vault.inbox-key-destroyed"
    title = "This request is too old to be read: its inbox key was destroyed"
    remedy = "Leave the request out. Replay it from its source when the facts are still needed."
    status = 410


class RootKeyDiffers(ProductError):
    code = "vault.root-key-differs"
    title = "The root key on this machine is not the one the keys cluster was made with"
    remedy = "Put back the file secrets/vault-root.key that belongs to this keys cluster, then start again."
    status = 500


class RootKeyMissing(ProductError):
    code = "vault.root-key-missing"
    title = "The root key file {path} is missing, and the keys cluster was made with one"
    remedy = (
        "Put back the file from your safe, then start again. A new one would open nothing that is sealed."
    )
    status = 500


class RootKeyMalformed(ProductError):
    code = "vault.root-key-malformed"
    title = "The root key file {path} does not hold {expected} bytes"
    remedy = "Put back an intact copy of secrets/vault-root.key from your safe, then start again."
    status = 500


class RoleTooStrong(ProductError):
    code = "vault.role-too-strong"
    title = "The keys cluster role {role} may do more than the product needs"
    remedy = "Connect as the role vault, which is no superuser and may not delete keys."
    status = 500
