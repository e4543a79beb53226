"""The app in which a reviewer verifies, corrects or rejects claims beside their articles."""
