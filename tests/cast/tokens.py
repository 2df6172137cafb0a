"""The cast's search tokens, in the kinds that ``SearchToken`` documents."""

from __future__ import annotations

from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier, SearchToken


def search_tokens(
    parties: list[Party], identifiers: list[PartyIdentifier], contacts: list[ContactPoint]
) -> list[SearchToken]:
    """What each party is found by."""
    found: set[tuple[str, str, str]] = set()
    places = {party.id: party.institution_id for party in parties}
    for party in parties:
        name, syllables = party.name, party.name_pinyin.split()
        words = {f"n{name[at : at + size]}" for size in (1, 2) for at in range(len(name) - size + 1)}
        initials = "".join(syllable[0] for syllable in syllables)
        words |= {f"i{initials[at:stop]}" for at in range(len(initials)) for stop in range(at + 2, len(initials) + 1)}
        words.add(f"x{party.id}")
        for at in range(len(syllables)):
            joined = "".join(syllables[at:])
            words |= {f"p{joined[:stop]}" for stop in range(2, min(len(joined), 12) + 1)}
        found |= {(word, party.institution_id, party.id) for word in words}
    for one in identifiers:
        found.add((f"x{one.number}", places[one.party_id], one.party_id))
    for one in contacts:
        if one.kind == "mobile":
            found |= {(f"d{one.value[at : at + 4]}", places[one.party_id], one.party_id) for at in range(8)}
    return [SearchToken(token=token, institution_id=place, party_id=party) for token, place, party in sorted(found)]
