"""What a picture says of itself as XMP: Unicode in all formats, where EXIF's texts are ASCII to many programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{Title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{Description}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{Software}</xmp:CreatorTool>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def xmp_of(told: Mapping[str, str]) -> bytes:
    """The packet with a title, a description and the software, by these names."""
    return PACKET.format(**{name: xml_text(text) for name, text in told.items()}).encode()


def xml_text(text: str) -> str:
    """A text as it stands between the tags of XML, without the signs that XML cannot hold."""
    return escape(NO_XML.sub("", text))
