"""The French catalogue, and what keeps it complete. English is the language of the source texts."""
