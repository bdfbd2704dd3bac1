"""The words of the demonstration: places as people say them, sections, names that are plainly made up, narratives."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.demo.places import CITIES, Anchor

NEIGHBOURHOOD = (
    "Near {street}, {name}, {city}", "{name} {city}", "Gali no {n}, {name}, {city}", "Mohalla {name}, {city}",
    "House {n}, Street {m}, {name}, {city}", "Gali no {n} mohalla {name}", "nazd chowk {name} {city}",
    "{name} main bazar {city}", "qareeb masjid {name}, {city}", "Block {letter}, {name}, {city}",
)  # fmt: skip
NEIGHBOURHOOD_UR = (
    "نزد {name} {city}",
    "گلی نمبر {n} محلہ {name} {city}",
    "{name} {city}",
    "مین بازار {name}",
    "محلہ {name} {city}",
)
LANDMARK = (
    "Near {name}, {city}", "Opposite {name} {city}", "nazd {name} {city}", "samne {name}, {city}", "{name}, {city}",
    "{street} near {name}, {city}", "aqab {name} {city}",
)  # fmt: skip
LANDMARK_UR = ("نزد {name} {city}", "بالمقابل {name} {city}", "عقب {name} {city}")
VILLAGE = ("Mauza {name}", "Village {name}, District {city}", "Basti {name}", "Abadi {name} {city}", "near {name}")
VILLAGE_UR = ("موضع {name}", "گاؤں {name} ضلع {city}", "آبادی {name}")

_DIRECTIONS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_DIRECTIONS_SHORT = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_DIRECTIONS_UR = ("شمال", "شمال مشرق", "مشرق", "جنوب مشرق", "جنوب", "جنوب مغرب", "مغرب", "شمال مغرب")

# "Farzi" is Urdu for fictitious: no reader can take these for people.
FAMILY = ("Aslam", "Bashir", "Chaman", "Daniyal", "Ehsan", "Farooq", "Gulzar", "Hameed", "Iqbal", "Javed", "Kamran",
          "Latif", "Mansoor", "Nadeem", "Pervaiz", "Qasim", "Rasheed", "Saleem", "Tariq", "Waheed")  # fmt: skip
FAMILY_UR = ("اسلم", "بشیر", "چمن", "دانیال", "احسان", "فاروق", "گلزار", "حمید", "اقبال", "جاوید", "کامران", "لطیف",
             "منصور", "ندیم", "پرویز", "قاسم", "رشید", "سلیم", "طارق", "وحید")  # fmt: skip

_STORY = {
    "robbery": ("Two persons on a motorcycle took a mobile phone and cash at gunpoint.",
                "موٹر سائیکل سوار موبائل اور نقدی چھین کر فرار ہو گئے۔"),
    "vehicle_snatching": ("A motorcycle was taken at gunpoint.", "اسلحہ کے زور پر موٹر سائیکل چھین لی گئی۔"),
    "dacoity": ("Five or more persons entered and took cash and jewellery.",
                "پانچ سے زائد افراد نقدی اور زیورات لے گئے۔"),
    "theft": ("Property was found missing.", "سامان چوری ہو گیا۔"),
    "burglary": ("The lock was found broken and the house searched.", "تالا توڑ کر گھر سے سامان چوری کیا گیا۔"),
    "cattle_theft": ("A buffalo was found missing from the shed.", "باڑے سے بھینس چوری ہو گئی۔"),
    "vehicle_theft": ("A parked motorcycle was found missing.", "کھڑی موٹر سائیکل چوری ہو گئی۔"),
    "hurt": ("A quarrel led to injuries.", "جھگڑے میں ضربات آئیں۔"),
    "cheating": ("A cheque was dishonoured.", "چیک ڈس آنر ہو گیا۔"),
    "narcotics": ("Narcotics were recovered during patrol.", "دوران گشت منشیات برآمد ہوئی۔"),
    "arms": ("An unlicensed pistol was recovered during patrol.", "دوران گشت بلا لائسنس پسٹل برآمد ہوا۔"),
    "traffic_accident": ("A collision through rash driving.", "تیز رفتاری کے باعث حادثہ پیش آیا۔"),
}  # fmt: skip

CATEGORIES = {
    "robbery": ("Robbery", "Mobile snatching", "Cash snatching", "موبائل چھیننا"),
    "vehicle_snatching": ("Motorcycle snatching", "Vehicle snatching"),
    "dacoity": ("Dacoity", "ڈکیتی"),
    "theft": ("Theft", "Mobile theft", "چوری"),
    "burglary": ("Burglary", "House theft", "نقب زنی"),
    "cattle_theft": ("Cattle theft", "مویشی چوری"),
    "vehicle_theft": ("Motorcycle theft", "Vehicle theft", "موٹر سائیکل چوری"),
    "hurt": ("Fight / quarrel", "لڑائی جھگڑا"),
    "murder": ("Murder",),
    "attempted_murder": ("Attempt to murder",),
    "intimidation": ("Threats", "دھمکیاں"),
    "mischief": ("Mischief, trespass and arson",),
    "kidnapping": ("Missing person", "Abduction"),
    "extortion": ("Extortion",),
    "cheating": ("Fraud", "Dishonoured cheque", "فراڈ"),
    "illegal_dispossession": ("Land grabbing", "ناجائز قبضہ"),
    "traffic_accident": ("Road accident",),
}


def pick(options: Sequence[str], dice: float) -> str:
    """Give one of the options by a number in [0, 1)."""
    return options[int(dice * len(options))]


def place_words(anchor: Anchor, district: str, dice: Sequence[float], streets: Sequence[str]) -> str:
    """Give the place as told: half the time its bare name, else as people say it, a third of that in Urdu.

    ``dice`` are five numbers in [0, 1).
    """
    city, city_ur, _ = CITIES[district]
    in_urdu = anchor.name_ur is not None and dice[1] < 0.4
    name = anchor.name_ur if in_urdu and anchor.name_ur else anchor.name
    if dice[0] < 0.55:
        return name
    english, urdu = {
        "neighbourhood": (NEIGHBOURHOOD, NEIGHBOURHOOD_UR),
        "landmark": (LANDMARK, LANDMARK_UR),
        "village": (VILLAGE, VILLAGE_UR),
    }[anchor.kind]
    return pick(urdu if in_urdu else english, dice[2]).format(
        name=name, city=city_ur if in_urdu else city, n=1 + int(dice[3] * 24), m=1 + int(dice[4] * 40),
        letter="ABCDEFGH"[int(dice[3] * 8)], street=pick(streets, dice[4]) if streets else "Main Road",
    )  # fmt: skip


def bearing_words(east_m: float, north_m: float, dice: float) -> tuple[str, str]:
    """Give distance (to half a kilometre) and direction (of eight) from the station, as written in column 4."""
    half_km = round(math.hypot(east_m, north_m) / 500)
    number = f"{half_km / 2:g}"
    point = round(math.degrees(math.atan2(east_m, north_m)) / 45) % 8
    if dice < 0.3:
        return f"{number} کلومیٹر", _DIRECTIONS_UR[point]
    if dice < 0.5:
        return number, _DIRECTIONS_SHORT[point]
    return f"{number} km", _DIRECTIONS[point]


def person(dice: float, other: float, in_urdu: bool) -> tuple[str, str]:
    """Give a made-up name and CNIC: the registration block is n0000, which was never given to anyone."""
    first = int(dice * len(FAMILY))
    second = int(other * len(FAMILY))
    name = f"فرضی {FAMILY_UR[first]} {FAMILY_UR[second]}" if in_urdu else f"Farzi {FAMILY[first]} {FAMILY[second]}"
    number = int(dice * 9_999_999)
    return name, f"{1 + int(other * 6)}0000-{number:07d}-{int((dice * 1e5) % 10)}"


def story(head: str, dice: float) -> str:
    """Give a short narrative that says what, and nothing of who."""
    english, urdu = _STORY.get(head, ("As stated by the complainant.", "مدعی کے بیان کے مطابق۔"))
    return ("[synthetic] " + english) if dice < 0.55 else ("[فرضی] " + urdu)
