"""Two stewards at the same moment: one word wins, the other is told, and nothing that hangs on a customer is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from guanxi.crm.contact.models import Activity
from guanxi.crm.holding.models import Agreement
from guanxi.crm.identity.merging import MergeError
from guanxi.crm.identity.models import Decision, Merge
from guanxi.crm.identity.services import decide
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier
from tests.acceptance.scenery import work_with
from tests.identity.pairs import SHI, pair_of, record_of


def at_once(*words: tuple[str, str, str]) -> list[str]:
    """What became of each word (record, other record, verdict), all said at the same moment: empty, or why not."""
    ready = threading.Barrier(len(words))

    def say(left: str, right: str, verdict: str) -> str:
        try:
            ready.wait(30)
            decide(asker=SHI, left=left, right=right, verdict=verdict)
        except MergeError as refused:
            return str(refused)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(words)) as pool:
        return list(pool.map(say, *zip(*words, strict=True)))


def hangs() -> tuple[int, ...]:
    """How much hangs on all customers together."""
    return Activity.objects.count(), Agreement.objects.count()


def said_of(number: str) -> tuple[set[str], set[str]]:
    """A customer's numbers and contacts."""
    return (
        {row.number for row in PartyIdentifier.objects.filter(party_id=number)},
        {row.value for row in ContactPoint.objects.filter(party_id=number)},
    )


@pytest.mark.django_db(transaction=True)
def test_two_stewards_at_once(cast):
    people = sorted(
        (party for party in cast.book(cast.ai) if party.kind == "person"),
        key=lambda party: (party.opened_on, party.id),
    )
    for party in people[:11]:
        work_with(party.id, cast.ai)
        record_of(party)
    before = hangs()

    # The same pair, one word against the other: one stands.
    one, other = people[9], people[10]
    pair_of(one, other)
    words = at_once((one.id, other.id, "same"), (other.id, one.id, "different"))
    assert sorted(map(bool, words)) == [False, True]
    assert Decision.objects.filter(withdrawn_at__isnull=True).count() == 1
    assert Merge.objects.count() == (Decision.objects.get().verdict == "same")

    # Three others become the oldest at once: each brings its own papers, and none takes another's place.
    oldest, *others = people[:4]
    papers = [said_of(party.id) for party in (oldest, *others)]
    words = at_once(*((oldest.id, party.id, "same") for party in others))
    assert words == ["", "", ""]
    assert not Party.objects.filter(pk__in=[party.id for party in others]).exists()
    assert said_of(oldest.id) == tuple(set().union(*some) for some in zip(*papers, strict=True))

    # A chain whose middle goes: whoever comes second is told, or merges with who is there by then.
    first, middle, last = people[4:7]
    assert at_once((first.id, middle.id, "same"), (middle.id, last.id, "same")).count("") >= 1
    told = [pair for pair in ((first, middle), (middle, last)) if not _decided(*pair)]
    for pair in told:  # looked at again, as the words say
        decide(asker=SHI, left=pair[0].id, right=pair[1].id, verdict="same")
    assert [party.id for party in people[4:7] if Party.objects.filter(pk=party.id).exists()] == [first.id]
    assert hangs() == before
    assert not Activity.objects.exclude(party_id__in=Party.objects.values("pk")).exists()
    assert not Agreement.objects.exclude(party_id__in=Party.objects.values("pk")).exists()


def _decided(one: Party, other: Party) -> bool:
    left, right = sorted((one.id, other.id))
    return Decision.objects.filter(left_record=left, right_record=right).exists()
