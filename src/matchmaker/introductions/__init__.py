"""From "I could help" to an honest ending: each contact is agreed to by both sides, and ends in an answer."""
