"""The systems that this project trains: the studio net and the paper's."""
