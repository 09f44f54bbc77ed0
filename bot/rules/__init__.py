"""The deployment guide as pure code: standard library only, no clock and no I/O; everything is an argument, `now` too."""
