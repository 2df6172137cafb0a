"""What of a bank's records is standardised: three queries over the landing's columns, and which records to take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a bank as SQL queries (to stand in brackets after FROM).

    ``party``, ``identifier`` and ``contact`` have the columns of the landing's tables party, party_identifier and
    contact_point; their ``party_id`` is the record number. ``only`` is a query of one column ``record_id``; the empty
    text takes all records.
    """

    party: str
    identifier: str
    contact: str
    only: str = ""

    @property
    def parties(self) -> str:
        """record_id, kind, name, name_en, gender, birth_date, established_on."""
        return self._of(
            self.party,
            "party_id AS record_id, party_kind AS kind, party_name AS name, party_name_en AS name_en, gender,"
            " birth_date, established_on",
        )

    @property
    def identifiers(self) -> str:
        """record_id, kind, number, valid_to."""
        return self._of(
            self.identifier,
            "party_id AS record_id, identifier_kind AS kind, identifier_number AS number, valid_to",
        )

    @property
    def contacts(self) -> str:
        """record_id, kind, sequence_no, value, region_code."""
        return self._of(
            self.contact,
            "party_id AS record_id, contact_kind AS kind, sequence_no, contact_value AS value, region_code",
        )

    def _of(self, source: str, columns: str) -> str:
        where = f" WHERE party_id IN ({self.only})" if self.only else ""
        return f"SELECT {columns} FROM ({source}) AS source{where}"
