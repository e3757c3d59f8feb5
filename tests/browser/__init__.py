"""The journey of a person, in a real JupyterLab in a real Chromium."""
