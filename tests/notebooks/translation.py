"""Code of a notebook and of its translation: the same but for what it says to people."""

import ast
import re

_HANGUL = re.compile("[가-힣]")


class _Form(ast.NodeTransformer):
    """Code without its texts, which are gathered; of an f-string, what is put into it remains."""

    def __init__(self):
        self.texts = []

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self.texts.append(node.value)
            return ast.Constant("")
        return node

    def visit_JoinedStr(self, node):
        values = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        return self.generic_visit(ast.JoinedStr(values))


def differences(notebook, translation):
    """Lines that say where code differs in more than comments and translated texts."""
    lines = []
    for cell, other in zip(notebook.cells, translation.cells, strict=True):
        if (cell.id, cell.cell_type) != (other.id, other.cell_type):
            lines.append(f"cell {cell.id} is {other.id} ({other.cell_type}) in the translation")
        elif cell.cell_type == "code":
            here, there = _Form(), _Form()
            forms = [
                ast.dump(form.visit(ast.parse(each.source)))
                for form, each in ((here, cell), (there, other))
            ]
            texts = zip(here.texts, there.texts, strict=False)
            kept = all(one == two or _HANGUL.search(two) for one, two in texts)
            if forms[0] != forms[1] or not kept:
                lines.append(f"cell {cell.id} does something else in the translation")
        elif not _HANGUL.search(other.source):
            lines.append(f"cell {cell.id} is not translated")
    return lines
