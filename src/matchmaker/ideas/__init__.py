"""Ideas in one sentence, and which of them say nearly the same."""
