"""The studio: painting in the browser, on this computer.

From the inside out: ``jobs`` (work in a thread that tells how far it is and can be stopped, one at a time), ``photos``
and ``works`` (what a visitor brings, and what was made of it, as files), ``visitors`` (whose folder is whose),
``easel`` (a job that paints), ``choices`` (from the page's controls to settings), ``lights``, ``take_away``, ``visit``
(all of it together), ``page`` (what people see, made with Gradio), ``events``, ``guard`` and ``server`` (whom the
studio answers, and what), and ``memory``.
"""
