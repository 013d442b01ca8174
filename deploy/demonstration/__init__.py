"""Demonstration data: companies, people of every role, a few hundred licences of the past, and stories.

A story is one licence or two that stand for something that can happen (`stories/`): a question without answer, a
decision that a second officer has to confirm, a replaced licence. Together they show every state and every act.

Everything is entered through the services' own use cases, at times in the past, so it obeys every rule and is told
as events like anything else. All people and mailboxes lie under example domains: no real mailbox can be reached.
"""
