"""Measures of how well the centre identifies and targets."""
