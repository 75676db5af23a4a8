"""Small messages of goods, made up for the tests."""


def edifact(message_type: str, body: str, version: str = "95B") -> bytes:
    """An interchange with one message; `body` has a segment a line, without terminators."""
    segments = [line.strip() for line in body.strip().splitlines() if line.strip()]
    whole = [
        "UNB+UNOA:2+TSTL+PKNTC+261120:0900+1",
        f"UNH+1+{message_type}:D:{version}:UN",
        *segments,
        f"UNT+{len(segments) + 2}+1",
        "UNZ+1+1",
    ]
    return ("UNA:+.? '\n" + "".join(f"{own}'\n" for own in whole)).encode()


MANIFEST = """
BGM+85+MAN1+9
TDT+20+0915E+1++TSTL:172:20:TEST LINE+++9074729:146:11:TEST SHIP:PA
LOC+125+AEJEA:139:6
DTM+133:202611180600:203
LOC+60+PKKHI:139:6
DTM+132:202611231400:203
NAD+CA+TSTL:172:20++TEST LINE
EQD+CN+CSQU3054383+22G1:102:5+++5
MEA+AAE+VGM+KGM:21400
SEL+S12345+CA
EQD+CN+TSTU0000017+45G1:102:5+++4
CNT+11:252
CNI+1
RFF+BM:TSTL1234567
LOC+76+CNSHA:139:6
LOC+9+AEJEA:139:6
LOC+11+PKKHI:139:6
NAD+CZ+++DRAGON TILES CO+12 HARBOUR ROAD+SHANGHAI+++CN
NAD+CN+1234567-8++ALI TRADERS+SITE AREA+KARACHI+++PK
COM+0092211234:TE+a@example.org:EM
GID+1+240:CT
FTX+AAA+++CERAMIC TILES:GLAZED
MEA+AAE+G+KGM:18400
MOA+44:5000:USD
SGP+CSQU3054383+240
CST++690721
PCI+28+MARKS
CNI+2
RFF+BH:HOUSE0001
RFF+MB:TSTL1234567
LOC+9+AEJEA:139:6
LOC+11+PKKHI:139:6
NAD+CN++KARIM BROTHERS:SHOP 4:LAHORE
GID+1+12:CT
FTX+AAA+++SHOES
MEA+WT++TNE:1,2
SGP+CSQU3054383+12
"""
"""A master bill and a house bill in one container, on one ship."""

DECLARATION = """
BGM+929+KAPE-HC-100+9
CST++4000:117:ZZZ
LOC+22+KAPE
LOC+9+AEJEA
LOC+11+PKKHI
LOC+35+AE
DTM+137:20261121:102
MEA+AAE+AAD+KGM:18400
RFF+BM:TSTL1234567
DTM+137:20261101:102
TDT+20+0915E+1++TSTL
NAD+IM+1234567-8++ALI TRADERS
RFF+VA:9988776
NAD+CB+77++QUICK AGENTS
MOA+39:5200:USD
MOA+64:300
UNS+D
CST+1+69072100:122
FTX+AAA+++CERAMIC TILES
LOC+27+CN
MEA+AAR++MTK:5000
MEA+AAE+AAL+KGM:17900
PAC+240++CT
MOA+38:5200:USD
MOA+40:5500
RFF+IP:LIC77
TAX+1+CUD+++:::20
MOA+161:1100
TAX+1+VAT
MOA+161:950.5
CST+2+69072100:122
FTX+AAA+++TILE ADHESIVE
UNS+S
CNT+5:2
TAX+3+CUD
MOA+161:1100
"""

FWB = b"""QD KHIFMXX
.DXBFMXX 210800
FWB/16
176-12345675DXBKHI/T12K340.5
FLT/EK600/23
RTG/KHIEK
SHP
/GULF PHONES LLC
/DEIRA
/DUBAI
/AE/00000/TE/97141234567
CNE
/KARACHI MOBILE
/SADDAR
/KARACHI
/PK/74400/TE/92211234567
AGT//1234567/0001
/FAST CARGO
/DUBAI
CVD/USD/PP/PP/NVD/12500.00/XXX
RTD/1/P12/K340.5/CQ/W340.5/R3.00/T1021.50
/NG/MOBILE PHONES
/2/NH/851713
/3/NO/CN
PPD/WT1021.50
ISU/21NOV26/DUBAI/A B
"""

FHL = b"""FHL/4
MBI/176-12345675DXBKHI/T12K340.5
HBS/HAWB001/DXBKHI/3/K80.5/3/PHONES
TXT/PHONES USED WITHOUT BATTERIES
HTS/851713/850780
SHP/GULF PHONES LLC
/DEIRA
/DUBAI
/AE
CNE/KARACHI MOBILE
/SADDAR
/KARACHI
/PK
CVD/USD/CC/NVD/4289.68/XXX
HBS/HAWB002/DXBKHI/2/L100/2/CABLES
"""

DOCUMENT = """{"format": "parakh-consignments/1", "source": "Declarations",
"sent": "2026-11-21T08:00:00Z", "consignments": [
{"transport_document": {"number": "TSTL 123456-7", "kind": "master_bill"},
 "voyage": {"mode": "sea", "carrier": "TSTL", "number": "0915E"},
 "means_of_transport": {"id": "IMO 9074729", "name": "TEST SHIP", "nationality": "PA"},
 "declaration": {"reference": "KAPE-HC-1", "office": "KAPE", "currency": "USD",
   "lodged_at": "2026-11-21T07:00:00+05:00", "invoice_total": 4200, "preference_claimed": true,
   "documents": [{"type": "380", "number": "INV 1"}]},
 "parties": [{"role": "importer", "name": "Ali Traders", "identifier": "1234567-8",
   "country": "PK"}],
 "containers": [{"number": "CSQU 305438-3", "seal": "S99", "empty": false}],
 "items": [{"hs_code": "6907.21", "description": "Tiles", "origin": "CN", "quantity": 5000,
   "unit": "MTK", "price": 4200, "duty": "630.5", "gross_kg": 18000}]},
{"declaration": {"reference": "KAPE-HC-2", "office": "KAPE"}, "mood": "new",
 "items": [{"hs_code": "12", "price": "x"}]},
{"parties": []},
{"declaration": {"reference": "KAPE-HC-3"}}]}
"""

TABLE = """reference,declaration,office,lodged_at,mode,importer_name,importer_id,containers,\
hs_code,item_description,price,currency
TSTL1234567,KAPE-HC-7,KAPE,2026-11-21T07:00:00Z,sea,ALI TRADERS,1234567,CSQU3054383:22G1:S1,\
690721,TILES,4200,USD
TSTL1234567,KAPE-HC-7,KAPE,,,BETA TRADERS,,,690722,MORE TILES,100,USD
,KAPE-HC-8,,,,,,,640399,SHOES,1,USD
TSTL7654321,,,,sea,,,,640399,SHOES,,
"""
