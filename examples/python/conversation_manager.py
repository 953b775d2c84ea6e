"""The ConversationManager of a RAG chat, by its old names: every message is kept by Threadkeep as it is added, the last few stay in memory."""

from collections import OrderedDict

SESSIONS_CACHED_MAX = 100


class ConversationManager:
    """A session id of the browser is the external key of a thread. The model calls stay where they were."""

    def __init__(self, keep, max_history=10):
        self.keep = keep
        self.messages_cached_max = max_history * 2  # a turn is a question and its answer
        self._sessions = OrderedDict()

    def add_message(self, session_id, role, content, sources=None):
        """Returns the receipt: when it is here, the message is on disk."""
        session = self._session(session_id)
        notes = {} if sources is None else {"sources": sources}
        kept = self.keep.keep(session["thread_id"], role, content, **notes)
        session["messages"] = (session["messages"] + [as_turn(kept["message"])])[-self.messages_cached_max :]
        return kept["receipt"]

    def get_history(self, session_id):
        """What a prompt needs: the last turns, oldest first, from memory once they were read."""
        return [{"role": turn["role"], "content": turn["content"]} for turn in self._session(session_id)["messages"]]

    def get_session_from_db(self, session_id):
        """The whole session as it is kept, whatever is in memory; None when nothing was ever said in it."""
        thread = self.keep.thread_by_key(session_id)
        if thread["messageCount"] == 0:
            return None
        return {
            "session_id": session_id,
            "created_at": thread["createdAt"],
            "last_activity": thread["updatedAt"],
            "message_count": thread["messageCount"],
            "messages": [as_turn(message) for message in self._all_messages(thread["id"])],
        }

    def clear_session(self, session_id):
        """Out of memory and out of every reading at once; from the bin it can be restored for 30 days."""
        self._sessions.pop(session_id, None)
        self.keep.bin(self.keep.thread_by_key(session_id)["id"])

    def _session(self, session_id):
        if session_id not in self._sessions:
            thread_id = self.keep.thread_by_key(session_id)["id"]
            recent = self.keep.messages(thread_id, limit=self.messages_cached_max)
            self._sessions[session_id] = {"thread_id": thread_id, "messages": [as_turn(message) for message in recent]}
        self._sessions.move_to_end(session_id)
        while len(self._sessions) > SESSIONS_CACHED_MAX:
            self._sessions.popitem(last=False)
        return self._sessions[session_id]

    def _all_messages(self, thread_id):
        after = 0
        while page := self.keep.messages(thread_id, limit=200, after=after):
            yield from page
            after = page[-1]["seq"]


def as_turn(message):
    return {"role": message["role"], "content": message["text"], "timestamp": message["createdAt"]}
