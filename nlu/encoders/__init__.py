"""Sentence encoders: text in, vectors of meaning out. One port, one file an adapter."""
