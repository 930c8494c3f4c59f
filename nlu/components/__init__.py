"""Our own parts of Rasa's understanding. None of them stores a pickle."""
