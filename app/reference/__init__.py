"""Reference data: jurisdictions, places, crime heads and section rules, loaded from the files under data/."""
