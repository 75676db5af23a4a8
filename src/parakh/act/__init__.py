"""What officers do with an alert: allowed steps, decisions, outcomes."""
