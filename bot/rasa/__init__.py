"""What Fairway puts inside Rasa: importer, replies, connector. Runs on Rasa's Python 3.10."""
