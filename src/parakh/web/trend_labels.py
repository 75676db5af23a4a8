"""Words on screen for trends and reports; part of `parakh.web.labels.LABELS`."""

from enum import StrEnum

from parakh.domain.phrase import N_
from parakh.domain.trend import Facet, FindingState, Measure, Pattern, ReportKind, Stream

TREND_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    Stream: {
        Stream.TRAVELLERS: (N_("Travellers"), ""),
        Stream.GOODS: (N_("Goods"), ""),
        Stream.SEIZURES: (N_("Seizures"), ""),
    },
    Measure: {
        Measure.TRAFFIC: (N_("Traffic"), ""),
        Measure.HITS: (N_("With a hit"), ""),
        Measure.CONFIRMED: (N_("Confirmed"), ""),
        Measure.EXAMINED: (N_("Examined"), ""),
        Measure.FOUND: (N_("Something found"), ""),
    },
    Facet: {
        Facet.TOTAL: (N_("All together"), ""),
        Facet.PORT: (N_("Port"), ""),
        Facet.ROUTE: (N_("Route"), ""),
        Facet.ISSUER: (N_("Nationality of document"), ""),
        Facet.CARRIER: (N_("Carrier"), ""),
        Facet.LANE: (N_("Lane"), ""),
        Facet.HOUR: (N_("Hour"), ""),
        Facet.WEEKDAY: (N_("Weekday"), ""),
        Facet.MONTH: (N_("Month"), ""),
        Facet.RULE: (N_("Rule"), ""),
        Facet.LIST: (N_("List"), ""),
        Facet.CHAPTER: (N_("HS chapter"), ""),
        Facet.ORIGIN: (N_("Country of origin"), ""),
        Facet.COMMODITY: (N_("Kind of goods"), ""),
        Facet.CONCEALMENT: (N_("Where hidden"), ""),
        Facet.METHOD: (N_("How found"), ""),
        Facet.ROUTE_ISSUER: (N_("Route and nationality"), ""),
        Facet.CHAPTER_ORIGIN: (N_("HS chapter and origin"), ""),
    },
    Pattern: {
        Pattern.SPIKE: (N_("One day"), "amber"),
        Pattern.SHIFT: (N_("New level"), "orange"),
    },
    FindingState: {
        FindingState.OPEN: (N_("New"), "accent"),
        FindingState.ACKNOWLEDGED: (N_("Being looked at"), "green"),
        FindingState.DISMISSED: (N_("Dismissed"), ""),
        FindingState.OVER: (N_("Over"), ""),
    },
    ReportKind: {
        ReportKind.WEEKLY: (N_("Weekly"), ""),
        ReportKind.MONTHLY: (N_("Monthly"), ""),
    },
}
