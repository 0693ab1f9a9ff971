"""One module a table. Each has TITLE, and rows(forme) which yields the lines of a Markdown table."""
