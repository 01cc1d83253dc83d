"""What a coloured file says of how it was made: with which program and model, following which hints."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from stenciltorch.canvas import Hints

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's word for a work by a person that a trained model had a part in."""
NAMESPACE = "urn:stenciltorch:provenance:1"


@dataclass(frozen=True)
class Provenance:
    """Facts without a time or a name of a person or a file, so that equal work makes equal files.

    Args:
        version: of StencilTorch.
        model: its name.
        model_digest: sha256 of its graphs.
        hints_digest: sha256 of the hints (`digest_of_hints`).
    """

    version: str
    model: str
    model_digest: str
    hints_digest: str

    @property
    def software(self) -> str:
        return f"StencilTorch {self.version}"

    @property
    def note(self) -> str:
        return f"Coloured with {self.software}, model {self.model}: an artist's hints, colours by a trained model."

    def texts(self) -> dict[str, str]:
        """Keywords and texts as PNG keeps them."""
        return {
            "Software": self.software,
            "Comment": self.note,
            "stenciltorch:model": self.model,
            "stenciltorch:model-sha256": self.model_digest,
            "stenciltorch:hints-sha256": self.hints_digest,
        }

    def xmp(self) -> bytes:
        """The same as an XMP packet (ISO 16684-1)."""
        facts = {
            "xmp:CreatorTool": self.software,
            "Iptc4xmpExt:DigitalSourceType": SOURCE_TYPE,
            "stenciltorch:version": self.version,
            "stenciltorch:model": self.model,
            "stenciltorch:modelSha256": self.model_digest,
            "stenciltorch:hintsSha256": self.hints_digest,
        }
        attributes = "\n   ".join(f"{key}={quoteattr(value)}" for key, value in facts.items())
        return _PACKET.format(attributes=attributes, note=_escaped(self.note), namespace=NAMESPACE).encode()


def digest_of_hints(hints: Hints) -> str:
    """sha256 of size and visible pixels; what lies under alpha 0 does not count."""
    pixels = hints.array.copy()
    pixels[pixels[..., 3] == 0] = 0
    return hashlib.sha256(f"{hints.size.height} {hints.size.width} ".encode() + pixels.tobytes()).hexdigest()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
   xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
   xmlns:stenciltorch="{namespace}"
   {attributes}>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{note}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
