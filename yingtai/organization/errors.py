from yingtai.kernel.errors import ProductError


class UnitNotFound(ProductError):
    code = "organization.unit-not-found"
    title = "We could not find {code} in the organization"
    remedy = "Check its code under Operations, Organization."
    status = 404


class NoWorkplace(ProductError):
    code = "organization.no-workplace"
    title = "You have no role anywhere yet"
    remedy = "Ask an administrator of your brand to give you one."
    status = 403


class KeyNotAccepted(ProductError):
    code = "organization.key-not-accepted"
    title = "This API key is not accepted"
    remedy = "Send a live key as `Authorization: Bearer …`; make one under Operations, API keys."
    status = 401


class CodeIsTaken(ProductError):
    code = "organization.code-is-taken"
    title = "Another unit already has the code {code}"
    remedy = "Choose another code; codes are unique in the group."
    status = 409


class EmailIsTaken(ProductError):
    code = "organization.email-is-taken"
    title = "Somebody signs in with this address already"
    remedy = "Find that colleague in the list and give them another role, instead of inviting them again."
    status = 409


class ColleagueNotFound(ProductError):
    code = "organization.colleague-not-found"
    title = "We could not find that colleague where you administer"
    remedy = "Choose somebody from the list of staff; for somebody of another brand ask an administrator of the group."
    status = 404


class RoleForOneself(ProductError):
    code = "organization.role-for-oneself"
    title = "Nobody gives a role to themselves"
    remedy = "Ask another administrator of this place to give it to you."
    status = 403
