"""Chinese names in Latin letters: Hanyu Pinyin, Wade-Giles, and family names as spelled abroad.

A reading is given as pinyin syllables parted by dots, so that `ZEDONG` and `TSETUNG` share one.
"""

from functools import lru_cache
from itertools import product

_SYLLABLES = """
A AI AN ANG AO E EI EN ENG ER O OU
BA BAI BAN BANG BAO BEI BEN BENG BI BIAN BIAO BIE BIN BING BO BU
PA PAI PAN PANG PAO PEI PEN PENG PI PIAN PIAO PIE PIN PING PO POU PU
MA MAI MAN MANG MAO ME MEI MEN MENG MI MIAN MIAO MIE MIN MING MIU MO MOU MU
FA FAN FANG FEI FEN FENG FO FOU FU
DA DAI DAN DANG DAO DE DEI DENG DI DIAN DIAO DIE DING DIU DONG DOU DU DUAN DUI DUN DUO
TA TAI TAN TANG TAO TE TENG TI TIAN TIAO TIE TING TONG TOU TU TUAN TUI TUN TUO
NA NAI NAN NANG NAO NE NEI NEN NENG NI NIAN NIANG NIAO NIE NIN NING NIU NONG NOU NU NUAN NUO NUE
LA LAI LAN LANG LAO LE LEI LENG LI LIA LIAN LIANG LIAO LIE LIN LING LIU LONG LOU LU LUAN LUN LUO LUE
GA GAI GAN GANG GAO GE GEI GEN GENG GONG GOU GU GUA GUAI GUAN GUANG GUI GUN GUO
KA KAI KAN KANG KAO KE KEN KENG KONG KOU KU KUA KUAI KUAN KUANG KUI KUN KUO
HA HAI HAN HANG HAO HE HEI HEN HENG HONG HOU HU HUA HUAI HUAN HUANG HUI HUN HUO
JI JIA JIAN JIANG JIAO JIE JIN JING JIONG JIU JU JUAN JUE JUN
QI QIA QIAN QIANG QIAO QIE QIN QING QIONG QIU QU QUAN QUE QUN
XI XIA XIAN XIANG XIAO XIE XIN XING XIONG XIU XU XUAN XUE XUN
ZHA ZHAI ZHAN ZHANG ZHAO ZHE ZHEN ZHENG ZHI ZHONG ZHOU ZHU ZHUA ZHUAN ZHUANG ZHUI ZHUN ZHUO
CHA CHAI CHAN CHANG CHAO CHE CHEN CHENG CHI CHONG CHOU CHU CHUAI CHUAN CHUANG CHUI CHUN CHUO
SHA SHAI SHAN SHANG SHAO SHE SHEI SHEN SHENG SHI SHOU SHU SHUA SHUAI SHUAN SHUANG SHUI SHUN SHUO
RAN RANG RAO RE REN RENG RI RONG ROU RU RUAN RUI RUN RUO
ZA ZAI ZAN ZANG ZAO ZE ZEI ZEN ZENG ZI ZONG ZOU ZU ZUAN ZUI ZUN ZUO
CA CAI CAN CANG CAO CE CEN CENG CI CONG COU CU CUAN CUI CUN CUO
SA SAI SAN SANG SAO SE SEN SENG SI SONG SOU SU SUAN SUI SUN SUO
YA YAN YANG YAO YE YI YIN YING YONG YOU YU YUAN YUE YUN
WA WAI WAN WANG WEI WEN WENG WO WU
"""

_HEADS = (
    ("ZH", "CH"), ("CH", "CH"), ("SH", "SH"), ("B", "P"), ("P", "P"), ("D", "T"), ("T", "T"),
    ("G", "K"), ("K", "K"), ("J", "CH"), ("Q", "CH"), ("X", "HS"), ("R", "J"), ("Z", "TS"),
    ("C", "TS"),
)  # fmt: skip
"""How Wade-Giles begins a syllable, without its apostrophes, which nobody writes in a passport."""

_WHOLE = {
    "ZHI": "CHIH", "CHI": "CHIH", "SHI": "SHIH", "RI": "JIH", "ZI": "TZU", "CI": "TZU", "SI": "SZU",
    "YI": "I", "YOU": "YU", "YAN": "YEN", "ER": "ERH", "HE": "HO", "GE": "KO", "KE": "KO", "E": "O",
    "YE": "YEH", "YUE": "YUEH", "XU": "HSU", "JU": "CHU", "QU": "CHU",
}  # fmt: skip
_TAILS = (("IAN", "IEN"), ("IE", "IEH"), ("UE", "UEH"), ("ONG", "UNG"), ("UI", "UEI"), ("UO", "O"))

_ABROAD = {
    "CHAN": "CHEN", "TAN": "CHEN", "CHEUNG": "ZHANG", "CHEONG": "ZHANG", "TEO": "ZHANG",
    "WONG": "WANG HUANG", "ONG": "WANG", "NG": "WU HUANG", "LEE": "LI", "LAM": "LIN", "LIM": "LIN",
    "LAU": "LIU", "LOW": "LIU", "CHOW": "ZHOU", "CHEW": "ZHOU", "HO": "HE", "YEUNG": "YANG",
    "YEO": "YANG", "TSANG": "ZENG", "KWOK": "GUO", "KUOK": "GUO",
    "LEUNG": "LIANG", "TANG": "DENG", "HUI": "XU", "KOH": "XU", "KHOO": "QIU", "TSE": "XIE",
    "CHIA": "XIE", "CHIU": "ZHAO QIU", "CHIANG": "JIANG", "FUNG": "FENG", "YIP": "YE", "MAK": "MAI",
    "SIU": "XIAO", "TO": "DU", "TSUI": "XU CUI", "SZETO": "SITU", "SOONG": "SONG",
    "LOH": "LUO", "LAW": "LUO", "GOH": "WU", "QUEK": "GUO", "TAY": "ZHENG",
    "CHENG": "ZHENG", "KAM": "JIN", "POON": "PAN", "CHUNG": "ZHONG", "LUI": "LEI", "KWAN": "GUAN",
}  # fmt: skip
"""Family names in Hong Kong, Singapore, Malaysia and older passports to pinyin."""


def _wade_giles(syllable: str) -> set[str]:
    head = next((pair for pair in _HEADS if syllable.startswith(pair[0])), ("", ""))
    spelled = {head[1] + syllable.removeprefix(head[0])}
    if syllable in _WHOLE:
        spelled.add(_WHOLE[syllable])
    for tail, written in _TAILS:
        spelled |= {own.removesuffix(tail) + written for own in spelled if own.endswith(tail)}
    return spelled


def _table() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for syllable in _SYLLABLES.split():
        for spelled in {syllable, *_wade_giles(syllable)}:
            found.setdefault(spelled, set()).add(syllable)
    return {spelled: frozenset(read) for spelled, read in found.items()}


_READ = _table()
_LONGEST = 6
_MOST_SYLLABLES = 3


@lru_cache(maxsize=131_072)
def chinese_readings(word: str) -> frozenset[str]:
    """All readings of a word that can be one to three Chinese syllables; empty for any other.

    Within a longer word no syllable of a single letter is looked for: too many names have one.
    """
    if not 1 < len(word) <= _LONGEST * _MOST_SYLLABLES or not word.isupper():
        return frozenset()
    abroad = _ABROAD.get(word, "").split()
    return frozenset(abroad) | frozenset(_parsed(word, _MOST_SYLLABLES))


def _parsed(word: str, most: int) -> set[str]:
    whole = set(_READ.get(word, ()))
    if most == 1:
        return whole
    for end in range(2, min(len(word) - 1, _LONGEST + 1)):
        heads = _READ.get(word[:end])
        if heads:
            rests = _parsed(word[end:], most - 1)
            whole |= {f"{head}.{rest}" for head, rest in product(heads, rests)}
    return whole
