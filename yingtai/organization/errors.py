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
    remedy = "Give that colleague the role, instead of inviting them again."
    status = 409
