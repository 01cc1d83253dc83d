"""What commands say when they refuse."""


def refused(said, *arguments):
    """The one line with which a command is refused; exit code 2, nothing on stdout."""
    code, out, err = said(*arguments)
    assert (code, out, len(err)) == (2, [], 1), (code, out, err)
    assert err[0].startswith("stenciltorch: ")
    return err[0]
