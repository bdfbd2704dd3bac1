"""The commander's weekly briefing: its figures, its page, one file to mail, one print; kept, numbered, marked."""
