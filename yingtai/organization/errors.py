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


class AdministratorExists(ProductError):
    code = "organization.administrator-exists"
    title = "There is an administrator already"
    remedy = "Ask them for an invitation; this way in is for an installation that has none."
    status = 409


class AddressNotReadable(ProductError):
    code = "organization.address-not-readable"
    title = "That is not an e-mail address"
    remedy = "Write it as name@example.com."


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
    title = "You cannot give yourself a role"
    remedy = "Ask another administrator of this place to give it to you."
    status = 403


class RolesDoNotMix(ProductError):
    code = "organization.roles-do-not-mix"
    title = "People who manage accounts may not work with customers' data"
    remedy = "Give the role to another colleague, or take the other role away first."
    status = 409


class InvitationNotValid(ProductError):
    code = "organization.invitation-not-valid"
    title = "This invitation is not valid any more"
    remedy = "It was used, withdrawn or is too old. Ask whoever invited you for a new one."
    status = 404


class MailNotSent(ProductError):
    code = "organization.mail-not-sent"
    title = "The invitation could not be mailed"
    remedy = "Check the address and the mail server (YINGTAI_SMTP_URL), then invite again."
    status = 503


class ApprovalNotFound(ProductError):
    code = "organization.approval-not-found"
    title = "There is nothing to decide here any more"
    remedy = "It was decided, is too old, or belongs to a place you do not work in. Open the list again."
    status = 404


class SecondPersonNeeded(ProductError):
    code = "organization.second-person-needed"
    title = "Somebody else has to decide this"
    remedy = (
        "Nobody approves their own request, a role given to them, or a request of a colleague they invited or were "
        "invited by."
    )
    status = 403


class PasswordTooWeak(ProductError):
    code = "organization.password-too-weak"
    title = "This password is too easy to guess"
    remedy = "Use at least twelve characters that are not a usual password."


class TooManyQuestions(ProductError):
    code = "organization.too-many-questions"
    title = "You have asked for too many different counts of people"
    remedy = (
        "Whoever may not see people is answered {most} in {hours} h, because very many rough numbers together tell the "
        "exact one. Go on later; what you asked in the last 24 h is answered again at any time."
    )
    status = 429


class TooManyViews(ProductError):
    code = "organization.too-many-views"
    title = "You keep {most} views of this list already"
    remedy = "Remove one that you no longer need."
    status = 409


class ChangedMeanwhile(ProductError):
    code = "organization.changed-meanwhile"
    title = "{who} changed this at {when}, after you opened it; what you typed is not saved yet"
    remedy = "Open it in another tab to see that change, then save all the same or leave it as it is."
    status = 409


class AddressOfNobody(ProductError):
    code = "organization.address-of-nobody"
    title = "Nobody signs in with this address"
    remedy = "Look for typing mistakes; the page Colleagues shows who works here."
    status = 404
