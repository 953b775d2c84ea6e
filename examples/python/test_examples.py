"""Runs the examples against the house at THREADKEEP_URL, as a new guest each time: python3 test_examples.py"""

import os
import unittest
import uuid

from conversation_manager import ConversationManager
from pam_memory import PamMemory
from threadkeep import Threadkeep, ThreadkeepError, new_id


def a_guest():
    keep = Threadkeep(os.environ["THREADKEEP_URL"])
    keep.guest()
    return keep


class AConversationManager(unittest.TestCase):
    def test_keeps_every_message_as_it_is_added(self):
        keep = a_guest()
        manager = ConversationManager(keep)
        self.assertIsNone(manager.get_session_from_db("user_abc123"))
        receipt = manager.add_message("user_abc123", "user", "What is our return policy?")
        self.assertIn(receipt["durability"], ("disk", "replicated", "none"))
        manager.add_message("user_abc123", "assistant", "30 days.", sources=[{"title": "policy.pdf", "page": 4}])
        session = ConversationManager(keep).get_session_from_db("user_abc123")
        self.assertEqual(session["message_count"], 2)
        self.assertEqual([turn["role"] for turn in session["messages"]], ["user", "assistant"])
        self.assertEqual(session["messages"][1]["content"], "30 days.")

    def test_remembers_after_a_restart_and_only_the_last_turns(self):
        keep = a_guest()
        manager = ConversationManager(keep, max_history=2)
        for number in range(6):
            manager.add_message("s", "user" if number % 2 == 0 else "assistant", f"Message {number}")
        expected = [f"Message {number}" for number in range(2, 6)]
        for afresh in (manager, ConversationManager(keep, max_history=2)):
            self.assertEqual([turn["content"] for turn in afresh.get_history("s")], expected)

    def test_clears_a_session_everywhere(self):
        keep = a_guest()
        manager = ConversationManager(keep)
        manager.add_message("s", "user", "Forget this.")
        manager.clear_session("s")
        self.assertEqual(manager.get_history("s"), [])
        self.assertIsNone(ConversationManager(keep).get_session_from_db("s"))

    def test_reads_a_session_of_more_than_one_page(self):
        manager = ConversationManager(a_guest())
        for number in range(205):
            manager.add_message("s/ü", "user", f"Message {number}")
        messages = manager.get_session_from_db("s/ü")["messages"]
        self.assertEqual([turn["content"] for turn in messages], [f"Message {number}" for number in range(205)])


class APamMemory(unittest.TestCase):
    def test_saves_both_sides_and_loads_the_last_twenty(self):
        keep = a_guest()
        memory = PamMemory(keep)
        for number in range(12):
            self.assertTrue(memory.save_user(f"Question {number}"))
            self.assertTrue(memory.save_assistant(f"Answer {number}", intent="guests.count", confidence=0.93))
        history = PamMemory(keep).get_conversation_history()
        self.assertEqual(len(history), 20)
        self.assertEqual(history[0], {"role": "user", "content": "Question 2"})
        self.assertEqual(history[-1], {"role": "assistant", "content": "Answer 11"})

    def test_records_where_an_answer_came_from_and_claims_no_persona(self):
        keep = a_guest()
        memory = PamMemory(keep, session_id="ws-1", context={"user_language": "en"})
        memory.save_assistant("120 guests.", intent="guests.count", confidence=0.93, entities={"guests": 120})
        [message] = keep.messages(memory.conversation_id, limit=20)
        self.assertEqual((message["intent"], message["confidence"]), ("guests.count", 0.93))
        self.assertEqual(message["entities"], {"guests": 120})
        self.assertIsNone(message["personaId"])
        self.assertIsNotNone(message["origin"])
        self.assertIsNone(message["runId"])

    def test_is_one_conversation_on_every_device(self):
        keep = a_guest()
        phone, tablet = PamMemory(keep), PamMemory(keep)
        phone.save_user("We are 120 guests.")
        self.assertEqual(tablet.get_conversation_history()[-1]["content"], "We are 120 guests.")
        self.assertEqual(phone.conversation_id, tablet.conversation_id)

    def test_keeps_the_turn_going_and_saves_later_what_could_not_be_saved(self):
        keep = a_guest()
        memory = PamMemory(keep)
        memory.save_user("First")
        there, keep.url, keep.tries_max = keep.url, "http://127.0.0.1:9", 1
        with self.assertLogs("pam.memory", "WARNING"):
            self.assertFalse(memory.save_assistant("Second"))
        keep.url, keep.tries_max = there, 6
        self.assertTrue(memory.save_user("Third"))
        said = [turn["content"] for turn in PamMemory(keep).get_conversation_history()]
        self.assertEqual(said, ["First", "Second", "Third"])

    def test_does_not_wait_for_what_will_never_be_taken(self):
        memory = PamMemory(a_guest())
        with self.assertLogs("pam.memory", "ERROR"):
            self.assertFalse(memory.save_assistant("Too sure.", confidence=7))
        self.assertTrue(memory.save_user("Next"))


class AClient(unittest.TestCase):
    def test_keeps_a_message_once_however_often_it_is_sent(self):
        keep = a_guest()
        thread_id = keep.main_thread()["id"]
        message_id = new_id()
        first = keep.keep(thread_id, "user", "Once", message_id)
        again = keep.keep(thread_id, "user", "Once", message_id)
        self.assertEqual((first["receipt"]["result"], again["receipt"]["result"]), ("kept", "replayed"))
        self.assertEqual(len(keep.messages(thread_id, limit=20)), 1)
        with self.assertRaises(ThreadkeepError) as refused:
            keep.keep(thread_id, "user", "Other words", message_id)
        self.assertEqual((refused.exception.status, refused.exception.code), (422, "same_id_other_content"))

    def test_sees_nothing_of_another_guest(self):
        thread_id = a_guest().main_thread()["id"]
        with self.assertRaises(ThreadkeepError) as refused:
            a_guest().messages(thread_id, limit=20)
        self.assertEqual(refused.exception.code, "not_found")

    def test_makes_ids_of_version_seven(self):
        made = uuid.UUID(new_id())
        self.assertEqual((made.version, made.variant), (7, uuid.RFC_4122))


if __name__ == "__main__":
    unittest.main(verbosity=2)
