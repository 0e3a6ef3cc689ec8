"""Policy: complaints, procedures, decisions and fines of authorities, and what is in force."""
