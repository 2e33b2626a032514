"""matchmaker connects citizens to the startups of their territory."""
