"""Wall: the pictures of a result, drawn as inline SVG and as tables, the same in page, report and notebook.

Decimals come in; floats are used for pixels alone. Colours are classes (``charts.css``), so light, dark and print are one stylesheet's matter. x is in
percent and y in pixels: a picture fills any width and its text never scales.
"""
