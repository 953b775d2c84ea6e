"""Speaks to a Threadkeep over HTTP with the standard library alone, and sends the same id again until there is an answer."""

import json
import random
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException


class ThreadkeepError(Exception):
    """What the house said no with: `code` is for programs, `hint` says what to do next."""

    def __init__(self, status, error):
        super().__init__(f"{error.get('message', 'No words came with it.')} {error.get('hint', '')}".strip())
        self.status = status
        self.code = error.get("code", "internal")
        self.hint = error.get("hint", "")
        self.request_id = error.get("requestId")


class Unreachable(Exception):
    """No answer in all tries. What was sent was kept zero times or once: send it again with the same id."""


class Threadkeep:
    def __init__(self, url, token=None, timeout_s=30, tries_max=6):
        self.url = url.rstrip("/")
        self.token = token
        self.timeout_s = timeout_s
        self.tries_max = tries_max

    def guest(self):
        """Becomes somebody new; the token is the only key to what they say."""
        self.token = self.call("POST", "/v1/guests", {})["token"]
        return self.token

    def thread_by_key(self, key, **given):
        """The thread that carries this outside id, made if there is none. Many at once get the same one."""
        return self.call("PUT", f"/v1/threads/by-key/{quoted(key)}", given)

    def main_thread(self):
        return self.call("PUT", "/v1/threads/main", {})

    def messages(self, thread_id, **asked):
        """A page in the order of the conversation: `limit`, and `before` or `after` a seq."""
        query = urllib.parse.urlencode(asked)
        return self.call("GET", f"/v1/threads/{quoted(thread_id)}/messages?{query}")["messages"]

    def keep(self, thread_id, role, text, message_id=None, **notes):
        """Keeps what was said elsewhere, and asks nobody to answer it. Returns the message and its receipt."""
        body = {"id": message_id or new_id(), "role": role, "text": text, "reply": False, **notes}
        return self.call("POST", f"/v1/threads/{quoted(thread_id)}/messages", body)

    def bin(self, thread_id):
        return self.call("DELETE", f"/v1/threads/{quoted(thread_id)}")

    def call(self, method, path, body=None):
        """One JSON answer. The same bytes are sent on every try, so that what carries an id is kept once."""
        data = None if body is None else json.dumps(body).encode()
        fault = None
        for tries in range(self.tries_max):
            if tries > 0:
                time.sleep(wait_s(fault, tries))
            try:
                return self._once(method, path, data)
            except urllib.error.HTTPError as refused:
                fault = refused
                if refused.code not in (429, 503):
                    raise error_of(refused) from None
            except OSError as cut:
                fault = cut
        if isinstance(fault, urllib.error.HTTPError):
            raise error_of(fault)
        raise Unreachable(f"{method} {self.url}{path} has no answer: {fault}") from fault

    def _once(self, method, path, data):
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as response:
                return json.load(response)
        except (HTTPException, json.JSONDecodeError) as cut:  # it stopped in the middle
            raise OSError(f"the answer was cut: {cut}") from cut


def error_of(refused):
    try:
        return ThreadkeepError(refused.code, json.load(refused)["error"])
    except (ValueError, KeyError, TypeError):
        return ThreadkeepError(refused.code, {"message": f"{refused.url} was answered with {refused.code}."})


def wait_s(fault, tries):
    """As long as the house asks for; else twice as long each time, and never in step with others."""
    asked = getattr(fault, "headers", None) and fault.headers.get("Retry-After")
    return (float(asked) if asked and asked.isdigit() else 0) + random.random() * min(8, 0.25 * 2**tries)


def new_id():
    """A UUID of version 7: it begins with the time, so that ids sort by the moment they were made."""
    value = (time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def quoted(piece):
    """Ids are free strings: every character of one is made safe for a path."""
    return urllib.parse.quote(piece, safe="")
