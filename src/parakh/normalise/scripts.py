"""Names in other scripts as Latin letters.

Alphabets are written letter by letter (Cyrillic much as in ICAO 9303-3, section 6, table B, and
BGN/PCGN; Greek as in ISO 843; Hangul by the Revised Romanization of 2000), Chinese characters by
their commonest reading in Hanyu Pinyin. Arabic script (Arabic, Persian, Urdu, Pashto) and Hebrew
write few vowels: their words come out in small letters, which says that vowels are missing.
"""

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin


def _table(letters: str, spelled: str) -> dict[str, str]:
    """Letters to what they become; an underscore stands for nothing."""
    return dict(zip(letters, spelled.replace("_", "").split(" "), strict=True))


_CYRILLIC = _table(
    "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЇЄҐЎЈЉЊЋЂЏЅЃЌЀЍҚҒҲҶӢӮӘӨҮҰҢҺҖҘҪӐӖ",
    "A B V G D E E ZH Z I I K L M N O P R S T U F KH TS CH SH SHCH _ Y _ E IU IA I I IE G U J LJ "
    "NJ C DJ DZ DZ G K E I Q GH H J I U A O U U N H J Z S A E",
)
_GREEK = _table("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", "A V G D E Z I TH I K L M N X O P R S T Y F CH PS O")
_GREEK_PAIRS = (("ΟΥ", "OU"), ("ΑΥ", "AV"), ("ΕΥ", "EV"), ("ΜΠ", "B"), ("ΝΤ", "NT"), ("ΓΚ", "GK"),
                ("ΤΣ", "TS"))  # fmt: skip
_ARMENIAN = _table(
    "ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ",
    "A B G D E Z E Y T ZH I L KH TS K H DZ GH CH M Y N SH O CH P J R S V T R TS V P K O F",
)
_GEORGIAN = _table(
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "A B G D E V Z T I K L M N O P ZH R S T U P K GH Q SH CH TS DZ TS CH KH J H",
)
_ARABIC = _table(
    "ابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوهیےءئؤأإآٱیټډړږښګڼېۍځڅۀه",
    "a b p t t s j ch h kh d d z r r z zh s sh s z t z a gh f q k g l m n n w h y y _ y w a i a a "
    "y t d r g sh g n y y z s h h",
)
_HEBREW = _table(
    "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
    "a b g d h w z h t y k k l m m n n s a p f ts ts k r sh t",
)
_LETTERS = {**_CYRILLIC, **_GREEK, **_ARMENIAN, **_GEORGIAN, **_ARABIC, **_HEBREW}

_INITIALS = ("G", "KK", "N", "D", "TT", "R", "M", "B", "PP", "S", "SS", "", "J", "JJ", "CH", "K",
             "T", "P", "H")  # fmt: skip
_VOWELS = ("A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WO",
           "WE", "WI", "YU", "EU", "UI", "I")  # fmt: skip
_FINALS = ("", "K", "K", "K", "N", "N", "N", "T", "L", "K", "M", "L", "L", "L", "P", "L", "M", "P",
           "P", "T", "T", "NG", "T", "T", "K", "T", "P", "T")  # fmt: skip
"""The parts of a Korean syllable in the order of Unicode, chapter 3.12."""

_HANGUL = re.compile("[가-힣]+")
_HAN = re.compile("[一-鿿㐀-䶿]+")
_DOUBLE_FAMILY = frozenset(
    {"欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "皇甫", "尉迟"}
)

_KOREAN = {
    "이": "YI", "김": "KIM", "박": "PAK", "최": "CHOE", "정": "JONG", "조": "JO", "임": "IM",
    "유": "YU", "노": "RO", "류": "RYU", "리": "RI",
}  # fmt: skip
"""Family names as they are usually spelled, which is not by the rule."""


@lru_cache(maxsize=65536)
def latin(text: str) -> str:
    """The text, in capitals and decomposed as `comparison_form` leaves it, in Latin letters.

    Words of scripts that write few vowels are in small letters. Letters of scripts that are not
    known here stay as they are.
    """
    if text.isascii():
        return text
    foreign = len(_HAN.findall(text)) > 1
    text = _HAN.sub(lambda found: f" {_chinese(found[0], foreign=foreign)} ", text)
    text = _HANGUL.sub(lambda found: f" {_korean(found[0])} ", text)
    for pair, spelled in _GREEK_PAIRS:
        text = text.replace(pair, spelled)
    return " ".join("".join(_LETTERS.get(sign, _plain(sign)) for sign in text).split())


def _plain(sign: str) -> str:
    """A letter that the tables do not have: without its marks, if that is one they have."""
    if sign.isascii():
        return sign
    bare = unicodedata.normalize("NFKD", sign)[0].lower()
    return _LETTERS.get(bare, bare if bare.isascii() else sign)


def _chinese(signs: str, *, foreign: bool) -> str:
    """Family name, and the given name in one word; of names that are written in several runs of
    characters, which foreign ones are, each run as one word."""
    head = 2 if signs[:2] in _DOUBLE_FAMILY and len(signs) > 2 else 1
    spelled = [part.upper() for part in lazy_pinyin(signs, style=Style.NORMAL, v_to_u=False)]
    if foreign or not 2 <= len(spelled) <= 4:
        return "".join(spelled)
    return f"{''.join(spelled[:head])} {''.join(spelled[head:])}"


def _korean(signs: str) -> str:
    """Family name, and the syllables of the given name in one word."""
    spelled = [_syllable(sign) for sign in signs]
    if not 2 <= len(signs) <= 4:
        return "".join(spelled)
    return f"{_KOREAN.get(signs[0], spelled[0])} {''.join(spelled[1:])}"


def _syllable(sign: str) -> str:
    place = ord(sign) - 0xAC00
    return _INITIALS[place // 588] + _VOWELS[place % 588 // 28] + _FINALS[place % 28]
