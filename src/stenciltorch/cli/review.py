"""`stenciltorch curate ... --review`: the page for verdicts by hand, behind the studio's guards."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from stenciltorch.curation.curating import Curation
    from stenciltorch.studio.security import Access


def guarded_site(source: Path, folder: Path, access: Access) -> Any:
    """The site for this machine's own browser, once it has opened the address with the token."""
    from stenciltorch.curation.review import create_site
    from stenciltorch.studio.bodies import Drain, Refusals
    from stenciltorch.studio.security import Guard, SecurityHeaders
    from stenciltorch.studio.tokens import PageGate

    gated = PageGate(create_site(source, folder), access)
    return SecurityHeaders(Drain(Refusals(Guard(gated, access))))


def review(curation: Curation, port: int | None, browser: bool) -> None:
    """Serve the page until Ctrl-C, then decide anew."""
    from contextlib import closing, suppress

    from stenciltorch.cli.studio import can_show_pages, site_address
    from stenciltorch.curation.curating import open_folder
    from stenciltorch.studio.security import Access
    from stenciltorch.studio.server import address_of, listen, make_server
    from stenciltorch.studio.tokens import choose_token

    with closing(listen(port=port)) as listener:
        access = Access.of(*address_of(listener), choose_token(os.environ))
        page = f"{site_address(*address_of(listener))}/?token={access.token}"
        sys.stdout.write(f"Review: {page}\nCtrl-C stops it and counts the verdicts.\n")
        sys.stdout.flush()
        if browser and can_show_pages():
            _open(page)
        with suppress(KeyboardInterrupt):
            make_server(guarded_site(curation.source, curation.folder, access)).run(sockets=[listener])
    with closing(open_folder(curation.folder)) as store:
        curation.decide(store)
    sys.stdout.write(f"{curation.folder}: {curation.summary['kept']} kept, {curation.summary['by_hand']} by hand\n")


def _open(page: str) -> None:
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(page,), daemon=True).start()
