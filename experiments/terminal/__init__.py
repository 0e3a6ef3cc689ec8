"""What is said on the terminal, safe whatever it holds. No command lives here."""
