"""From declared records to domain values: names, dates, codes, documents."""
