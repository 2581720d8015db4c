"""Work in a process that is a fork of the tests' own."""

import multiprocessing


def in_a_forked_child(work):
    """What `work()` returns there; the child must end well."""
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=lambda: queue.put(work()))
    child.start()
    found = queue.get()
    child.join()
    assert child.exitcode == 0
    return found
