"""What we say: templates of mails, in versions that never change."""
