"""The reasons of a fix in words, English and Urdu: one table, one row a code of `spatial.geocoding`.

A record's page shows both languages from one answer, hence a table and not the catalogue of the pages.  The Urdu is
*unreviewed*: no native officer has read it yet.
"""

SENTENCES: dict[str, tuple[str, str]] = {
    "station_unknown": ("{station} is not known here.", "{station} یہاں درج نہیں۔"),
    "station_unknown_here": (
        "No station is called “{name}”; perhaps one of these was meant: {meant}.",
        "«{name}» نام کا کوئی تھانہ نہیں؛ شاید ان میں سے کوئی مراد ہو: {meant}۔",
    ),
    "station_unknown_here_only": (
        "No station is called “{name}”, and none is called alike.",
        "«{name}» نام کا کوئی تھانہ نہیں، نہ اس سے ملتا جلتا کوئی نام ہے۔",
    ),
    "station_ambiguous_here": (
        "Several stations are called “{name}”: {meant}. Give the district or the code.",
        "«{name}» نام کے کئی تھانے ہیں: {meant}۔ ضلع یا کوڈ دیں۔",
    ),
    "district_unknown_here": (
        "No district is called “{name}”; perhaps one of these was meant: {meant}.",
        "«{name}» نام کا کوئی ضلع نہیں؛ شاید ان میں سے کوئی مراد ہو: {meant}۔",
    ),
    "district_unknown_here_only": (
        "No district is called “{name}”, and none is called alike.",
        "«{name}» نام کا کوئی ضلع نہیں، نہ اس سے ملتا جلتا کوئی نام ہے۔",
    ),
    "district_ambiguous_here": (
        "Several areas are called “{name}”: {meant}. Give the code.",
        "«{name}» نام کے کئی علاقے ہیں: {meant}۔ کوڈ دیں۔",
    ),
    "town_unknown": (
        "No town is called “{town}” here: the place was looked for as if no town were given.",
        "«{town}» نام کا کوئی شہر یہاں درج نہیں: جگہ یوں ڈھونڈی گئی جیسے شہر بتایا ہی نہ گیا ہو۔",
    ),
    "text_names_far_town": (
        "The text names {town}, which is far from {station}: one of the two is wrong.",
        "متن میں {town} کا نام ہے جو {station} سے بہت دور ہے: دونوں میں سے ایک غلط ہے۔",
    ),
    "coordinates_incomplete": (
        "Only one of latitude and longitude was given, so neither was used.",
        "عرض بلد اور طول بلد میں سے صرف ایک دیا گیا، اس لیے کوئی استعمال نہیں ہوا۔",
    ),
    "coordinates_not_numbers": (
        "The coordinates are not numbers and were not used.",
        "نقاط عددی نہیں، اس لیے استعمال نہیں ہوئے۔",
    ),
    "coordinates_zero": (
        "The coordinates are 0, 0: an empty form, not a place.",
        "نقاط صفر، صفر ہیں: یہ خالی فارم ہے، کوئی جگہ نہیں۔",
    ),
    "coordinates_swapped": (
        "Latitude {lat} and longitude {lon} look exchanged and were not used; turned they would be {offered_lat}, "
        "{offered_lon}. The source should mend its export.",
        "عرض بلد {lat} اور طول بلد {lon} آپس میں بدلے ہوئے لگتے ہیں، استعمال نہیں ہوئے؛ الٹ کر {offered_lat}، "
        "{offered_lon} بنتے ہیں۔ ماخذ اپنی فائل درست کرے۔",
    ),
    "coordinates_swapped_only": (
        "Latitude and longitude look exchanged and were not used. The source should mend its export.",
        "عرض بلد اور طول بلد آپس میں بدلے ہوئے لگتے ہیں، استعمال نہیں ہوئے۔ ماخذ اپنی فائل درست کرے۔",
    ),
    "coordinates_outside_country": (
        "The coordinates {lat}, {lon} are not in Pakistan and were not used.",
        "نقاط {lat}، {lon} پاکستان میں نہیں، اس لیے استعمال نہیں ہوئے۔",
    ),
    "coordinates_negative": (
        "The coordinates have a minus sign, which would put them outside Pakistan; they were not used. "
        "Without it they would be {offered_lat}, {offered_lon}.",
        "نقاط پر منفی کا نشان ہے جو انہیں پاکستان سے باہر لے جاتا ہے؛ استعمال نہیں ہوئے۔ "
        "نشان کے بغیر یہ {offered_lat}، {offered_lon} ہوتے۔",
    ),
    "coordinates_utm": (
        "The coordinates are metres of the UTM grid, not degrees; they were not used. Give the zone, or degrees.",
        "یہ نقاط UTM گرڈ کے میٹر ہیں، درجے نہیں؛ استعمال نہیں ہوئے۔ زون بتائیں یا درجے دیں۔",
    ),
    "coordinates_utm_without_zone": (
        "The coordinates are metres of the UTM grid without their zone (41, 42 or 43); they were not used.",
        "یہ نقاط UTM گرڈ کے میٹر ہیں مگر زون (41، 42 یا 43) درج نہیں؛ استعمال نہیں ہوئے۔",
    ),
    "coordinates_utm_zone": (
        "The coordinates name a UTM zone that is not one of Pakistan's (41, 42, 43); they were not used.",
        "نقاط کا UTM زون پاکستان کے زونوں (41، 42، 43) میں سے نہیں؛ استعمال نہیں ہوئے۔",
    ),
    "coordinates_in_feet": (
        "The coordinates look like a grid in feet; they were not used. Give metres with the zone, or degrees.",
        "نقاط فٹ کے گرڈ میں لگتے ہیں؛ استعمال نہیں ہوئے۔ زون کے ساتھ میٹر یا درجے دیں۔",
    ),
    "coordinates_minutes": (
        "The coordinates are degrees and minutes written as one number; they were not used. "
        "They would mean {offered_lat}, {offered_lon}.",
        "نقاط میں درجے اور منٹ ایک ہی عدد میں لکھے ہیں؛ استعمال نہیں ہوئے۔ "
        "مراد {offered_lat}، {offered_lon} ہو سکتی ہے۔",
    ),
    "coordinates_without_point": (
        "The coordinates have lost their decimal point; they were not used. "
        "They would mean {offered_lat}, {offered_lon}.",
        "نقاط کا اعشاریہ گم ہے؛ استعمال نہیں ہوئے۔ مراد {offered_lat}، {offered_lon} ہو سکتی ہے۔",
    ),
    "coordinates_in_text": (
        "The text itself gives the coordinates {lat}, {lon}.",
        "متن ہی میں نقاط {lat}، {lon} درج ہیں۔",
    ),
    "coordinates_several": (
        "The text gives several coordinates that lie apart; none was used.",
        "متن میں ایک سے زیادہ نقاط ہیں جو دور دور ہیں؛ کوئی استعمال نہیں ہوا۔",
    ),
    "coordinates_few_digits": (
        "The coordinates have so few digits that they are good to about {accuracy} only.",
        "نقاط کے ہندسے اتنے کم ہیں کہ یہ صرف تقریباً {accuracy} تک درست ہیں۔",
    ),
    "coordinates_outside_district": (
        "The coordinates lie outside the district that the record names.",
        "یہ نقاط اندراج میں دیے گئے ضلع سے باہر ہیں۔",
    ),
    "near_no_point": (
        "The point to look near (near_lat “{near_lat}”, near_lon “{near_lon}”) is no point on earth and was not used.",
        "جس نقطے کے پاس دیکھنا تھا (near_lat «{near_lat}»، near_lon «{near_lon}») وہ زمین پر کوئی جگہ نہیں، "
        "استعمال نہیں ہوا۔",
    ),
    "coordinates_given": ("The source gave coordinates.", "ماخذ نے نقاط دیے۔"),
    "coordinates_given_vague": (
        "The source gave coordinates, good to about {accuracy}, so they were spread.",
        "ماخذ نے تقریباً {accuracy} تک درست نقاط دیے، اس لیے انہیں پھیلایا گیا۔",
    ),
    "coordinates_too_vague": (
        "The coordinates are good to {accuracy} only: too little to place the record by them.",
        "نقاط صرف {accuracy} تک درست ہیں: جگہ متعین کرنے کے لیے ناکافی۔",
    ),
    "coordinates_at_station": (
        "The coordinates are those of the house of {station}: perhaps typed in at the desk.",
        "یہ نقاط خود {station} کی عمارت کے ہیں: شاید میز پر بیٹھ کر درج ہوئے۔",
    ),
    "coordinates_outside_station_area": (
        "The coordinates lie outside the area of {station}.",
        "یہ نقاط {station} کی حدود سے باہر ہیں۔",
    ),
    "place_matched": ("The text names {name}.", "متن میں {name} کا نام ہے۔"),
    "landmark_matched": ("The text names the landmark {name}.", "متن میں نشانِ راہ {name} کا نام ہے۔"),
    "place_without_name": ("A place without a name was found by its address.", "ایک بے نام جگہ اپنے پتے سے ملی۔"),
    "place_too_large": (
        "{name} is too large to place a record by it.",
        "{name} اتنا بڑا ہے کہ اس سے جگہ متعین نہیں ہو سکتی۔",
    ),
    "place_wider_than_station": (
        "{name} is wider than the station's own area, so it says nothing more.",
        "{name} تھانے کی اپنی حدود سے بڑا ہے، اس لیے مزید کچھ نہیں بتاتا۔",
    ),
    "place_outside_station_area": (
        "{name} lies outside the area of {station}.",
        "{name} {station} کی حدود سے باہر ہے۔",
    ),
    "name_narrowed_by_station": (
        "{candidates} places bear the name “{name}”; those in the station's area were taken.",
        "«{name}» نام کی {candidates} جگہیں ہیں؛ تھانے کی حدود والی لی گئیں۔",
    ),
    "name_spread": (
        "{candidates} places close together bear the name “{name}”; the record is spread over them.",
        "«{name}» نام کی {candidates} جگہیں قریب قریب ہیں؛ اندراج ان پر پھیلایا گیا۔",
    ),
    "name_ambiguous": (
        "{candidates} places of the district bear the name “{name}”; none could be preferred.",
        "ضلع میں «{name}» نام کی {candidates} جگہیں ہیں؛ کسی ایک کو ترجیح نہ دی جا سکی۔",
    ),
    "street_matched": ("The text names the street {name}.", "متن میں سڑک {name} کا نام ہے۔"),
    "address_matched": (
        "The words “{parts}” sound like the address of {name}{words}.",
        "متن کے الفاظ «{parts}» {name} کے پتے{words} سے ملتے جلتے ہیں۔",
    ),
    "address_matched_only": (
        "An address that sounds alike was found: that of {name}{words}.",
        "ملتا جلتا پتہ ملا: {name} کا{words}۔",
    ),
    "town_only": (
        "The text tells no place closer than {name}, which was taken as a whole.",
        "متن میں {name} سے زیادہ قریب کی کوئی جگہ نہیں بتائی گئی، اس لیے پورا {name} لیا گیا۔",
    ),
    "town_only_beside": (
        "“{rest}” was not found with enough certainty, so {name} was taken as a whole.",
        "«{rest}» یقین کے ساتھ نہیں مل سکا، اس لیے پورا {name} لیا گیا۔",
    ),
    "parts_used": ("The place rests on these words: {parts}.", "جگہ ان الفاظ پر قائم ہے: {parts}۔"),
    "candidate_refused": (
        "Less likely: {name} ({share} %).",
        "کم امکان: {name} ({share} فیصد)۔",
    ),
    "name_unknown": ("No name in the text is known here.", "متن کا کوئی نام یہاں معلوم نہیں۔"),
    "name_weak": (
        "The likeliest name, {name}, is too uncertain ({share} %) and was not used.",
        "سب سے ممکن نام {name} بہت غیر یقینی ہے ({share} فیصد)، استعمال نہیں ہوا۔",
    ),
    "station_swayed": (
        "Of several places, that in the area of {station} was preferred.",
        "کئی جگہوں میں سے {station} کی حدود والی کو ترجیح دی گئی۔",
    ),
    "local_name": (
        "{name} is a name that an officer of this station has pinned.",
        "{name} وہ نام ہے جو اس تھانے کے افسر نے نقشے پر لگایا ہے۔",
    ),
    "distance_impossible": (
        "The distance from the station cannot be right and was not used.",
        "تھانے سے دیا گیا فاصلہ درست نہیں ہو سکتا، استعمال نہیں ہوا۔",
    ),
    "bearing_without_station": (
        "A distance and direction were given, but not from which station.",
        "فاصلہ اور سمت تو دیے گئے مگر کس تھانے سے، یہ نہیں۔",
    ),
    "bearing": ("{away} {station}.", "{station} {away}۔"),
    "distance_only": (
        "{away} {station}, in a direction that was not given.",
        "{station} {away}، سمت درج نہیں۔",
    ),
    "distance_only_near": ("{away} {station}.", "{station} {away}۔"),
    "beat_named": (
        "The text names beat {beat} of {station}; places outside that beat were little believed.",
        "متن میں {station} کی بیٹ {beat} کا ذکر ہے؛ اس بیٹ سے باہر کی جگہوں پر کم اعتبار کیا گیا۔",
    ),
    "beat_unknown": (
        "The text names beat {beat}, whose area is not known for {station}.",
        "متن میں بیٹ {beat} کا ذکر ہے جس کی حدود {station} کے لیے معلوم نہیں۔",
    ),
    "beat_area": (
        "Nothing closer is known than the area of beat {beat} of {station}.",
        "{station} کی بیٹ {beat} کی حدود سے زیادہ قریب کچھ معلوم نہیں۔",
    ),
    "tie_end": (
        "The text tells its place by {name}.",
        "متن اپنی جگہ {name} کے حوالے سے بتاتا ہے۔",
    ),
    "in_station_house": (
        "It happened in the house of {station} itself.",
        "وقوعہ خود {station} کی عمارت میں ہوا۔",
    ),
    "distance_not_understood": (
        "The distance “{words}” in the text says no direction, or two that contradict, and was not used.",
        "متن کے فاصلے «{words}» کی سمت نہیں لکھی یا متضاد ہے، اس لیے استعمال نہیں ہوا۔",
    ),
    "station_in_text": (
        "The text measures from {name}.",
        "متن {name} سے فاصلہ بتاتا ہے۔",
    ),
    "station_in_text_unknown": (
        "The text measures from a station “{name}” that is not known here.",
        "متن تھانہ «{name}» سے فاصلہ بتاتا ہے جو یہاں معلوم نہیں۔",
    ),
    "origin_place": (
        "{away} {name}: measured from there, and not from the station.",
        "{name} {away}: فاصلہ وہیں سے ناپا گیا ہے، تھانے سے نہیں۔",
    ),
    "origin_unknown": (
        "The distance is measured from “{name}”, which is not known here; it was taken from the station, with little "
        "trust.",
        "فاصلہ «{name}» سے ناپا گیا ہے جو یہاں معلوم نہیں؛ اسے تھانے سے لیا گیا، کم اعتبار کے ساتھ۔",
    ),
    "between_places": (
        "The text puts it between {first} and {second}.",
        "متن کے مطابق جگہ {first} اور {second} کے درمیان ہے۔",
    ),
    "between_one_known": (
        "It lies between two places of which only {name} is known here, not “{other}”: somewhere about {name}.",
        "جگہ دو مقامات کے درمیان ہے جن میں سے صرف {name} معلوم ہے، «{other}» نہیں: {name} کے آس پاس لیا گیا۔",
    ),
    "between_unknown": (
        "It lies between “{first}” and “{second}”, neither of which is known here.",
        "جگہ «{first}» اور «{second}» کے درمیان ہے؛ دونوں یہاں معلوم نہیں۔",
    ),
    "on_road_between": (
        "{distance} along the road from {first} to {second}.",
        "{first} سے {second} جانے والی سڑک پر {distance}۔",
    ),
    "along_road": (
        "{distance} along {name}, from the middle of the town ({lat}, {lon}) or from where the road begins, by "
        "{points} known points of the road.",
        "شہر کے مرکز ({lat}، {lon}) یا سڑک کے آغاز سے {name} پر {distance}، سڑک کے {points} معلوم مقامات کے مطابق۔",
    ),
    "along_road_of_station": (
        "{distance} along {name}, from the station, from the middle of the town ({lat}, {lon}) or from where the "
        "road begins, by {points} known points of the road.",
        "تھانے سے، شہر کے مرکز ({lat}، {lon}) یا سڑک کے آغاز سے {name} پر {distance}، سڑک کے {points} معلوم "
        "مقامات کے مطابق۔",
    ),
    "road_end_unknown": (
        "{distance} along a road from {first}; its other end “{second}” is not known here, so in any direction.",
        "{first} سے سڑک پر {distance}؛ سڑک کا دوسرا سرا «{second}» یہاں معلوم نہیں، اس لیے کسی بھی سمت میں۔",
    ),
    "road_start_unknown": (
        "The kilometres of the road count from “{first}”, which is not known here.",
        "سڑک کے کلومیٹر «{first}» سے گنے گئے ہیں جو یہاں معلوم نہیں۔",
    ),
    "writers_learned": (
        "Distances and directions are read as this station's writers round them, learned from {texts} of its texts "
        "and {pins} pins.",
        "فاصلے اور سمتیں اسی تھانے کے لکھنے والوں کی عادت کے مطابق پڑھی گئیں، جو اس کی {texts} تحریروں اور {pins} "
        "پنوں سے سیکھی گئی۔",
    ),
    "writers_learned_elsewhere": (
        "Distances and directions are read as writers of all stations round them, learned from {texts} texts and "
        "{pins} pins.",
        "فاصلے اور سمتیں تمام تھانوں کے لکھنے والوں کی عادت کے مطابق پڑھی گئیں، جو {texts} تحریروں اور {pins} پنوں "
        "سے سیکھی گئی۔",
    ),
    "bearing_outside_station_area": (
        "The distance and direction lead out of the area of {station} and were not used.",
        "فاصلہ اور سمت {station} کی حدود سے باہر لے جاتے ہیں، استعمال نہیں ہوئے۔",
    ),
    "bearing_mostly_outside_station_area": (
        "Most of what the distance and direction mean lies outside the station's area.",
        "فاصلے اور سمت کا زیادہ تر حصہ تھانے کی حدود سے باہر ہے۔",
    ),
    "bearing_agrees": (
        "{name} lies where “{away} {station}” puts it; both together narrow the place.",
        "{name} وہیں ہے جہاں «{station} {away}» سے پتا چلتا ہے؛ دونوں مل کر جگہ محدود کرتے ہیں۔",
    ),
    "bearing_over_name": (
        "{name} does not lie “{away} {station}”; the distance and direction were trusted more.",
        "{name} «{station} {away}» پر نہیں؛ فاصلے اور سمت پر زیادہ اعتبار کیا گیا۔",
    ),
    "bearing_contradicts": (
        "{name} does not lie “{away} {station}” as written; the place may be at either.",
        "{name} لکھے ہوئے «{station} {away}» پر نہیں؛ جگہ دونوں میں سے کوئی بھی ہو سکتی ہے۔",
    ),
    "station_area": (
        "Nothing closer is known than the area of {station}.",
        "{station} کی حدود سے زیادہ قریب کچھ معلوم نہیں۔",
    ),
    "station_area_unknown": (
        "The area of {station} is not known.",
        "{station} کی حدود معلوم نہیں۔",
    ),
    "pinned": ("An officer pinned it. {reason}", "افسر نے نقشے پر جگہ لگائی۔ {reason}"),
    "pin_undone": ("An officer took a pin back.", "افسر نے لگائی ہوئی جگہ واپس لی۔"),
    "pin_nowhere": (
        "An officer found that it cannot be placed. {reason}",
        "افسر کے مطابق اس کی جگہ متعین نہیں ہو سکتی۔ {reason}",
    ),
    "pin_accepted": (
        "An officer agreed with this place. {reason}",
        "افسر نے اس جگہ سے اتفاق کیا۔ {reason}",
    ),
    "pin_area": ("An officer drew the area. {reason}", "افسر نے رقبہ کھینچا۔ {reason}"),
    "pin_at_scene": (
        "An officer stood at the scene: the phone's position, good to {accuracy}. {reason}",
        "افسر جائے وقوعہ پر موجود تھا: فون کا مقام، {accuracy} تک درست۔ {reason}",
    ),
    "pin_kept": (
        "The record was corrected later, but not its place: the officer's pin stays.",
        "ریکارڈ بعد میں درست ہوا مگر جگہ نہیں بدلی: افسر کی لگائی جگہ برقرار ہے۔",
    ),
    "hotel_without_district": (
        "The hotel was named without its district or station.",
        "ہوٹل کا نام ضلع یا تھانے کے بغیر آیا۔",
    ),
    "hotel": ("Where the hotel is.", "جہاں ہوٹل واقع ہے۔"),
}
