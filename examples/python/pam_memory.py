"""The memory of an agent that calls its own model: it loads the last messages, saves what the user said, and saves what it answered."""

import logging

from threadkeep import ThreadkeepError, Unreachable, new_id

log = logging.getLogger("pam.memory")

UNSAVED_MAX = 1000
REFUSED_FOR_GOOD = ("malformed", "invalid", "too_large", "same_id_other_content", "deleted")


class PamMemory:
    """One conversation of one user, found again on every device. A turn never fails because something could not be saved."""

    def __init__(self, keep, session_id=None, context=None):
        self.keep = keep
        self.session_id = session_id
        self.context = context
        self.conversation_id = None
        self._unsaved = []

    def get_or_create_pam_conversation(self):
        """The user's main conversation, or the one of this session. Two devices that ask at once get the same."""
        if self.conversation_id is None:
            self.conversation_id = self._conversation()["id"]
        return self.conversation_id

    def get_conversation_history(self, limit=20):
        """Oldest first, ready for a prompt; what could not be saved yet stands at its end."""
        saved = self.keep.messages(self.get_or_create_pam_conversation(), limit=limit)
        turns = [{"role": message["role"], "content": message["text"]} for message in saved]
        unsaved = [{"role": role, "content": text} for _, role, text, _ in self._unsaved]
        return (turns + unsaved)[-limit:]

    def save_user(self, text, **notes):
        return self._save_message_to_db("user", text, notes)

    def save_assistant(self, text, **notes):
        """`intent`, `confidence`, `entities` and `metadata` are kept beside the words."""
        return self._save_message_to_db("assistant", text, notes)

    def _save_message_to_db(self, role, text, notes):
        """True when it is on disk. What is not waits here under the same id, in order, and goes out with the next save."""
        if len(self._unsaved) >= UNSAVED_MAX:
            log.error("The memory is full of unsaved messages: one of the role %s was not taken.", role)
            return False
        self._unsaved.append((new_id(), role, text, notes))
        try:
            while self._unsaved:
                message_id, role, text, notes = self._unsaved[0]
                self.keep.keep(self.get_or_create_pam_conversation(), role, text, message_id, **notes)
                self._unsaved.pop(0)
        except (ThreadkeepError, Unreachable) as fault:
            return self._put_off(fault)
        return True

    def _put_off(self, fault):
        """What the house will never take must not stand in the way of what it will."""
        code = getattr(fault, "code", None)
        if code == "not_found":
            self.conversation_id = None  # somebody threw the conversation away: the next save begins another
        if code in REFUSED_FOR_GOOD:
            message_id = self._unsaved.pop(0)[0]
            log.error("The message %s was refused and is not kept: %s", message_id, fault)
        else:
            log.warning("%d messages wait to be saved: %s", len(self._unsaved), fault)
        return False

    def _conversation(self):
        if self.session_id is None:
            return self.keep.main_thread()
        given = {} if self.context is None else {"context": self.context}
        return self.keep.thread_by_key(self.session_id, **given)
