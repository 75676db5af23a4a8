"""From hits to an assessment with advice, and to the unit that must know."""
