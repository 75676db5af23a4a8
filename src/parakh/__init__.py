"""Parakh: an open National Targeting Centre for customs and border agencies."""
