"""Reports for Discord: the message with its picture, and getting it there in time."""
