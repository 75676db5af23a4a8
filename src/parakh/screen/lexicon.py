"""Words of names: spellings that mean the same, words that join names, and how common some are.

These are tables to be read and amended; `parakh.screen.names` weighs what they say.
"""

import re
from functools import lru_cache

from parakh.domain.traveller import PersonName
from parakh.normalise.names import comparison_form

_GROUPS = """
MUHAMMAD MOHAMMAD MOHAMMED MUHAMMED MOHAMED MOHAMAD MUHAMAD MUHAMED MOHD MUHD MD MOHAMMOD محمد
AHMED AHMAD AHMET AHMAT AHAMED AHAMMED احمد أحمد
HUSSAIN HUSAIN HUSSEIN HUSEIN HOSSAIN HUSSAYN HOSSEIN HUSEYIN HUSSIEN HOSEIN حسين حسین
HASSAN HASAN HASSEN حسن
YUSUF YOUSAF YOUSUF YUSAF YOUSEF YOUSSEF YUSEF YUSOF YOOSUF USAF يوسف یوسف
ALI ALY ALEE على علي علی
ABD ABDUL ABDEL ABDAL ABDUR ABDUS ABDUZ ABDUN ABDOL ABDU ABDIL ABDOUL عبد
ABDULLAH ABDALLAH ABDULLA ABDALLA ABDOLLAH ABDULLAHI عبدالله
REHMAN RAHMAN RAHAMAN REHAMAN RAHMAAN رحمان رحمن الرحمن
RAHIM RAHEEM REHIM رحيم رحیم
KARIM KAREEM KERIM كريم کریم
RASHID RASHEED RASCHID رشيد رشید
SAID SAEED SAYEED SAEID سعيد سعید
SYED SAYED SAYYED SAYYID SEYED SYYED سيد سید
HAMID HAMEED HAMED حميد حمید
MAJID MAJEED MAJED مجيد مجید
WAHID WAHEED واحد وحید
KHALID KHALED خالد
OMAR UMAR UMER OMER عمر
USMAN OSMAN UTHMAN OTHMAN USMAAN عثمان
IBRAHIM EBRAHIM IBRAHEEM EBRAHEEM ابراهيم ابراهیم
ISMAIL ISMAEL ESMAIL ISMAEEL ESMAEIL اسماعيل اسماعیل
ISHAQ ISHAK ESHAQ ESHAGH اسحاق
YAQOOB YAQUB YAKUB YAKOOB YAGHOUB يعقوب یعقوب
SULAIMAN SULEMAN SULEIMAN SOLAIMAN SULEYMAN سليمان سلیمان
DAWOOD DAUD DAWUD DAOUD DAVOOD DAVUD داود داؤد
MUSA MOOSA MOUSA MUSSA موسى موسیٰ
ISA EISA ESSA ISSA عيسى
FATIMA FATIMAH FATEMA FATMA FATEMEH FATIMEH فاطمه فاطمة
AYESHA AISHA AYSHA AAISHA AISHAH AYSE عائشة عائشہ
ZAINAB ZAYNAB ZEINAB ZENAB ZAINEB زينب زینب
KHADIJA KHADIJAH KHADEEJA KHADIJEH خديجة خدیجہ
MARYAM MARIAM MARIUM MIRYAM مريم مریم
BEGUM BEGAM BAGUM بیگم
BIBI BEEBI بی‌بی
KHAN KHAAN خان
SHAH SHAAH شاه شاہ
SHEIKH SHAIKH SHAYKH SHEKH SHAIK SHEIK شيخ شیخ
CHAUDHRY CHAUDHARY CHOUDHRY CHAUDHARI CHOUDHURY CHOWDHURY CHAUDRY CHOUDHARY چوہدری
QURESHI QURAISHI QUREISHI KORESHI KURESHI قریشی
SIDDIQUI SIDDIQI SIDIQI SEDIQI SEDDIQI SIDDIQUE SIDDIQ صديق صدیق صدیقی
BUTT BUT بٹ
MALIK MALEK MALLIK ملک
MIRZA MEERZA میرزا مرزا
AKHTAR AKHTER AKTHER AKTER اختر
IQBAL EQBAL IQBAAL اقبال
JAVED JAVAID JAVEED JAWAID JAWED جاوید
NAWAZ NAVAZ NOWAZ نواز
SHARIF SHAREEF CHERIF SHERIF شريف شریف
LATIF LATEEF لطيف لطیف
NASIR NASEER NASSER NASER NASSIR ناصر نصیر
TARIQ TAREQ TAREK TARIK TAREEQ طارق
ZAHID ZAHEED ZAHED زاهد زاہد
FAROOQ FARUQ FAROUK FARUK FAROUQ فاروق
GHULAM GULAM GHOLAM QULAM غلام
HAJI HADJI HAJJI HAJ حاجی
MEHMOOD MAHMOOD MAHMUD MAHMOUD MEHMUD MAHMOD محمود
MUSTAFA MUSTAPHA MOSTAFA MUSTAFFA مصطفى مصطفیٰ
MURTAZA MURTADA MORTEZA MORTAZA مرتضى مرتضیٰ
JAFAR JAAFAR JAFFAR JAFER JAFFER جعفر
RIZWAN REDWAN RIDWAN REZWAN رضوان
RAZA REZA RIDA RIZA رضا
ZIA DIYA ZIYA ZEYA ضياء ضیاء
DIN DEEN DDIN UDDIN UDDEEN EDDIN ALDIN ADDIN دين دین الدین الدين
ULLAH OLLAH ALLAH ALLA ULLA الله اللہ
AZIZ AZEEZ AZEZ عزيز عزیز
QADIR QADEER GHADER KADIR KADER QADER قادر
JABBAR JABAR GABBAR جبار
GHAFFAR GAFFAR GHAFAR غفار
SATTAR SATAR ستار
SALAM SALAAM سلام
HAQ HAQUE HAQQ HUQ HAK HOQUE حق
NOOR NUR NOUR نور
GUL GOL گل
JAN JAAN جان
SINGH SING
KUMAR KUMER
"""
"""One group a line: spellings that carriers and lists use for one word."""

EQUIVALENT = {
    comparison_form(word): words[0]
    for words in (line.split() for line in _GROUPS.strip().splitlines())
    for word in words
}
"""A spelling to the one that stands for its group."""

_SHARES = {
    0.25: "MUHAMMAD",
    0.06: "AHMED KHAN ALI HUSSAIN BIBI",
    0.03: "HASSAN SYED SHAH ABD DIN ULLAH MALIK SINGH KUMAR ABDULLAH IQBAL BEGUM BIN",
    0.015: "REHMAN ABBAS AKHTAR ASIF ASLAM BUTT CHAUDHRY FATIMA GHULAM GUL IMRAN JAN JAVED KHALID "
    "MEHMOOD MIRZA NASIR NAWAZ NOOR OMAR QURESHI RAZA SAID SHARIF SHEIKH TARIQ USMAN YUSUF ZAINAB "
    "AMIR ANWAR ARSHAD ASHRAF AYESHA AZIZ BHATTI BILAL FAISAL FAROOQ HAJI HAMID HAQ IBRAHIM ISMAIL "
    "KARIM LATIF MAJID MARYAM MUSTAFA NADEEM RAHIM RASHID RIAZ SAJID SALEEM SHAHID SHAHZAD "
    "SIDDIQUI SULAIMAN WAHID YAQOOB ZAHID ZIA JAFAR QADIR RANA RAJA BABAR WASEEM WAQAS ADNAN "
    "JOHN DAVID MICHAEL MARIA SMITH LI WANG ZHANG CHEN NGUYEN SHARMA PATEL JOSE",
}
COMMON = {word: share for share, words in _SHARES.items() for word in words.split()}
"""Assumed share of people who bear a word, by the spelling that stands for its group. Rough, for
lists too short to tell; a list with more of them overrules it."""

_PARTICLES = frozenset(
    {"AL", "EL", "UL", "UR", "US", "UD", "UN", "UZ", "E", "I", "BIN", "BINT", "BINTI", "IBN", "BEN",
     "SO", "DO", "WO", "DE", "DA", "VAN", "VON", "DER", "DEN"}
)  # fmt: skip
"""Words between names that are written or left out at will."""

_ABD = re.compile(r"ABD[UEAO](?:L|([RSZNTD])(?=\1)|(?=[^AEIOU]))(\w{3,})")
"""Abd- with the article, whose L becomes the next consonant in speech: `ABDURRAHMAN`."""

_ENDING = re.compile(r"(\w{3,}?)(?:[UE]DD?(?:IN|EEN)|[AO]DD(?:IN|EEN)|([UO]LLAH?|ALLAH))")


def name_tokens(name: PersonName) -> tuple[str, ...]:
    """The words of a name as they are compared: joined forms parted, particles left out.

    `ABDUL REHMAN`, `ABDURREHMAN` and `ABD UR REHMAN` give the same words, so do `SANA ULLAH` and
    `SANAULLAH`. A name of particles only keeps them.
    """
    return _tokens(comparison_form(name.full))


def standard(token: str) -> str:
    """The spelling that stands for the token's group, or the token itself."""
    return EQUIVALENT.get(token, token)


@lru_cache(maxsize=65536)
def _tokens(text: str) -> tuple[str, ...]:
    words = text.split()
    tokens = [part for word in words for part in _parted(word) if part not in _PARTICLES]
    joined: list[str] = []
    for token in tokens or words:
        # Written apart, the two halves of Abdullah are no names of their own.
        if joined and joined[-1] == "ABD" and standard(token) in ("ULLAH", "LAH"):
            joined[-1] = "ABDULLAH"
        else:
            joined.append("ABD" if standard(token) == "ABD" else token)
    return tuple(joined)


def _parted(word: str) -> list[str]:
    if word in EQUIVALENT:
        return [word]
    if match := _ABD.fullmatch(word):
        return ["ABD", *_parted(match[2])]
    if match := _ENDING.fullmatch(word):
        return [match[1], "ULLAH" if match[2] else "DIN"]
    return [word]
