"""A static site generator for a catalogue of papers. `build.py` is its table of contents."""
