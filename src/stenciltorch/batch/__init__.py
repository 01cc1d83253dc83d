"""Many pages: what is done already, colours carried from page to page, and a folder that is watched."""

from stenciltorch.batch.carrying import Reference, carry
from stenciltorch.batch.ledger import Ledger, Work
from stenciltorch.batch.watching import settled_files, watch

__all__ = ["Ledger", "Reference", "Work", "carry", "settled_files", "watch"]
