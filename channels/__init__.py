"""How messages come in and go out: web, text message, the desk; and what wires it all."""
