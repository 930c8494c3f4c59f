"""A synthetic district walks through the running assistant before real people do."""
