"""What the command line, the worker and the web may ask of the centre; wires all parts together."""
