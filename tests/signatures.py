"""Signatures, to be compared with Keras's."""

import inspect


def bare_signature(thing):
    """Its text, without annotations."""
    signature = inspect.signature(thing)
    parameters = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=parameters, return_annotation=signature.empty))
