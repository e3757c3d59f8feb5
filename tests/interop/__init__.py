"""The same source against shimnb and against flytekit, and what each makes of it.

`cases` holds the source: one expression a case. `process` is what runs it, once in a
process with shimnb and once in a process with flytekit. `peers` starts the two and
reads their answers, `difference` words where two messages differ.
"""
