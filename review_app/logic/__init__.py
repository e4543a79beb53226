"""What the review app does and what it shows, as values: nothing in here knows Streamlit."""
