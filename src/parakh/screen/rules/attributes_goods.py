"""What rules may know of goods, of those who trade in them, and of what carries them."""

from parakh.domain.hit import Kind
from parakh.domain.phrase import N_
from parakh.screen.rules.attributes_voyages import DIRECTIONS
from parakh.screen.rules.catalogue import Entity, Kept, moment, number, text, truth

_GOODS = frozenset({Kind.CONSIGNMENT})
_UNITS = frozenset({Kind.CONVEYANCE})

_CONSIGNMENT = Entity(
    name="consignment",
    meaning=N_("Goods under one transport document or declaration"),
    subjects=_GOODS,
    attributes=(
        text("reference", N_("Number of the transport document"), '"MEDU1234567"',
             kept=Kept.TOKEN),
        text("kind", N_("Kind of transport document"), '"house_bill"',
             words={
                 "master_bill": N_("master bill of lading"),
                 "house_bill": N_("house bill of lading"),
                 "air_waybill": N_("air waybill"),
                 "road_note": N_("consignment note"),
             }),
        text("direction", N_("Import, export or transit"), '"entry"', words=DIRECTIONS),
        text("description", N_("Goods as described, in capitals"), '"CERAMIC TILES"'),
        text("origin", N_("Country of origin of the goods (ISO 3166-1 alpha-3)"), '"CHN"'),
        text("export_country", N_("Country from which they were sent"), '"ARE"'),
        text("loading_port", N_("Port of loading"), '"AEJEA"'),
        text("discharge_port", N_("Port of discharge"), '"PKKHI"'),
        text("route", N_("All ports of the way, in order"), '["CNSHA", "AEJEA", "PKKHI"]',
             many=True),
        number("packages", N_("Packages"), "120", unit="packages"),
        number("items", N_("Items (lines of goods)"), "3", unit="items"),
        number("containers", N_("Containers"), "2", unit="containers"),
        number("gross_kg", N_("Gross mass"), "18400", unit="kg"),
        number("value", N_("Customs value"), "42000", unit="USD"),
        number("value_per_kg", N_("Customs value a kilogram"), "2.3", unit="USD/kg"),
        number("duty", N_("Duties and taxes due"), "6300", unit="USD"),
        truth("perishable", N_("The goods perish"), "true"),
        truth("route_unusual", N_("The route is rare for these goods and this origin"), "true"),
        number("risk", N_("Score of the cargo model, 0 to 1"), "0.7"),
    ),
)  # fmt: skip

_ITEMS = Entity(
    name="items",
    meaning=N_("The items of a consignment"),
    subjects=_GOODS,
    many=True,
    attributes=(
        text("hs_code", N_("Tariff code: six figures or the national eight"), '"690721"'),
        text("chapter", N_("Chapter of the tariff, two figures"), '"69"'),
        text("description", N_("Goods as described, in capitals"), '"CERAMIC TILES"'),
        text("origin", N_("Country of origin (ISO 3166-1 alpha-3)"), '"CHN"'),
        number("quantity", N_("Quantity in its unit"), "5000"),
        text("quantity_unit", N_("Unit of the quantity (UN/ECE Recommendation 20)"), '"MTK"'),
        number("gross_kg", N_("Gross mass"), "9000", unit="kg"),
        number("net_kg", N_("Net mass"), "8600", unit="kg"),
        number("value", N_("Customs value"), "21000", unit="USD"),
        number("value_per_kg", N_("Customs value a kilogram"), "2.3", unit="USD/kg"),
        number("value_to_median", N_("Value a kilogram over the median of this code and origin"),
               "0.4"),
        number("duty", N_("Duties and taxes due"), "3100", unit="USD"),
        truth("description_fits", N_("The description fits the tariff code"), "false"),
        truth("licence_required", N_("The goods need a licence or are controlled"), "true"),
    ),
)  # fmt: skip

_DECLARATION = Entity(
    name="declaration",
    meaning=N_("The customs declaration of a consignment"),
    subjects=_GOODS,
    attributes=(
        text("reference", N_("Number of the declaration"), '"KAPE-HC-1234"', kept=Kept.TOKEN),
        text("procedure", N_("Customs procedure code"), '"4000"'),
        text("office", N_("Customs office where it was lodged"), '"KAPE"'),
        moment("lodged", N_("When it was lodged"), 'timestamp("2026-07-28T05:00:00Z")'),
        number("hours_before_arrival", N_("From its lodging to the arrival; negative after it"),
               "36", unit="hours"),
        text("currency", N_("Currency of the invoice (ISO 4217)"), '"USD"'),
        number("invoice_total", N_("Total of the invoice"), "41000"),
        number("freight", N_("Freight"), "1800", unit="USD"),
        number("insurance", N_("Insurance"), "210", unit="USD"),
        number("corrections", N_("How often it was corrected"), "2", unit="times"),
        truth("preference_claimed", N_("A preferential duty is claimed"), "true"),
        text("lane", N_("Lane that it was given"), '"green"',
             words={
                 "green": N_("green: released"),
                 "yellow": N_("yellow: documents"),
                 "red": N_("red: examination"),
                 "blue": N_("blue: checked after release"),
             }),
    ),
)  # fmt: skip

_PARTIES = Entity(
    name="parties",
    meaning=N_("Importer, exporter, consignee, agent and carrier of a consignment"),
    subjects=_GOODS,
    many=True,
    attributes=(
        text("role", N_("What the party is to the consignment"), '"importer"',
             words={
                 "importer": N_("importer"),
                 "exporter": N_("exporter"),
                 "consignee": N_("consignee"),
                 "agent": N_("clearing agent"),
                 "carrier": N_("carrier"),
                 "notify": N_("to be notified"),
             }),
        text("name", N_("Name, in capitals"), '"ZARGHUN TRADING"', kept=Kept.TOKEN),
        text("identifier", N_("Tax or registration number"), '"1234567-8"', kept=Kept.TOKEN),
        text("country", N_("Country (ISO 3166-1 alpha-3)"), '"PAK"'),
        truth("first_time", N_("No earlier consignment of the party in this role is known"),
              "true"),
        number("days_known", N_("Since its first consignment"), "12", unit="days"),
        number("consignments_365d", N_("Its consignments in the last 365 days"), "9",
               unit="consignments"),
        number("examined_365d", N_("How many of them were examined"), "3", unit="consignments"),
        number("found_365d", N_("In how many of those something was found"), "1",
               unit="consignments"),
        truth("trusted", N_("An authorised economic operator"), "false"),
    ),
)  # fmt: skip

_CONTAINERS = Entity(
    name="containers",
    meaning=N_("The containers of a consignment"),
    subjects=_GOODS,
    many=True,
    attributes=(
        text("number", N_("Number (ISO 6346)"), '"CSQU3054383"', kept=Kept.TOKEN),
        text("type", N_("Size and type (ISO 6346)"), '"22G1"'),
        text("seal", N_("Number of its seal"), '"EM12345"', kept=Kept.TOKEN),
        truth("seal_changed", N_("The seal is another than on loading"), "true"),
        truth("empty", N_("It is declared empty"), "false"),
        number("gross_kg", N_("Weighed mass"), "22100", unit="kg"),
        number("days_in_port", N_("Since it was unloaded"), "9", unit="days"),
        truth("shared", N_("Goods of other consignments are in it"), "true"),
        truth("co_loaded_found",
              N_("Something was found in other goods that it carried, or in a container that came "
                 "under one bill with it, within the last 30 days"), "true"),
        number("findings_365d", N_("How often something was found in it in the last 365 days"),
               "1", unit="findings"),
    ),
)  # fmt: skip

_CONVEYANCE = Entity(
    name="conveyance",
    meaning=N_("A vehicle, vessel, aircraft or container"),
    subjects=_UNITS | _GOODS,
    attributes=(
        text("kind", N_("What it is"), '"vehicle"',
             words={
                 "vehicle": N_("vehicle"),
                 "vessel": N_("vessel"),
                 "aircraft": N_("aircraft"),
                 "container": N_("container"),
             }),
        text("identifier", N_("Plate, IMO number, registration or container number"),
             '"TKP4417"', kept=Kept.TOKEN),
        text("country", N_("Country of registration or flag (ISO 3166-1 alpha-3)"), '"AFG"'),
        truth("foreign", N_("It is registered in another country than this one"), "true"),
        truth("empty", N_("It is declared empty"), "true"),
        truth("last_empty", N_("It was empty at its crossing before this one"), "true"),
        number("gross_kg", N_("Weighed mass"), "31000", unit="kg"),
        number("last_gross_kg", N_("Weighed mass at its crossing before this one"), "14000",
               unit="kg"),
        truth("first_time", N_("No earlier crossing of it is known"), "true"),
        number("crossings_30d", N_("Its crossings in the last 30 days"), "6", unit="crossings"),
        number("hours_since_last", N_("From its crossing before to this one"), "5", unit="hours"),
        number("drivers_90d", N_("Different persons who brought it in the last 90 days"), "4",
               unit="persons"),
        number("findings_365d", N_("How often something was found in it in the last 365 days"),
               "1", unit="findings"),
        truth("seen_without_crossing", N_("It was seen inland and has not crossed the border"),
              "true"),
        truth("goods_declared", N_("Goods are declared that it carries on this crossing"), "false"),
        truth("seal_changed", N_("Its seal is another than when it was loaded"), "true"),
        number("days_in_port", N_("From its unloading until it left the port, or until now"), "9",
               unit="days"),
        truth("co_loaded_found",
              N_("Something was found in goods that a container carried, or in a container that "
                 "came under one bill with it, within the last 30 days"), "true"),
    ),
)  # fmt: skip

_MOVEMENT = Entity(
    name="movement",
    meaning=N_("What a vehicle, vessel, aircraft or container did last, or where it was seen last"),
    subjects=_UNITS,
    attributes=(
        text("kind", N_("What it did"), '"crossing"',
             words={
                 "crossing": N_("crossed the border"),
                 "sighting": N_("was seen inland"),
                 "loaded": N_("was loaded"),
                 "discharged": N_("was unloaded"),
                 "gate_in": N_("came into the port"),
                 "gate_out": N_("left the port"),
                 "weighed": N_("was weighed"),
             }),
        moment("at", N_("When"), 'timestamp("2026-07-28T21:00:00Z")'),
        text("place", N_("Post, terminal or port, as its source calls it"), '"TORKHAM-2"'),
        text("port", N_("Our port where it happened"), '"KHI"'),
        text("direction", N_("Which way it crossed the border"), '"entry"', words=DIRECTIONS),
        text("driver", N_("Number of the document of who brought it"), '"3520112345671"',
             kept=Kept.TOKEN),
    ),
)  # fmt: skip

_SIGHTINGS = Entity(
    name="sightings",
    meaning=N_("Where a vehicle was seen inland, newest first"),
    subjects=_UNITS,
    many=True,
    attributes=(
        text("place", N_("Checkpost"), '"TORKHAM-2"'),
        moment("at", N_("When"), 'timestamp("2026-07-28T21:00:00Z")'),
        number("hours_ago", N_("From then to now"), "8", unit="hours"),
        text("direction", N_("Towards the border or away from it"), '"inland"',
             words={"inland": N_("inland"), "border": N_("to the border")}),
    ),
)  # fmt: skip

GOODS = (
    _CONSIGNMENT,
    _ITEMS,
    _DECLARATION,
    _PARTIES,
    _CONTAINERS,
    _CONVEYANCE,
    _MOVEMENT,
    _SIGHTINGS,
)
