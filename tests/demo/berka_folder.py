"""A tiny folder in the format of the PKDD 1999 challenge, written for the tests: three regions, eight accounts."""

from __future__ import annotations

import gzip
from pathlib import Path

FILES = {
    "district": """A1;A2;A3;A4
1;"Hl.m. Praha";"Prague";1204953
2;"Benesov";"central Bohemia";88884
3;"Brno - mesto";"south Moravia";387570
""",
    "account": """"account_id";"district_id";"frequency";"date"
1;1;"POPLATEK MESICNE";930101
2;1;"POPLATEK MESICNE";930115
3;2;"POPLATEK TYDNE";930220
4;2;"POPLATEK MESICNE";950301
5;3;"POPLATEK MESICNE";960105
6;3;"POPLATEK PO OBRATU";960301
7;3;"POPLATEK MESICNE";970101
8;3;"POPLATEK MESICNE";970601
""",
    "client": """"client_id";"birth_number";"district_id"
1;"706213";1
2;"450204";1
3;"406009";2
4;"561201";2
5;"605703";3
6;"190922";3
7;"780907";3
8;"806112";3
9;"740101";1
""",
    "disp": """"disp_id";"client_id";"account_id";"type"
1;1;1;"OWNER"
2;2;2;"OWNER"
3;9;2;"DISPONENT"
4;3;3;"OWNER"
5;4;4;"OWNER"
6;5;5;"OWNER"
7;6;6;"OWNER"
8;7;7;"OWNER"
9;8;8;"OWNER"
""",
    "card": """"card_id";"disp_id";"type";"issued"
1;1;"classic";931107 00:00:00
2;4;"junior";960119 00:00:00
3;6;"gold";981229 00:00:00
""",
    "loan": """"loan_id";"account_id";"date";"amount";"duration";"payments";"status"
1;1;930705;96396;12;8033.00;"B"
2;2;930711;165960;36;4610.00;"A"
3;5;960728;127080;60;2118.00;"C"
4;7;971206;21924;36;609.00;"D"
""",
    "order": """"order_id";"account_id";"bank_to";"account_to";"amount";"k_symbol"
1;1;"YZ";"87144583";2452.00;"SIPO"
2;2;"ST";"89597016";3372.70;"UVER"
""",
}
HEAD = '"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"\n'
# The second of March is in the wrong order: only the balances tell. Interest is printed to the tenth.
TRANS = (
    HEAD
    + """1;1;930101;"PRIJEM";"VKLAD";700.00;700.00;"";;
2;1;930228;"VYDAJ";"VYBER";14.60;1045.70;"SLUZBY";;
3;1;930228;"PRIJEM";"";360.40;1060.30;"UROK";;
4;1;930302;"VYDAJ";"PREVOD NA UCET";145.70;200.00;"SIPO";"YZ";"87144583"
5;1;930302;"VYDAJ";"VYBER KARTOU";700.00;345.70;"";;
6;2;930115;"PRIJEM";"PREVOD Z UCTU";5000.00;5000.00;"DUCHOD";"AB";"1"
7;2;930301;"VYBER";"VYBER";6000.00;-1000.00;"";;
8;2;930331;"VYDAJ";"";12.30;-1012.30;"SANKC. UROK";;
9;3;930220;"PRIJEM";"VKLAD";100.00;100.00;"";;
"""
)
FEUP = (
    HEAD.replace('"', "")
    + """7;2;930301;withdrawal in cash;withdrawal in cash;6000.00;-1000.00;;;
20;5;960105;credit;credit in cash;900.00;900.00;;;
21;5;981205;withdrawal;remittance to another bank;100.00;800.00; ;QR;13943797
22;5;981205;credit;;5.50;805.50;interest credited;;
"""
)
LEDGER = {"A00001": "200.00", "A00002": "-1012.30", "A00003": "100.00", "A00005": "805.50"}


def write_folder(folder: Path) -> Path:
    """Writes the files, some of them compressed; returns the folder."""
    (folder / "asc").mkdir(parents=True)
    (folder / "derived").mkdir()
    for name, text in FILES.items():
        if name == "order":
            (folder / "asc" / "order.asc.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (folder / "asc" / f"{name}.asc").write_text(text.replace("\n", "\r\n"))
    (folder / "asc" / "trans_part.asc.gz").write_bytes(gzip.compress(TRANS.encode()))
    (folder / "derived" / "feup_trans_test.csv").write_text(FEUP)
    return folder
