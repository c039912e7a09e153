"""What companies call the columns of their files, in English, Finnish and Swedish, and what they mean to us."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from goodterms.facts.columns import ATTRIBUTE, TABLES, Kind

LEFT_OUT = "-"
"""What a mapping says of a column that is not to be read."""

DERIVED: dict[str, dict[str, Kind]] = {
    "sale_lines": {
        "unit_price": Kind.DECIMAL,
        "unit_list_price": Kind.DECIMAL,
        "unit_cost": Kind.DECIMAL,
        "unit_weight": Kind.DECIMAL,
        "discount_rate": Kind.DECIMAL,
        "tax_rate": Kind.DECIMAL,
        "gross_value": Kind.DECIMAL,
        "freight": Kind.DECIMAL,
    },
    "purchase_lines": {"unit_price": Kind.DECIMAL, "discount_rate": Kind.DECIMAL, "tax_rate": Kind.DECIMAL, "gross_value": Kind.DECIMAL},
}
"""Columns that a file may have instead of ours: they are multiplied, divided or spread into ours."""

KNOWN_OF_CUSTOMERS = {
    "customer_name": "name",
    "segment": "segment",
    "country": "country",
    "price_list": "price_list",
    "payment_days": "payment_days",
    "terms": "terms",
}
"""What a file of lines says of its customers: its name there, and the column of ``customers``."""
KNOWN_OF_PRODUCTS = {"product_name": "name", "family": "family", "stocked": "stocked"}
"""What a file of lines says of its products: its name there, and the column of ``products``."""
NAMES_OF_NOBODY = {"manager_name": Kind.TEXT, "supplier_name": Kind.TEXT}
"""Names that are understood and go nowhere: facts hold keys."""

RATES = frozenset({"discount_rate", "tax_rate"})
NEVER_MAPPED = frozenset({"file", "row", "key_space"})

_NUMBER = "number"
_NUMBER_WORDS = frozenset(
    {"no", "nr", "nro", "nbr", "num", "numero", "numeron", "nummer", "number", "id", "code", "koodi", "kod", "tunnus", "key", "avain", "n"}
)
_NAME_WORDS = frozenset({"name", "nimi", "namn", "nimen"})
_CURRENCY_WORDS = frozenset({"eur", "euro", "euroa", "euros", "sek", "usd", "gbp", "nok", "dkk", "€", "$", "£"})
_FILLERS = frozenset({"of", "the", "per", "in"})
_NUMBER_ENDING = re.compile(r"^(.{3,}?)(numero|nro|nr|nummer|tunnus|koodi|kod|id)$")
_NAME_ENDING = re.compile(r"^(.{3,}?)(nimi|namn)$")
_INNER_CAPITAL = re.compile(r"(?<=[a-zäöå0-9])(?=[A-ZÄÖÅ])|(?<=[A-ZÄÖÅ])(?=[A-ZÄÖÅ][a-zäöå])")
_WORD = re.compile(r"[a-z0-9]+|percent|[€$£]")


@cache
def normalised(name: str) -> str:
    """Bring a column's name to the form in which names are compared: words without case, accents and punctuation.

    Examples
    --------
    >>> normalised("CustomerID"), normalised("À-hinta"), normalised("Alennus-%"), normalised("Asiakasnro"), normalised("Fakturanr.")
    ('customer number', 'a hinta', 'alennus percent', 'asiakas number', 'faktura number')
    """
    spaced = _INNER_CAPITAL.sub(" ", name.replace("_", " ").strip())
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(sign)).casefold()
    words = _WORD.findall(plain.replace("%", " percent ").replace("#", " number ").replace("prosentti", " percent ").replace("procent", " percent "))
    found: list[str] = []
    for word in words:
        if word in _FILLERS:
            continue
        if word in _NUMBER_WORDS:
            found.append(_NUMBER)
        elif word in _NAME_WORDS:
            found.append("name")
        elif ending := _NUMBER_ENDING.match(word):
            found += [ending[1], _NUMBER]
        elif ending := _NAME_ENDING.match(word):
            found += [ending[1], "name"]
        else:
            found.append(word)
    while len(found) > 1 and found[0] == _NUMBER and words[0] in {"n", "no"}:
        found = found[1:]
    return " ".join(found)


def without_currency(normal: str) -> str:
    """A normalised name without the currency that it names: "amount eur" is an amount."""
    return " ".join(word for word in normal.split() if word not in _CURRENCY_WORDS)


@dataclass(frozen=True)
class Meaning:
    """What a name may mean: our column, and how surely (1 = the very name, 2 = a general one, 3 = only where nothing better is there)."""

    ours: str
    rank: int


_OF_LINES = """
document        | invoice number; document number; receipt number; bill number; lasku number; laskun number; tosite number; faktura number; verifikat number; invoice document number; credit note number | invoice; document; lasku; tosite; faktura; voucher; verifikation
line            | line number; invoice line; invoice line number; lasku rivi; rivi number; laskurivi; laskurivin number; rad number; fakturarad; row number; item line | line; rivi; rad; row
date            | invoice date; invoicedate; lasku pvm; laskun pvm; laskupaiva; laskun paivays; laskun paiva; laskutuspaiva; laskupvm; laskun paivamaara; faktura datum; fakturadatum; billing date; document date; sales date | date; pvm; paiva; paivays; paivamaara; datum; posting date; kirjauspaiva; bokforingsdatum; transaction date; day | order date; orderdate; tilauspaiva; tilauspvm; orderdatum; delivery date; toimituspaiva; leveransdatum
customer_key    | customer number; client number; account number; buyer number; sold to number; asiakas number; asiakkaan number; ostaja number; kund number; kundens number | customer; client; buyer; sold to; reseller; reseller number; asiakas; ostaja; kund; kopare
customer_name   | customer name; client name; company name; buyer name; reseller name; asiakas name; asiakkaan name; ostajan name; kund name; kundens name
payer_key       | payer number; bill to number; maksaja number; betalare number | payer; bill to; maksaja; laskutusasiakas; betalare
place_key       | delivery place number; ship to number; site number; toimituspaikka number; toimitusosoite number; leveransplats number | delivery place; ship to; toimituspaikka; leveransplats
product_key     | product number; item number; stock number; article number; sku number; sku; part number; material number; tuote number; tuotteen number; nimike number; artikel number; produkt number; ean; ean number; gtin | product; item; article; material; tuote; nimike; artikel; produkt
product_name    | product name; item name; article name; tuote name; tuotteen name; nimike name; artikel name; produkt name; item description; product description; tuotekuvaus; artikelbenamning; tuote kuvaus; nimikkeen kuvaus | description; kuvaus; selite; benamning; beskrivning; product text; line text
family          | product family; product group; item group; product category; family; tuoteryhma; tuoteperhe; tuote ryhma; varugrupp; produktgrupp; artikelgrupp; category number; category name | group; category; ryhma; kategoria; grupp; kategori; product line; product class; tuoteluokka
quantity        | quantity; qty; order quantity; invoiced quantity; maara; kpl maara; laskutettu maara; lukumaara; myyntimaara; toimitettu maara; antal; kvantitet; fakturerat antal; quantity sold | kpl; units; pieces; pcs; count; st
unit            | unit; unit measure; uom; unit number; yksikko; maarayksikko; enhet; mattenhet
list_value      | list value; value list price; list amount; sales list price; gross sales list; listahintainen myynti; listahinta yhteensa; bruttomyynti; listvarde; listprisvarde | gross sales; extended amount
unit_list_price | list price; unit list price; catalogue price; catalog price; listahinta; ovh; ohjehinta; listhinta; luettelohinta; listpris; katalogpris; gross unit price; bruttohinta; yksikkolistahinta
unit_price      | unit price; net unit price; unit net price; unitprice; yksikkohinta; nettohinta; myyntihinta; a hinta; ahinta; hinta kpl; styckpris; a pris; apris; enhetspris; nettopris; forsaljningspris; sales price; selling price | price; hinta; pris
discount        | discount; discount amount; discount value; line discount; alennus; rivialennus; alennuksen maara; alennussumma; rabatt; rabattbelopp; radrabatt; reduction
discount_rate   | discount percent; discount rate; unit discount percent; discount pct; disc percent; alennus percent; ale percent; alennusaste; rabatt percent; rabattsats; rabatt pct; unit price discount pct
net_value       | net amount; net value; net sales; line net amount; sales amount net; net line amount; line net; nettosumma; netto; nettoarvo; rivisumma netto; veroton; veroton summa; summa veroton; rivin nettosumma; rivisumma veroton; netto summa; summa alv 0; summa alv 0 percent; nettomyynti; nettobelopp; nettovarde; belopp exkl moms; summa exkl moms; belopp netto; amount excl vat; amount excl tax; total excl vat; netto belopp; amount excluding vat; amount ex vat; total net | sales amount; sales; line amount; line total; amount; value; revenue; turnover; rivisumma; myynti; liikevaihto; summa; arvo; radbelopp; radsumma; forsaljning; omsattning; belopp; varde; sales value; invoiced amount; myyntisumma | total; yhteensa; totalt; total amount
gross_value     | gross amount; gross value; amount incl vat; amount incl tax; total incl vat; total incl tax; amount including vat; bruttosumma; brutto; verollinen; verollinen summa; summa verollinen; summa sis alv; sis alv; bruttobelopp; belopp inkl moms; summa inkl moms; inkl moms; brutto summa
tax             | tax; tax amount; vat; vat amount; sales tax; vero; veron maara; alv; alv maara; alv summa; arvonlisavero; moms; momsbelopp; skatt; skattebelopp
tax_rate        | tax percent; vat percent; tax rate; vat rate; alv percent; vero percent; verokanta; alv kanta; verokanta percent; moms percent; momssats; skattesats
charges         | charges; charge; fees; fee; line freight; surcharge; invoicing fee; laskutuslisa; lisat; toimitusmaksu; maksut; avgifter; avgift; expeditionsavgift; shipping charged; freight charged
freight         | freight; freight amount; shipping; shipping cost charged; rahti; rahtimaksu; rahdit; toimituskulut; toimituskulu; frakt; fraktavgift; fraktkostnad
rebate          | rebate; rebates; bonus; cash discount; kickback; vuosihyvitys; hyvitys; kateisalennus; ostohyvitys; bonukset; aterbaring; kassarabatt; arsbonus
product_cost    | product cost; cost goods sold; cogs; cost goods; cost amount; line cost; total cost; total product cost; cost value; tuotekustannus; tuotekustannukset; myytyjen tavaroiden kustannus; hankintakustannus; varukostnad; varukostnader; kostnad varor; kostnad salda varor | cost; kustannus; kulu; kostnad; kustannukset
unit_cost       | unit cost; cost unit; standard cost; unit product cost; product standard cost; cost price; purchase price; buy price; yksikkokustannus; hankintahinta; ostohinta; omakustannushinta; omakustannus; sisaanostohinta; keskihankintahinta; inkopspris; sjalvkostnad; enhetskostnad; styckkostnad; sjalvkostnadspris
weight          | weight; weight kg; net weight; gross weight; line weight; paino; paino kg; nettopaino; bruttopaino; vikt; vikt kg; nettovikt
unit_weight     | unit weight; yksikkopaino; kappalepaino; enhetsvikt; styckvikt
order_number    | order number; sales order number; sales order; tilaus number; tilauksen number; myyntitilaus; myyntitilaus number; order ref; customer order number; bestallnings number | order; tilaus; bestallning; po number
delivery_document | delivery number; delivery note; delivery note number; delivery document; shipment number; packing slip; lahete number; lahete; lahetteen number; toimitus number; rahtikirja; foljesedel; foljesedels number; leverans number
channel         | channel; sales channel; order channel; kanava; myyntikanava; tilauskanava; forsaljningskanal; orderkanal; kanal; order source
manager_key     | sales person number; salesperson number; salesman number; manager number; account manager number; sales rep number; employee number; myyja number; myyjan number; asiakasvastaava number; saljar number; saljare number; kundansvarig number; seller number | sales person; salesperson; salesman; account manager; manager; sales rep; sales representative; seller; myyja; vastuumyyja; asiakasvastaava; vastuuhenkilo; saljare; kundansvarig; rep
manager_name    | sales person name; salesperson name; manager name; account manager name; sales rep name; myyja name; myyjan name; asiakasvastaava name; saljare name; kundansvarig name; employee name
currency        | currency; currency number; valuutta; valuutta number; valuta; valuta number; curr
exchange_rate   | exchange rate; currency rate; rate; valuuttakurssi; kurssi; vaihtokurssi; valutakurs; kurs
due_date        | due date; duedate; payment due date; erapaiva; erapvm; erapaivamaara; forfallodatum; forfallodag
kind            | document type; invoice type; kind; transaction type; doc type; tositelaji; lasku laji; laskulaji; laskutyyppi; laskun tyyppi; tyyppi; fakturatyp; dokumenttyp; verifikattyp | type; laji; typ
entity          | entity; legal entity; company number; group company; selling company; yhtio; yhtio number; konserniyhtio; bolag; bolags number; division | company; yritys; foretag
source          | source; system; sheet; source system; lahde; lahdejarjestelma; jarjestelma; kalla; kallsystem; valilehti; flik; erp
segment         | segment; customer segment; customer group; business type; customer type; industry; segmentti; asiakassegmentti; asiakasryhma; asiakastyyppi; toimiala; kundsegment; kundgrupp; kundtyp; bransch
country         | country; customer country; country number; country name; maa; asiakkaan maa; maa number; land; lands number; kundens land; country region
price_list      | price list; pricelist; price list number; hinnasto; hinnasto number; prislista
payment_days    | payment days; credit days; net days; maksuaika; maksuaika paivaa; maksuaika pv; betalningsdagar; kredittid
terms           | terms; payment terms; terms payment; maksuehto; maksuehdot; toimitusehto; betalningsvillkor; terms group
stocked         | stocked; stock item; varastoitava; varastotuote; lagervara; lagerford
"""

_OF_PURCHASES = """
supplier_key    | supplier number; vendor number; toimittaja number; toimittajan number; leverantor number; leverantors number | supplier; vendor; toimittaja; leverantor; seller; myyja
supplier_name   | supplier name; vendor name; toimittaja name; toimittajan name; leverantor name; leverantors name
"""

_OF_COSTS = """
period       | period; month; kausi; kuukausi; period number; manad; tilikausi kuukausi; kk | date; pvm; paivamaara; datum; posting date; paiva
account      | account number; gl account; ledger account; tili number; tilin number; konto number; kontonummer | account; tili; konto
account_name | account name; account description; tili name; tilin name; tilin selite; konto name; kontonamn; kontobenamning; account text | description; selite; kuvaus; benamning
pool         | pool; cost pool; cost center; cost centre; department; department group; activity; kustannuspaikka; kustannuspaikan name; kustannusryhma; toiminto; osasto; kostnadsstalle; kostnadspool; avdelning; cost group; cost center name | group; ryhma; grupp; cost type; kululaji; kostnadsslag
amount       | amount; cost; costs; net amount; value; summa; maara; kustannus; kustannukset; euroa; belopp; kostnad; kostnader; netto; nettosumma | total; balance; saldo; yhteensa; totalt; eur; debit
entity       | entity; legal entity; company number; yhtio; bolag; division; organization; organisation; group company | company; yritys; foretag
currency     | currency; currency number; valuutta; valuta
source       | source; system; sheet; lahde; jarjestelma; kalla
"""

_OF_ACTIVITIES = """
date         | date; activity date; visit date; call date; delivery date; ticket date; pvm; paiva; paivamaara; paivays; datum; day; toimituspaiva; kaynti pvm; leveransdatum | created; start; opened; month; period
activity     | activity number; visit number; ticket number; call number; delivery number; event number; tapahtuma number; tapahtuman number; kaynti number; aktivitets number; aktivitet number | activity id; number
kind         | kind; type; activity; activity type; activity kind; event; event type; laji; tyyppi; tapahtuma; tapahtumalaji; toiminto; typ; aktivitet; aktivitetstyp; handelse
customer_key | customer number; client number; account number; asiakas number; asiakkaan number; kund number; kundens number | customer; client; account; asiakas; kund
customer_name | customer name; client name; company name; asiakas name; asiakkaan name; kund name; kundens name
quantity     | quantity; qty; count; maara; lukumaara; kpl; antal; number
minutes      | minutes; duration; duration minutes; time minutes; minuutit; minuuttia; kesto; kesto minuuttia; kesto min; minuter; tid; min; minutes spent; time spent | time; aika
order_number | order number; sales order number; sales order; order; tilaus number; tilauksen number; tilaus; bestallnings number
document     | document number; invoice number; lasku number; laskun number; faktura number; document; invoice; lasku; faktura
channel      | channel; kanava; kanal
manager_key  | manager number; sales person number; salesperson number; employee number; account manager number; myyja number; asiakasvastaava number; saljar number; saljare number; kundansvarig number | manager; sales person; salesperson; account manager; employee; myyja; asiakasvastaava; tekija; saljare; kundansvarig; by; done by
manager_name | manager name; sales person name; employee name; myyja name; saljare name
pool         | pool; cost pool; kustannusryhma; kostnadspool; cost group
amount       | amount; cost; cost amount; summa; kustannus; belopp; kostnad; price
currency     | currency; valuutta; valuta
entity       | entity; company number; yhtio; bolag; legal entity
source       | source; system; sheet; lahde; jarjestelma; kalla
"""

_OF_CUSTOMERS = """
customer_key | customer number; client number; account number; reseller number; asiakas number; asiakkaan number; kund number; kundens number; number | customer; client; asiakas; kund
name         | customer name; client name; company name; reseller name; name; asiakas name; asiakkaan name; kund name; kundens name; yritys; company; foretag; yrityksen name; foretags name
segment      | segment; customer segment; customer group; business type; customer type; industry; segmentti; asiakassegmentti; asiakasryhma; asiakastyyppi; toimiala; kundsegment; kundgrupp; kundtyp; bransch | group; ryhma; grupp; type; class
country      | country; country number; country name; maa; maa number; land; lands number; country region
manager_key  | manager number; account manager number; sales person number; salesperson number; sales rep number; myyja number; asiakasvastaava number; saljar number; saljare number; kundansvarig number | manager; account manager; sales person; salesperson; sales rep; myyja; vastuumyyja; asiakasvastaava; saljare; kundansvarig; owner
manager_name | manager name; account manager name; sales person name; asiakasvastaava name; myyja name; saljare name; kundansvarig name
price_list   | price list; pricelist; price list number; hinnasto; hinnasto number; prislista
payment_days | payment days; credit days; net days; maksuaika; maksuaika paivaa; maksuaika pv; maksuaika paivina; betalningsdagar; kredittid; payment time days
terms        | terms; payment terms; terms payment; terms group; maksuehto; maksuehdot; betalningsvillkor; ehdot; villkor
"""

_OF_PRODUCTS = """
product_key    | product number; item number; stock number; article number; sku number; sku; part number; material number; tuote number; tuotteen number; nimike number; artikel number; produkt number; ean; gtin; number | product; item; article; material; tuote; nimike; artikel; produkt
name           | product name; item name; article name; name; tuote name; tuotteen name; nimike name; artikel name; produkt name; item description; product description; tuotekuvaus | description; kuvaus; selite; benamning; beskrivning
family         | product family; product group; item group; product category; family; tuoteryhma; tuoteperhe; tuote ryhma; varugrupp; produktgrupp; artikelgrupp; category name; category number | group; category; ryhma; kategoria; grupp; kategori; product line; product class
unit           | unit; unit measure; uom; unit number; yksikko; maarayksikko; enhet; mattenhet
units_per_base | units per base; base units; pack size; units case; pakkauskoko; kpl pakkauksessa; forpackningsstorlek; antal forpackning; pieces unit
list_price     | list price; unit list price; catalogue price; catalog price; msrp; listahinta; ovh; ohjehinta; luettelohinta; listpris; katalogpris | price; unit price; hinta; pris; yksikkohinta; myyntihinta; a hinta; a pris; sales price; styckpris
unit_cost      | unit cost; cost unit; standard cost; product standard cost; cost price; purchase price; buy price; yksikkokustannus; hankintahinta; ostohinta; omakustannushinta; omakustannus; inkopspris; sjalvkostnad; enhetskostnad; styckkostnad; sjalvkostnadspris | cost; kustannus; kostnad
valid_from     | valid from; from date; start date; effective from; effective date; price valid from; voimassa alkaen; voimassa; alkaen; alkupvm; alkupaiva; gaeller fran; galler fran; giltig fran; fran datum; startdatum | from; date; pvm; datum
weight         | weight; weight kg; unit weight; net weight; paino; paino kg; yksikkopaino; nettopaino; vikt; vikt kg; enhetsvikt
stocked        | stocked; stock item; in stock; varastoitava; varastotuote; varastossa; lagervara; lagerford
"""

_TEXTS = {
    "sale_lines": _OF_LINES,
    "purchase_lines": _OF_PURCHASES + _OF_LINES,
    "costs": _OF_COSTS,
    "activities": _OF_ACTIVITIES,
    "customers": _OF_CUSTOMERS,
    "products": _OF_PRODUCTS,
}
_NOT_OF_PURCHASES = frozenset(
    ("customer_key", "customer_name", "payer_key", "place_key", "manager_key", "manager_name", "segment", "country", "price_list", "payment_days", "terms")
    + ("charges", "freight", "rebate", "list_value", "unit_list_price", "discount", "unit_cost", "product_cost", "weight", "unit_weight", "order_number")
    + ("delivery_document", "channel", "stocked", "family")
)


@cache
def meanings(table: str) -> dict[str, tuple[Meaning, ...]]:
    """Each normalised name that is known for a table, with what it may mean, surest first."""
    found: dict[str, list[Meaning]] = {}
    for row in _TEXTS.get(table, "").strip().splitlines():
        ours, *ranked = (part.strip() for part in row.split("|"))
        if table == "purchase_lines" and ours in _NOT_OF_PURCHASES:
            continue
        for rank, names in enumerate(ranked, start=1):
            for name in (normalised(n) for n in names.split(";")):
                known = found.setdefault(name, [])
                if all(meaning.ours != ours for meaning in known):
                    known.append(Meaning(ours, rank))
    for ours in accepted(table):
        found.setdefault(normalised(ours), []).append(Meaning(ours, 1))
    return {name: tuple(sorted(set(known), key=lambda m: m.rank)) for name, known in found.items()}


@cache
def accepted(table: str) -> dict[str, Kind]:
    """Every name that a mapping may give to a column of a table's file, with the kind of its values."""
    ours = {column.name: column.kind for column in TABLES[table].columns if column.name not in NEVER_MAPPED}
    ours |= DERIVED.get(table, {})
    if table in {"sale_lines", "activities"}:
        ours |= {name: TABLES["customers"].kind_of(theirs) for name, theirs in KNOWN_OF_CUSTOMERS.items()}
    if table in {"sale_lines", "purchase_lines"}:
        ours |= {name: TABLES["products"].kind_of(theirs) for name, theirs in KNOWN_OF_PRODUCTS.items()}
    return ours | NAMES_OF_NOBODY


def kind_of(table: str, ours: str) -> Kind | None:
    """The kind of values under one of our names; None for an attribute, whose values decide."""
    return None if ours.startswith(ATTRIBUTE) else accepted(table)[ours]


def says_percent(name: str) -> bool:
    """Whether a column's name says that its values are per cent."""
    return "percent" in normalised(name).split() or "pct" in normalised(name).split()
