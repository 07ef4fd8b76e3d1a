"""Tables and figures from the output of scorefield."""
