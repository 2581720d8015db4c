"""What a fit shows as time goes by, without its taking any."""

from cornu.callbacks import notebook_display, progbar_logger, progress

# How long something took, as a bar ends.
END = r"0?\d+s \d+(us|ms|s)/step"


class Clock:
    """A time of one's own, and what each epoch takes by it."""

    def __init__(self, patch, seconds):
        self.now = 100.0
        for module in (progress, progbar_logger, notebook_display):
            patch.setattr(module.time, "monotonic", lambda: self.now)
        self.seconds = seconds


def fit_by(clock, logger, epochs, until=None):
    """The hooks of a fit of epochs that take their time, in two steps each."""
    logger.set_params({"verbose": 1, "epochs": epochs, "steps": 2})
    logger.on_train_begin()
    for epoch in range(epochs if until is None else until):
        logger.on_epoch_begin(epoch)
        for step in (1, 2):
            clock.now += clock.seconds(epoch) / 2
            logger.update(step, {"loss": epoch + 0.5})
        logger.on_test_begin()
        logger.on_test_end({"loss": 7})
        logger.on_epoch_end(epoch, {"loss": float(epoch), "val_loss": 2.0})
    if until is None:
        logger.on_train_end()
    else:
        logger.close()
