"""Compiler frontend: notebook JSON, IPython syntax, cell directives."""
