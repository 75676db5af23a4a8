"""Words of names: spellings that mean the same, words that join names, and how common some are.

These are tables to be read and amended; `parakh.screen.names` weighs what they say.
"""

import re
from functools import lru_cache

from parakh.domain.traveller import PersonName
from parakh.normalise.names import comparison_form
from parakh.normalise.scripts import latin

_GROUPS = """
MUHAMMAD MOHAMMAD MOHAMMED MUHAMMED MOHAMED MOHAMAD MUHAMAD MUHAMED MOHD MUHD MD MOHAMMOD محمد
AHMED AHMAD AHMET AHMAT AHAMED AHAMMED AKHMED AKHMAD AKHMET AKHMAT احمد أحمد
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
ABBAS ABAS عباس
ADNAN ADNEN عدنان
AMIN AMEEN EMIN امين امین
AMIR AMEER EMIR امير امیر
ANWAR ANVAR ENVER ANOUAR انور
ARIF AAREF AREF عارف
ASAD ASSAD ESAD اسد
ASHRAF ACHRAF ESREF اشرف
ASIF AASIF ASEF آصف اصف
ATTA ATA ATTAA عطا عطاء
AYUB AYYUB AYOUB AYYOUB AYOOB EYUP ايوب ایوب
BAKR BAKAR BAKIR BEKIR بكر بکر
BASHIR BASHEER BACHIR BESHIR بشير بشیر
BILAL BELAL BILEL بلال
BURHAN BORHAN برهان برہان
FAISAL FAYSAL FEISAL FAYCAL FEYSAL فيصل فیصل
FAHD FAHAD فهد فہد
FARID FAREED FERID فريد فرید
FAZAL FAZL FADL فضل
FAZIL FADIL FADEL FADHIL FAZEL فاضل
HABIB HABEEB حبيب حبیب
HADI HADY هادي ہادی
HAFIZ HAFEEZ HAFEZ HAFIDH حافظ
HAIDER HAYDAR HAIDAR HYDER HEYDAR HAIDAR حيدر حیدر
HAKIM HAKEEM HEKIM حكيم حکیم
HAMZA HAMZAH HAMZEH حمزة حمزہ
HANIF HANEEF HANIEF حنيف حنیف
HASHIM HASHEM HACHEM HASHMI هاشم ہاشم
IDRIS IDREES IDRISS ادريس ادریس
IHSAN EHSAN AHSAN احسان
ILYAS ELIAS ILIAS ELYAS الياس الیاس
IMRAN OMRAN EMRAN عمران
INAYAT ENAYAT INAYET عنايت عنایت
ISLAM ESLAM اسلام
JABIR JABER GABER جابر
JALAL GALAL JELAL CELAL DJALAL جلال
JALIL JALEEL JALLIL جليل جلیل
JAMAL GAMAL JEMAL CEMAL DJAMAL جمال
JAMIL JAMEEL GAMIL DJAMEL CEMIL جميل جمیل
JAWAD JAVAD DJAWAD JAWWAD CEVAT جواد
KALIM KALEEM كليم کلیم
KAMAL KEMAL KAMAAL كمال کمال
KAMIL KAMEL KAMEEL كامل کامل
KHADIM KHADEM خادم
KHALIL KHALEEL HALIL خليل خلیل
KHALIFA KHALIFAH KHALIFEH خليفة خلیفہ
KHURSHID KHURSHEED KHORSHID خورشید
LIAQAT LIAQUAT LYAQAT لیاقت
MAHDI MEHDI MEHDY مهدي مہدی
MANSUR MANSOOR MANSOUR MANSOR منصور
MAQSOOD MAQSUD MAKSOUD مقصود
MASOOD MASUD MASSOUD MASOUD MASSOOD MESUT مسعود
MUBARAK MOBARAK MUBAREK مبارك مبارک
MUKHTAR MOKHTAR MUHTAR MUKHTIAR مختار
MUNIR MUNEER MOUNIR MONIR منير منیر
MURAD MORAD MURAT MOURAD مراد
NABIL NABEEL نبيل نبیل
NADEEM NADIM نديم ندیم
NADIR NADER NADEER نادر
NAJIB NAJEEB NAGIB NECIP نجيب نجیب
NAEEM NAIM NAYEEM نعيم نعیم
NAQVI NAQAVI NAKVI نقوی
NAZIR NAZEER NADHIR نذیر نظیر
NIAZ NIYAZ NEYAZ نیاز
NIZAM NEZAM NIZAAM نظام
OSAMA USAMA OUSAMA USAAMA اسامة اسامہ
PARVEZ PERVAIZ PERVEZ PARVAIZ PARWEZ PARVIZ پرویز
PARVEEN PERVEEN PARVIN PARWIN پروین
QASIM KASIM QASEM KASSEM GHASEM QASSIM KACEM قاسم
RAFIQ RAFEEQ RAFIK RAFIC REFIK رفيق رفیق
RAJA RAJAH راجہ
RAMADAN RAMZAN RAMAZAN RAMADHAN رمضان
RAUF RAOOF RAOUF RAUOF رؤوف رؤف
RIAZ RIYAD RIAD RIADH RIYADH RYAD رياض ریاض
SABIR SABER SABEER صابر
SADIQ SADEQ SADIK SADEK SADDIQ SADEGH صادق
SAIF SEIF SAYF SAIFUL سيف سیف
SAJID SAJED SAJEED ساجد
SAJJAD SAJAD SADJAD سجاد
SALIH SALEH SALEEH صالح
SALIM SALEEM SELIM SLIM سليم سلیم
SALMAN SALMAAN سلمان
SAMI SAMY سامي
SARDAR SERDAR سردار
SAUD SAOUD SAOD سعود
SHABIR SHABBIR CHABIR شبیر
SHAFIQ SHAFEEQ SHAFIK CHAFIK شفيق شفیق
SHAHID SHAHEED CHAHID شاہد شہید
SHAHZAD SHEHZAD SHAHZAAD شہزاد
SHAKIL SHAKEEL CHAKIL شکیل
SHAMS CHAMS SHAMSH شمس
SHAUKAT SHAWKAT SEVKET CHAWKAT شوكت شوکت
SHUAIB SHOAIB CHOUAIB شعيب شعیب
SOHAIL SUHAIL SUHEIL SOUHAIL سهيل سہیل
SULTAN SOLTAN سلطان
TAHA TAAHA طه طہ
TAHIR TAHER TAAHIR طاهر طاہر
TALIB TALEB TALIP طالب
TAWFIQ TAUFIQ TOUFIC TEWFIK TAUFEEQ TEVFIK توفيق توفیق
WALID WALEED OUALID VELID وليد ولید
WASIM WASEEM WASSIM OUASSIM وسيم وسیم
YAHYA YEHIA YAHIA YAHYAA YEHYA يحيى یحییٰ یحیی
YASIN YASEEN YASSIN YASSINE ياسين یاسین
YASIR YASSER YASER ياسر یاسر
YOUNIS YUNUS YOUNUS YOUNES YUNIS YOONUS يونس یونس
ZAFAR ZAFER DHAFER ظفر
ZAHIR ZAHEER DHAHIR ZAHER ظاهر ظہیر زاهر
ZAIN ZEIN ZAYN زين زین
ZAKARIA ZAKARIYA ZACARIA ZEKERIYA ZACHARIA زكريا زکریا
ZAKI ZAKY ZEKI زكي زکی
ZAMAN ZAMAAN زمان
ZARDARI زرداری
ZUBAIR ZUBAYR ZOBAIR ZOUBEIR زبير زبیر
ALEKSANDR ALEXANDER ALEXANDR ALEKSANDER OLEKSANDR OLEXANDER ALIAKSANDR
ALEKSEI ALEXEI ALEXEY ALEKSEY ALEXEJ OLEKSII OLEKSIY ALIAKSEI
ANDREI ANDREY ANDREJ ANDRII ANDRIY
ANATOLY ANATOLII ANATOLIY ANATOLI
DMITRY DMITRI DMITRII DMITRIY DMYTRO DIMITRI DZMITRY DIMITRY
EVGENY EVGENII EVGENIY YEVGENY YEVGENIY YEVHEN
GEORGY GEORGII GEORGIY HEORHII
GEORGE GEORG GEORGES GEORGIOS
YURI YURY YURII YURIY YURIJ
IGOR IHOR IHAR
JOHANN JOHANNES JOHAN
MIKHAIL MYKHAILO MIKHAEL MIHAIL MIKAIL MICHAIL
NIKOLAI NIKOLAY NIKOLAJ MYKOLA
NICHOLAS NICOLAS NIKOLAOS
PAVEL PAVLO PAWEL
PETR PYOTR PETRO PIOTR
SERGEI SERGEY SERGEJ SERHII SERHIY SERGIY SERGII SIARHEI SIARHEY
STEFAN STEPHAN STEPAN
STEPHEN STEVEN
VASILY VASILII VASILIY VASYL VASSILY VASILI
VIKTOR VICTOR VIKTAR
VLADIMIR VOLODYMYR WLADIMIR ULADZIMIR VLADIMER
YAKOV YAKIV
JACOB JAKOB JAKUB
JOSEPH JOSEF JOZEF IOSIF
FRIEDRICH FREDERICK FREDERIC FREDRIK FREDERIK FRYDERYK
LUIS LOUIS LUIZ
KARL CARL KAROL
CATHERINE KATHERINE KATHRYN KATARINA KATERYNA
EKATERINA YEKATERINA
ELENA YELENA OLENA
HELEN HELENA HELENE
MARIA MARIYA MARIIA
ANNA HANNA HANNAH ANNE
NATALIA NATALYA NATALIYA NATALIE NATHALIE NATALIIA
TATIANA TATYANA TETIANA TATJANA
YULIA JULIA YULIYA YULIIA JULIE
IRINA IRYNA
OLGA OLHA
SVETLANA SVITLANA SVIATLANA
VLADISLAV VLADYSLAV WLADYSLAW ULADZISLAU
YAROSLAV JAROSLAV JAROSLAW
ZELENSKY ZELENSKYY ZELENSKIY ZELENSKI ZELENSKII
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
    "KARIM LATIF MAJID MARYAM MUSTAFA NADEEM RAHIM RASHID RIAZ SAJID SALIM SHAHID SHAHZAD "
    "SIDDIQUI SULAIMAN WAHID YAQOOB ZAHID ZIA JAFAR QADIR RANA RAJA BABAR WASIM WAQAS ADNAN "
    "JOHN DAVID MICHAEL MARIA SMITH LI WANG ZHANG CHEN NGUYEN SHARMA PATEL JOSE",
}
COMMON = {word: share for share, words in _SHARES.items() for word in words.split()}
"""Assumed share of people who bear a word, by the spelling that stands for its group. Rough, for
lists too short to tell; a list with more of them overrules it."""

PARTICLES = frozenset(
    {"AL", "EL", "UL", "UR", "US", "UD", "UN", "UZ", "E", "I", "BIN", "BINT", "BINTI", "IBN", "BEN",
     "SO", "DO", "WO", "DE", "DA", "DI", "DU", "DEL", "DOS", "DAS", "LA", "LE", "VAN", "VON", "DER",
     "DEN", "TER", "ZU", "VE", "Y", "OF", "THE", "AND", "AKA", "OGLU", "OGLI", "UGLI", "OGLY",
     "KIZI", "QIZI", "KYZY", "al", "bn", "bnt", "w"}
)  # fmt: skip
"""Words between names that are written or left out at will."""

_ASSIMILATED = frozenset({"AS", "ASH", "AR", "AD", "AN", "AT", "ATH", "AZ", "ES", "ER", "ED", "EN"})
"""The article before a word that begins with its consonant (`AS SAYYID`): then it is left out."""

_TITLES = frozenset(
    {"MR", "MRS", "MS", "MISS", "DR", "PROF", "ENG", "CAPT", "COL", "GEN", "LT", "MAJ", "SGT",
     "SIR", "HAJI", "HAJJI", "HAJ", "HADJI", "HAJJ", "ALHAJ", "ALHAJI", "SHEIKH", "SHAIKH",
     "SHAYKH", "SHEIK", "MULLAH", "MOLLA", "MULLA", "MAULVI", "MAWLAWI", "MOLVI", "MAULANA",
     "QARI", "HAFIZ", "AYATOLLAH", "IMAM", "USTAD", "USTADH", "USTAZ", "MUFTI", "SARDAR", "NAWAB",
     "SAHIB", "SAHEB", "JANAB", "PIR", "JR", "SR", "LADY", "DON", "DONA", "SENOR", "HERR", "FRAU",
     "MONSIEUR"}
)  # fmt: skip
"""Titles and honours. Some bear them as names, so they are left out beside two other words only."""

_NICKNAMES = """
WILLIAM BILL BILLY WILL WILLY LIAM GUILLERMO WILHELM GUILLAUME WILLEM
ROBERT BOB BOBBY ROB BERT ROBERTO
RICHARD DICK RICK RICKY RICH RICARDO RICCARDO
MICHAEL MIKHAIL MIGUEL MICHEL MICHELE MIKE MICK MISHA MICKEY
JAMES JIM JIMMY JAMIE JAIME JACQUES GIACOMO JACOB YAKOV YAQOOB
JOHN IVAN JUAN JEAN JOHANN JOAO GIOVANNI IOANNIS IAN SEAN JACK JOHNNY VANYA HANS
EDWARD ED EDDIE TED NED EDUARD EDUARDO
THEODORE TED TEDDY FYODOR FEDOR
THOMAS TOM TOMMY TOMAS
DAVID DAVE DAVY DAWOOD
DANIEL DAN DANNY
MATTHEW MATT MATEO MATTHIAS
ANTHONY TONY ANTON ANTONIO ANTOINE
CHRISTOPHER CHRIS KRIS CRISTOBAL
NICHOLAS NIKOLAI NICOLA NICK NICO KOLYA KLAUS
ALEKSANDR ALEKSANDAR ALEXANDRE ALEJANDRO ALESSANDRO ALEX SASHA ALEC SANDRO ISKANDAR SIKANDAR
ALEKSEI ALEX ALYOSHA ALEXIS
ANDREW ANDREI ANDREAS ANDRE ANDRES ANDRZEJ ANDY
GEORGE GEORGY JORGE GIORGIO YURI YURA GOSHA
JOSEPH JOSE GIUSEPPE YUSUF JOE PEPE JOEY
BENJAMIN BEN BENNY BIBI
SAMUEL SAM SAMMY
STEPHEN STEFAN ESTEBAN ETIENNE STEVE
CHARLES KARL CARLOS CARLO CHUCK CHARLIE
FRANCIS FRANCISCO FRANCOIS FRANCESCO FRANZ FRANCISZEK FRANK PACO PANCHO
FRIEDRICH FRED FREDDY FRITZ FEDERICO
HENRY ENRIQUE HEINRICH HENRI ENRICO HENDRIK HENRYK HARRY HANK
LAWRENCE LARRY LAURENCE LORENZO
LUIS LUDWIG LUIGI LEWIS
RONALD RON RONNIE
DONALD DON DONNIE
KENNETH KEN KENNY
PATRICK PAT PADDY
PAUL PAVEL PABLO PAOLO PASHA
PETER PETR PEDRO PIERRE PIETRO PETE PETYA
GREGORY GREG GRIGORY GRIGORI
VLADIMIR VOLODYA VOVA VLAD
VLADISLAV VLAD SLAVA
DMITRY DIMA MITYA
SERGEI SERGIO SERGE SERYOZHA
EVGENY EUGENE EUGENIO ZHENYA GENE
ELIZABETH LIZ BETH BETTY LIZA ELIZA ISABEL
CATHERINE EKATERINA CATALINA KATE KATHY CATHY KATYA
HELEN ELENA
MARGARET MEG PEGGY MAGGIE MARGARITA
MARIA MARY MARIE MARYAM MASHA MOLLY
IRENE IRINA IRENA
ANNA ANA
NATALIA NATASHA
TATIANA TANYA
SUSAN SUE SUZANNE SUSANNE
MUHAMMAD MEHMET MAMADOU MAHAMADOU MAGOMED
IBRAHIM ABRAHAM
MUSA MOSES MOISES
ISA JESUS
SULAIMAN SOLOMON
ISHAQ ISAAC
ILYAS ELIJAH
"""
"""A name first, then its short and familiar forms, and what it is in other tongues; one a line."""


def standard(token: str) -> str:
    """The spelling that stands for the token's group, or the token itself."""
    return EQUIVALENT.get(token, token)


def is_name(token: str) -> bool:
    """Whether the tables know the word as one that stands for a group of spellings."""
    return token in _STANDARDS


_STANDARDS = frozenset(EQUIVALENT.values())


def _nicknames() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _NICKNAMES.strip().splitlines():
        words = [standard(word) for word in line.split()]
        for word in words:
            found.setdefault(word, set()).add(words[0])
    return {word: frozenset(names) for word, names in found.items()}


NICKNAMES = _nicknames()
"""A group or word to the names that it is a form of."""

LEADING = tuple(
    sorted(
        {"AL", "EL", "BIN", "BINT", "BINTI", "IBN", "BEN", "DE", "DA", "DI", "DU", "DEL", "DOS",
         "DAS", "LA", "LE", "VAN", "VON", "DER", "TER", "ABU", "UL"}
        | {title for title in _TITLES if len(title) >= 4},
        key=lambda word: (-len(word), word),
    )
)  # fmt: skip
TRAILING = ("UL", "UR", "US", "UD", "UN", "UZ", "AL", "EL")
"""Particles and titles that are written onto the word after them (`BINLADEN`), or before them
(`ZIAUL`), the longest first."""

_ABD = re.compile(r"ABD[UEAO](?:L|([RSZNTD])(?=\1)|(?=[^AEIOU]))(\w{3,})")
"""Abd- with the article, whose L becomes the next consonant in speech: `ABDURRAHMAN`."""

_ENDING = re.compile(r"(\w{3,}?)(?:[UE]DD?(?:IN|EEN)|[AO]DD(?:IN|EEN)|([UO]LL?AH|[UO]LLA|ALLAH))")


def name_tokens(name: PersonName) -> tuple[str, ...]:
    """The words of a name as they are compared: in Latin letters, joined forms parted, particles
    and titles left out.

    `ABDUL REHMAN`, `ABDURREHMAN` and `ABD UR REHMAN` give the same words, so do `SANA ULLAH` and
    `SANAULLAH`. A name of particles only keeps them.
    """
    return _tokens(comparison_form(name.full))


def written(name: PersonName) -> dict[str, str]:
    """The words of a name out of another script, as they are compared, to how they stand."""
    if name.full.isascii():
        return {}
    stands = comparison_form(name.full).split()
    return {word: own for own in stands if not own.isascii() for word in _tokens(own)}


@lru_cache(maxsize=65_536)
def _tokens(text: str) -> tuple[str, ...]:
    words = [own for word in text.split() for own in _latin_words(word)]
    parted = [part for word in words for part in _parted(word)]
    kept = [
        word
        for place, word in enumerate(parted)
        if word not in PARTICLES and not _is_article(parted, place)
    ]
    named = [word for word in kept if word not in _TITLES]
    return _once(_joined(named if len(named) >= 2 else kept or words))


def _once(words: list[str]) -> tuple[str, ...]:
    """A name that says a word twice says no more by it, in whatever spelling."""
    return tuple({standard(word): word for word in reversed(words)}.values())[::-1]


def _latin_words(word: str) -> list[str]:
    """A word in Latin letters; one that the tables know in its own script, as they spell it."""
    if word.isascii():
        return [word]
    known = EQUIVALENT.get(word) or EQUIVALENT.get(word.removeprefix("ال"))
    return [known] if known else latin(word.removeprefix("ال") if len(word) > 4 else word).split()


def _is_article(words: list[str], place: int) -> bool:
    following = words[place + 1] if place + 1 < len(words) else ""
    return words[place] in _ASSIMILATED and following[:1] == words[place][1:2]


def _joined(words: list[str]) -> list[str]:
    """Written apart, the two halves of Abdullah are no names of their own."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "ABD" and standard(word) in ("ULLAH", "LAH"):
            joined[-1] = "ABDULLAH"
        else:
            joined.append("ABD" if standard(word) == "ABD" else word)
    return joined


def _parted(word: str) -> list[str]:
    if word in EQUIVALENT:
        return [word]
    if match := _ABD.fullmatch(word):
        return ["ABD", *_parted(match[2])]
    if match := _ENDING.fullmatch(word):
        return [match[1], "ULLAH" if match[2] else "DIN"]
    return [word]
