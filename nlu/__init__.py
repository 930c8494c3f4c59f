"""Understanding: training phrases, Rasa components, training and parsing. Python 3.10."""
