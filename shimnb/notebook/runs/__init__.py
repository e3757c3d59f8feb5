"""Runs: started, captured, remembered and told."""
