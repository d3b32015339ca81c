from yingtai.kernel.errors import ProductError


class CampaignNotFound(ProductError):
    code = "campaigns.campaign-not-found"
    title = "We could not find that campaign"
    remedy = "It may belong to another brand. Open it again from the list of campaigns."
    status = 404


class CampaignWasUsed(ProductError):
    code = "campaigns.campaign-was-used"
    title = "“{name}” was launched, so it cannot be deleted"
    remedy = "Archive it: it leaves the lists, and what was sent can still be looked up."


class CampaignIsFixed(ProductError):
    code = "campaigns.campaign-is-fixed"
    title = "A campaign cannot be changed once it is launched"
    remedy = "Stop it if it must not go on, and make a new campaign from a copy."
    status = 409


class CampaignIsArchived(ProductError):
    code = "campaigns.campaign-is-archived"
    title = "This campaign is archived"
    remedy = "Restore it first, or make a copy of it."
    status = 409


class CampaignStillRuns(ProductError):
    code = "campaigns.campaign-still-runs"
    title = "“{name}” is not over yet, so it cannot be archived"
    remedy = "Stop it, or wait until it is sent."
    status = 409


class NotReadyToLaunch(ProductError):
    code = "campaigns.not-ready-to-launch"
    title = "This campaign cannot be launched yet: {what}"
    remedy = "Open the campaign and correct what its check names."


class LaunchChanged(ProductError):
    code = "campaigns.launch-changed"
    title = "The campaign, its audience or its size changed after a second person was asked"
    remedy = "Decline this request; whoever launches looks at the campaign and asks again."
    status = 409


class NothingToStop(ProductError):
    code = "campaigns.nothing-to-stop"
    title = "This campaign is not running"
    remedy = "Only a campaign that is scheduled or being sent can be stopped."
    status = 409


class LaunchGrew(ProductError):
    code = "campaigns.launch-grew"
    title = "Held up: {people} people would get it now, and the launch was for {most} at most"
    remedy = "Take it back, look at the audience, and launch it again; so many may take a second person."
    status = 409


class LaunchesGrew(ProductError):
    code = "campaigns.launches-grew"
    title = "Held up: {people} mails would go out within a day that one person launched alone, and {most} may"
    remedy = "Take it back and launch it again: a second person agrees then. Or try again a day later."
    status = 409


class LaunchDiffers(ProductError):
    code = "campaigns.launch-differs"
    title = "Held up: the audience, or one it is made of, was changed after the launch was agreed to"
    remedy = "Take it back, look at the audience, and launch it again; so many may take a second person."
    status = 409


class NotScheduled(ProductError):
    code = "campaigns.not-scheduled"
    title = "This campaign no longer waits for its time"
    remedy = "Only a campaign that has not begun can be taken back; stop it if it must not go on."
    status = 409


class LinkNotUnderstood(ProductError):
    code = "campaigns.link-not-understood"
    title = "This link is not complete"
    remedy = "Open it again from the mail, or answer the mail and tell us what you want."
    status = 404


class MailServerNotReached(ProductError):
    code = "campaigns.mail-server-not-reached"
    title = "The mail server at {server} does not answer: {why}"
    remedy = "Check YINGTAI_SMTP_URL and the mail server; sending goes on by itself when it answers."
    status = 503


class MailServerNotUnderstood(ProductError):
    code = "campaigns.mail-server-not-understood"
    title = "YINGTAI_SMTP_URL cannot be read"
    remedy = "Write it as smtp://user:password@mail.example.com:587 or smtps://mail.example.com."
    status = 500


class AudienceIsMissing(ProductError):
    code = "campaigns.audience-is-missing"
    title = "No audience is chosen"
    remedy = "Choose who gets the mail; make an audience first when there is none."


class TemplateIsMissing(ProductError):
    code = "campaigns.template-is-missing"
    title = "No template is chosen"
    remedy = "Choose what is sent; only templates with a published version can be chosen."


class TemplateHasProblem(ProductError):
    code = "campaigns.template-has-problem"
    title = "The template asks for {name}, which nobody has"
    remedy = "Correct the name in the template, publish a version, and choose that."


class UnsubscribeLinkIsMissing(ProductError):
    code = "campaigns.unsubscribe-link-is-missing"
    title = "The template has no link to unsubscribe"
    remedy = "Put the unsubscribe address into a link of the template, publish a version, and choose that."


class NoticeIsMissing(ProductError):
    code = "campaigns.notice-is-missing"
    title = "No notice covers {purpose} on this channel"
    remedy = "Publish a notice under Compliance first; consent without one does not count."


class SenderIsMissing(ProductError):
    code = "campaigns.sender-is-missing"
    title = "No sender yet"
    remedy = "Give a name and an address that people can answer to."


class NobodyToReach(ProductError):
    code = "campaigns.nobody-to-reach"
    title = "Nobody in the audience can be written to"
    remedy = "Look at the reasons in the check; widen the audience, or ask for consent first."


class MarketingUnderService(ProductError):
    code = "campaigns.marketing-under-service"
    title = "The template is marketing, but {purpose} is no consent to marketing"
    remedy = (
        "Choose a purpose that people agree to. If the mail only serves an order or a contract, declare its template "
        "as a service, take offers out, publish a version, and choose that."
    )


class ServiceUnderMarketing(ProductError):
    code = "campaigns.service-under-marketing"
    title = "The template is a service mail, but {purpose} has another legal basis"
    remedy = "Choose the purpose whose basis the template names, or declare the template as what it is."


class LaunchTimePast(ProductError):
    code = "campaigns.launch-time-past"
    title = "{at} has passed, so nothing can be sent then"
    remedy = "Choose a later time, or leave it empty to send as soon as it is confirmed."


class LaunchTimeFar(ProductError):
    code = "campaigns.launch-time-far"
    title = "More than a year away: {at}"
    remedy = "Choose an earlier time; who agreed and what is true today will not be by then."


class SenderNameNotUnderstood(ProductError):
    code = "campaigns.sender-name-not-understood"
    title = "The name of the sender holds a line break or another character that cannot be shown"
    remedy = "Type the name on one line; text copied from elsewhere may bring hidden signs along."


class SenderAddressNotUnderstood(ProductError):
    code = "campaigns.sender-address-not-understood"
    title = "No mail can come from this address"
    remedy = "Write it like news@example.com, with plain letters before the @."


class SendingBlocked(ProductError):
    code = "campaigns.sending-blocked"
    title = "Paused: the mail server does not want these mails: {answer}"
    remedy = (
        "Nobody was struck off. Show the answer to whoever runs the mail server, put right what it names "
        "(sender, reputation, content), then choose Try again."
    )
    status = 503


class MailServerSaysLater(ProductError):
    code = "campaigns.mail-server-says-later"
    title = "The mail server ended the conversation: {answer}"
    remedy = "Sending goes on by itself in a moment; if it stays so, ask whoever runs the mail server."
    status = 503


class SendingFailed(ProductError):
    code = "campaigns.sending-failed"
    title = "Paused: sending stopped at an unforeseen problem ({why})"
    remedy = "Nothing was lost and nobody gets two. Choose Try again; if it stops again, tell your operator."
    status = 500


class NothingToResume(ProductError):
    code = "campaigns.nothing-to-resume"
    title = "This campaign is not waiting for anybody"
    remedy = "Only a campaign that is paused or has trouble can be tried again."
    status = 409


class SuppressionNotFound(ProductError):
    code = "campaigns.suppression-not-found"
    title = "Mails go to this address again already"
    remedy = "A colleague may have done it before you. Open the person again."
    status = 404


class ReasonIsMissing(ProductError):
    code = "campaigns.reason-is-missing"
    title = "There is no reason given for writing to this address again"
    remedy = "Say in a few words how you know that it works, without names and addresses."


class CampaignNotDecided(ProductError):
    code = "campaigns.not-decided"
    title = "This campaign has no result yet"
    remedy = (
        "It begins when the campaign has decided who gets the mail; launch it, and ask again a moment later."
    )
    status = 409


class NobodyToTest(ProductError):
    code = "campaigns.nobody-to-test"
    title = "Nobody is chosen to get the test mail"
    remedy = "Choose yourself, or colleagues of this brand."


class TooManyToTest(ProductError):
    code = "campaigns.too-many-to-test"
    title = "A test mail goes to {most} people at most"
    remedy = "Choose fewer colleagues."


class TooManyTests(ProductError):
    code = "campaigns.too-many-tests"
    title = "You sent {most} test mails within an hour"
    remedy = "Wait a while; the preview on the page of the campaign shows the same mail."
    status = 429


class ProofNotTaken(ProductError):
    code = "campaigns.test-not-taken"
    title = "The mail server did not take the test mail: {answer}"
    remedy = "People would not get it either. Show the answer to whoever runs the mail server."
    status = 502


class NobodyFound(ProductError):
    code = "campaigns.nobody-found"
    title = "No matching customer"
    remedy = "Write a phone, e-mail, member number or profile id of somebody you may see, or leave it empty."
    status = 404


class SenderNotFound(ProductError):
    code = "campaigns.sender-not-found"
    title = "We could not find that sender"
    remedy = "It may belong to another brand. Choose one from the list of senders."
    status = 404


class ConfirmationIsOver(ProductError):
    code = "campaigns.confirmation-is-over"
    title = "This link is no longer valid"
    remedy = "Give your address again where you gave it first: you then get a new mail to confirm it."
    status = 410


class PurposeWasArchived(ProductError):
    code = "campaigns.purpose-was-archived"
    title = "Held up: its purpose was archived after the launch"
    remedy = "Have the purpose restored under Compliance, then try again here; or stop the campaign."
    status = 409
