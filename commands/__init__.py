"""One file a command of `wfm`: options in, one call into the rooms, frames out."""
