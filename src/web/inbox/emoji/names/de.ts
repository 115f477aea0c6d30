/**
 * German names and search words of the emoji in catalogue.ts, a line each: `<emoji> <name>|<words>`. From the annotations of Unicode CLDR 45,
 * © 1991–2024 Unicode, Inc., under the Unicode License v3 (https://www.unicode.org/license.txt).
 */
export const names = `
😀 grinsendes Gesicht|lol lustig
😃 grinsendes Gesicht mit großen Augen|lächeln lol lustig
😄 grinsendes Gesicht mit lachenden Augen|lol lustig
😁 strahlendes Gesicht mit lachenden Augen|lustig Zähne
😆 Grinsegesicht mit zugekniffenen Augen|geschlossene Augen grinsendes Gesicht mit zusammengekniffenen Augen offener Mund
😅 grinsendes Gesicht mit Schweißtropfen|lustig schwitzen
🤣 sich vor Lachen auf dem Boden wälzen|Gesicht
😂 Gesicht mit Freudentränen|lachen
🙂 leicht lächelndes Gesicht
🙃 umgekehrtes Gesicht|auf dem Kopf stehen
😉 zwinkerndes Gesicht
😊 lächelndes Gesicht mit lachenden Augen|erröten Freude rote Wangen
😇 lächelndes Gesicht mit Heiligenschein
🥰 lächelndes Gesicht mit Herzen|anhimmeln verknallt verliebt
😍 lächelndes Gesicht mit herzförmigen Augen|verliebt
🤩 überwältigt|Augen Gesicht Grinsen Stern
😘 Kuss zuwerfendes Gesicht
😗 küssendes Gesicht|Kuss
😚 küssendes Gesicht mit geschlossenen Augen|rote Wangen
😙 küssendes Gesicht mit lächelnden Augen|Kuss lächelnde Augen
😋 sich die Lippen leckendes Gesicht|lecker leckeres Essen
😛 Gesicht mit herausgestreckter Zunge|herausgestreckte Zunge
😜 zwinkerndes Gesicht mit herausgestreckter Zunge|herausgestreckte Zunge
🤪 irres Gesicht|Auge groß klein
😝 Gesicht mit herausgestreckter Zunge und zusammengekniffenen Augen|herausgestreckte Zunge
🤑 Gesicht mit Dollarzeichen|Geld Zunge
🤗 Gesicht mit umarmenden Händen|Umarmung
🤭 verlegen kicherndes Gesicht|Huch
🤫 ermahnendes Gesicht|leise pst
🤔 nachdenkendes Gesicht|nachdenklich
🤐 Gesicht mit Reißverschlussmund
🤨 Gesicht mit hochgezogenen Augenbrauen|argwöhnisch skeptisch
😐 neutrales Gesicht|kein Kommentar
😑 ausdrucksloses Gesicht|kein Kommentar
😶 Gesicht ohne Mund|kein Mund sprachlos
😏 süffisant lächelndes Gesicht
😒 verstimmtes Gesicht|unglücklich
🙄 Augen verdrehendes Gesicht
😬 Grimassen schneidendes Gesicht|Zähne
😌 erleichtertes Gesicht|geschlossene Augen
😔 nachdenkliches Gesicht
😪 schläfriges Gesicht|müde
🤤 sabberndes Gesicht
😴 schlafendes Gesicht|schnarchen zzz
😷 Gesicht mit Atemschutzmaske|Arzt Krankheit
🤒 Gesicht mit Fieberthermometer|krank
🤕 Gesicht mit Kopfverband|Schmerzen Verletzung
🤢 würgendes Gesicht|Erbrechen Übelkeit
🤮 kotzendes Gesicht|krank
🤧 niesendes Gesicht
🥵 schwitzendes Gesicht|erhitzt Fieber heiß Hitzschlag
🥶 frierendes Gesicht|Eiszapfen Frostbeule kalt
🥴 schwindeliges Gesicht|angetrunken beschwipst betrunken
😵 benommenes Gesicht
🤯 explodierender Kopf|entsetzt geschockt
🤠 Gesicht mit Cowboyhut
🥳 Partygesicht|Feiern
😎 lächelndes Gesicht mit Sonnenbrille|cool
🤓 Strebergesicht|Nerd
🧐 Gesicht mit Monokel
😕 verwundertes Gesicht
😟 besorgtes Gesicht
🙁 betrübtes Gesicht|traurig
😮 Gesicht mit offenem Mund|erstaunt offener Mund
😯 verdutztes Gesicht|erstaunt sprachlos
😲 erstauntes Gesicht
😳 errötetes Gesicht mit großen Augen|rote Wangen überrascht
🥺 bettelndes Gesicht|Gnade Welpenaugen
😦 entsetztes Gesicht|offener Mund verwundert
😧 qualvolles Gesicht|leidend
😨 ängstliches Gesicht
😰 besorgtes Gesicht mit Schweißtropfen|kalter Schweiß offener Mund
😥 trauriges aber erleichtertes Gesicht|enttäuscht Schweiß
😢 weinendes Gesicht|Träne traurig
😭 heulendes Gesicht|Tränen traurig
😱 vor Angst schreiendes Gesicht
😖 verwirrtes Gesicht
😣 entschlossenes Gesicht|durchhalten
😞 enttäuschtes Gesicht|traurig
😓 bedrücktes Gesicht mit Schweiß|Angstschweiß
😩 erschöpftes Gesicht|müde
😫 müdes Gesicht
🥱 gähnendes Gesicht|gelangweilt müde
😤 schnaubendes Gesicht|erleichtert gewonnen
😡 schmollendes Gesicht|rot wütend
😠 verärgertes Gesicht
🤬 Gesicht mit Symbolen über dem Mund|fluchen
💩 Kothaufen|Mist
👻 Gespenst|Fantasy Gesicht Märchen
👽 Außerirdischer|Alien Gesicht UFO
🤖 Roboter|Gesicht Monster Roboterkopf
🙈 sich die Augen zuhaltendes Affengesicht|nichts sehen verboten
🙉 sich die Ohren zuhaltendes Affengesicht|nichts hören verboten
🙊 sich den Mund zuhaltendes Affengesicht|nichts sagen verboten
👍 Daumen hoch|gut Hand nach oben
👎 Daumen runter|Hand nach unten schlecht
👌 OK-Zeichen|exzellent Hand in Ordnung perfekt
🤌 zusammengedrückte Finger|Bündelhand geht’s noch? Handgeste was soll das? was willst du? zusammengelegte Fingerspitzen
🤏 Wenig-Geste|klein kleine Menge kleiner Betrag unbedeutend
✌️ Victory-Geste|Sieg
🤞 Hand mit gekreuzten Fingern
🤟 Ich-liebe-dich-Geste|Hand ich liebe dich
🤘 Teufelsgruß|Finger Hand Hörner Rock
🤙 Ruf-mich-an-Handzeichen|anrufen
👈 nach links weisender Zeigefinger|Handrückseite
👉 nach rechts weisender Zeigefinger|Handrückseite
👆 nach oben weisender Zeigefinger von hinten|aufwärts Handrückseite
👇 nach unten weisender Zeigefinger|abwärts Handrückseite
☝️ nach oben weisender Zeigefinger von vorne|Hand Handvorderseite
✋ erhobene Hand
🤚 erhobene Hand von hinten|erhobener Handrücken
🖐️ Hand mit gespreizten Fingern|5 fünf
🖖 vulkanischer Gruß|lebe lang und in Frieden Spock spreizen Star Trek
👋 winkende Hand
👏 klatschende Hände|applaudieren Beifall
🙌 zwei erhobene Handflächen|feiern
🫶 Hände, die Herz bilden|Händeherz Handgeste Liebe
👐 offene Hände
🤲 Handflächen nach oben|beten
🤝 Handschlag|Hände Händeschütteln Vereinbarung
🙏 zusammengelegte Handflächen|beten betende Hände bitten danken Gebet grüßen
✍️ schreibende Hand
💪 angespannter Bizeps|Comic Muskeln anspannen stark
👀 Augen|Gesicht
👂 Ohr|Körperteil
👃 Nase|Körperteil
🧠 Gehirn|intelligent
👄 Mund|Körperteil Lippen
👶 Baby|Gesicht
🧒 Kind|geschlechtsneutral jung
🧑 Person|erwachsene Person geschlechtsneutral Mensch ohne eindeutiges Geschlecht
👩 Frau
👨 Mann
🧓 ältere Person|alt älterer Mensch erwachsene Person geschlechtsneutral ohne eindeutiges Geschlecht
🙋 Person mit erhobenem Arm|Siegerpose
🙅 Person mit überkreuzten Armen|verboten x
🙆 Person mit Händen auf dem Kopf|alles in Ordnung
💁 Infoschalter-Mitarbeiter(in)|Gesicht Hilfe Informationen
🤷 schulterzuckende Person|egal gleichgültig keine Ahnung Zweifel
🤦 sich an den Kopf fassende Person|frustriert genervt Gesicht
🙇 sich verbeugende Person|Entschuldigung Geste
🏃 laufende Person|Marathon Sport
🚶 Fußgänger(in)|gehen gehend wandern
💃 tanzende Frau
🕺 tanzender Mann
👫 Mann und Frau halten Hände|Händchen halten Paar Pärchen aus Frau und Mann
❤️ rotes Herz
🧡 oranges Herz
💛 gelbes Herz
💚 grünes Herz
💙 blaues Herz
💜 lila Herz
🤎 braunes Herz
🖤 schwarzes Herz|böse
🤍 weißes Herz
💔 gebrochenes Herz|Schmerz Trennung
❣️ Herz als Ausrufezeichen|Satzzeichen
💕 zwei Herzen|Liebe
💞 kreisende Herzen|Liebe
💓 schlagendes Herz|Liebe
💗 wachsendes Herz|Aufregung Liebe Nervosität
💖 funkelndes Herz|Aufregung Liebe
💘 Herz mit Pfeil|Liebe
💝 Herz mit Schleife|Valentinstag
💯 100 Punkte|Punktestand volle Punktzahl
💢 Ärger|Comic Wut
💥 Zusammenstoß|Comic Kollision
💫 schwindlig|Benommenheit Comic Stern Sterne sehen
💦 Schweißtropfen|Comic
💨 Staubwolke|Comic rennen weglaufen
💬 Sprechblase mit drei Punkten|Dialog Gespräch Unterhaltung
💭 Gedankenblase|Comic Nachdenken
💤 Schlafen|Comic Schnarchen ZZZ
🔥 Feuer|Flamme heiß
✨ funkelnde Sterne|*
⭐ weißer mittelgroßer Stern
🌟 funkelnder Stern
🎉 Konfettibombe|Feier Party
🎊 Konfettiball|Feier
🎁 Geschenk|Feier verpackt
🎈 Luftballon|Geburtstag
🏆 Pokal|Preis
🥇 Goldmedaille|Erster Medaille 1. Platz
🎂 Geburtstagskuchen|Torte
🐶 Hundegesicht|Tier
🐱 Katzengesicht|Tier
🐭 Mäusegesicht|Maus Tier
🐹 Hamster|Gesicht Hamstergesicht Tier
🐰 Hasengesicht|Tier
🦊 Fuchs|Fuchsgesicht Gesicht Tier
🐻 Bär|Bärengesicht Gesicht Tier
🐼 Panda|Gesicht Pandabär Pandagesicht Tier
🐨 Koala|Koalabär Tier
🐯 Tigergesicht|Tier
🦁 Löwe|Gesicht Löwengesicht Sternzeichen Tierkreis
🐮 Kuhgesicht|Tier
🐷 Schweinegesicht|Tier
🐸 Frosch|Froschgesicht Gesicht Tier
🐵 Affengesicht|Tier
🐔 Huhn|Geflügel Henne Tier
🐧 Pinguin|Tier
🐦 Vogel|Papagei Taube
🦆 Ente|Vogel
🦉 Eule|Vogel weise
🐝 Biene|Honigbiene Hummel Tier
🦋 Schmetterling|schön
🐌 Schnecke|Tier
🐞 Marienkäfer|Glückskäfer Tier
🐢 Schildkröte|Tier
🐟 Fisch|Fische Sternzeichen Tier Tierkreis
🐬 Delfin|Tier
🐳 blasender Wal|Tier
🐴 Pferdegesicht|Tier
🦄 Einhorn|Einhorngesicht Gesicht
🌵 Kaktus|Pflanze
🎄 Weihnachtsbaum|Tanne Weihnachten
🌲 Nadelbaum|Pflanze
🌳 Laubbaum|Pflanze
🌴 Palme|Baum Pflanze
🌱 Spross|junge Pflanze
🌿 Kräuter|Blätter
🍀 Glücksklee|Kleeblatt vier vierblättrig
🍁 Ahornblatt|Herbst Laub Pflanze
🌹 Rose|Blume Blüte Pflanze
🌷 Tulpe|Blume Blüte Pflanze
🌻 Sonnenblume|Blüte Pflanze
🌸 Kirschblüte|Blume Kirsche Pflanze
☀️ Sonne|Sonnenstrahlen sonnig Strahlen Wetter
⛅ Sonne hinter Wolke|wolkig
☁️ Wolke|Wetter wolkig
🌧️ Wolke mit Regen|Regenwolke Wetter
⛈️ Wolke mit Blitz und Regen|Gewitter Wetter wolkig
❄️ Schneeflocke
⛄ Schneemann ohne Schneeflocken|kalt Winter
🌈 Regenbogen|Wetter
⚡ Hochspannung|Blitz Gefahr
🌊 Welle|Meer
🌍 Globus mit Europa und Afrika|Weltkugel
🌙 Mondsichel
🍎 roter Apfel|Frucht Obst
🍐 Birne|Frucht Obst
🍊 Mandarine|Frucht Obst Orange
🍋 Zitrone|Frucht Obst Zitrusfrucht
🍌 Banane|Frucht Obst
🍉 Wassermelone|Frucht Obst
🍇 Trauben|Frucht Obst
🍓 Erdbeere|Frucht Obst
🍒 Kirschen|Frucht Obst
🍑 Pfirsich|Frucht Obst
🥝 Kiwi|Frucht Obst
🍅 Tomate|Gemüse
🥑 Avocado|Frucht
🥕 Karotte|Gemüse Möhre Mohrrübe
🌽 Maiskolben
🍞 Brot|Brotlaib Laib Brot
🥐 Croissant|französisch Frühstück Frühstückshörnchen
🥨 Brezel|gedreht
🧀 Käsestück
🥚 Ei|Frühstück Frühstücksei
🍳 Spiegelei in Bratpfanne|Kochen
🥞 Pfannkuchen|Eierpfannkuchen Essen
🍔 Hamburger|Restaurant
🍟 Pommes frites|Fritten
🍕 Pizza|Pizzastück Pizzeria
🌭 Hotdog|Frankfurter Hot Dog Wurst Würstchen
🥪 Sandwich|Brot
🌮 Taco|mexikanisch
🥗 Salat|Essen
🍝 Spaghetti|Nudeln mit Tomatensoße Pasta
🍜 Schüssel und Essstäbchen|dampfend Eiernudeln Nudeln Suppe
🍣 Sushi|japanisches Gericht Restaurant
🍚 Reis in Schüssel
🍦 Softeis
🍩 Donut|Doughnut
🍪 Keks|Cookie
🍰 Torte|Kuchen Kuchenstück Stück Torte Tortenstück
🍫 Schokoladentafel
🍬 Bonbon|Süßigkeit
🍿 Popcorn|Snack
☕ Heißgetränk|dampfend Kaffee Tee trinken
🍵 Teetasse ohne Henkel
🥤 Becher mit Strohhalm|Saft Selters
🍺 Bierkrug|Bar
🍻 Bierkrüge|anstoßen
🥂 Sektgläser|anstoßen feiern Getränk
🍷 Weinglas|Bar
🍸 Cocktailglas|Bar
🚲 Fahrrad
🛴 Tretroller
🚗 Auto|Fahrzeug
🚌 Bus|Fahrzeug
🚆 Zug|Eisenbahn
✈️ Flugzeug|Flieger
🚀 Rakete|Weltraum
⛵ Segelboot
🏠 Haus|Gebäude Zuhause
🏡 Haus mit Garten|Baum
🏢 Bürogebäude|Hochhaus
🏥 Krankenhaus|Arzt Gebäude Medizin
🏪 Minimarkt|einkaufen Gebäude Geschäft Lebensmittel
🏫 Schule|Gebäude Schulgebäude
⛺ Zelt|Camping Campingurlaub Zeltplatz
🏖️ Strand mit Sonnenschirm|Meer
🏔️ schneebedeckter Berg|kalt
⚽ Fußball
🏀 Basketball|Korb Sport
🎾 Tennisball|Sport
🏐 Volleyball
🎮 Gamepad|Gaming Videospiel
🎲 Spielwürfel
🧩 Puzzleteil|Puzzlestück
🎨 Mischpalette|Farben Kunst Künstler
🎵 Musiknote
🎶 Musiknoten
🎸 Gitarre|Instrument Musik Musikinstrument
🎹 Klaviatur|Instrument Musik Musikinstrument Tastatur Tasten
🥁 Trommel|Trommelstöcke
🎧 Kopfhörer|Musik Unterhaltung
📷 Fotoapparat|Fotos Kamera
📱 Mobiltelefon|Handy Smartphone
💻 Laptop|Computer Notebook PC
🖨️ Drucker|Computer
📺 Fernseher|Film TV
⏰ Wecker|Uhr Uhrzeit
⌛ Sanduhr|Prozess Vorgang läuft
🔋 Batterie|Akku
💡 Glühbirne|Idee Licht
🕯️ Kerze|Licht
🔧 Schraubenschlüssel|Werkzeug
🔨 Hammer|Werkzeug
🔑 Schlüssel|Passwort
🔒 geschlossenes Schloss|Datenschutz Sicherheit
🛋️ Sofa und Lampe
🪑 Stuhl|sitzen
🛏️ Bett|Hotel schlafen Übernachtung
🚪 Tür|Eingang geschlossen
🧸 Teddybär|Kuscheltier Plüschteddy Plüschtier Spielzeug
👕 T-Shirt|Kleidung
👖 Jeans|Hose Kleidung
👗 Kleid|Kleidung
👟 Sportschuh|Sneaker sportlich
👠 Stöckelschuh|Absatzschuh Damen Highheels Pumps
👜 Handtasche|Accessoire
🎒 Schulranzen|Rucksack Schule Tornister
👓 Brille|Accessoire
👑 Krone|König Königin
💍 Ring|Diamantring Edelstein Schmuck Verlobung
📚 Bücherstapel
📖 offenes Buch|geöffnet
✏️ Bleistift
📌 Reißzwecke|anpinnen
📎 Büroklammer
✂️ Schere
📦 Paket|Päckchen
📮 Briefkasten
✉️ Briefumschlag|E-Mail
📅 Kalender|Kalenderblatt
💶 Euro-Banknote|Euroschein Geld Geldschein
💵 Dollar-Banknote|Geld Geldschein
💳 Kreditkarte|Guthaben
💰 Geldsack
🧾 Beleg|Belege Buchhaltung Rechnung Rechnungslegung
🛒 Einkaufswagen|einkaufen
🏷️ Etikett|Label Marke
✅ weißes Häkchen|abgehakt erledigt
❌ Kreuzzeichen|abbrechen durchgestrichen Multiplikation multiplizieren x
❓ rotes Fragezeichen|Satzzeichen
❗ rotes Ausrufezeichen|Satzzeichen
⚠️ Warnung|Dreieck
🚫 Verboten|Verbotszeichen
⛔ Zutritt verboten|keine Durchfahrt
♻️ Recycling-Symbol
➕ plus|+ Pluszeichen
➖ minus|- − Minuszeichen
✔️ kräftiges Häkchen|abhaken erledigt
☑️ abgehaktes Kästchen|✓ Feld Kästchen mit Häkchen
🔴 roter Punkt|Ball
🟠 oranger Punkt
🟡 gelber Punkt
🟢 grüner Punkt
🔵 blauer Punkt|Ball
🟣 lila Punkt
⚫ schwarzer Punkt|Ball
⚪ weißer Punkt|Ball
⬆️ Pfeil nach oben|aufwärts Aufwärtspfeil Norden
⬇️ Pfeil nach unten|abwärts Abwärtspfeil Süden
⬅️ Pfeil nach links|Linkspfeil Westen
➡️ Pfeil nach rechts|Osten Rechtspfeil
🔄 Pfeile gegen den Uhrzeigersinn|kreisförmige Pfeile gegen den Uhrzeigersinn
🔝 TOP-Pfeil|Pfeil nach oben
🆗 Großbuchstaben OK in blauem Quadrat
🆕 Wort „New“ in blauem Quadrat|Neu
🆓 Wort „Free“ in blauem Quadrat
ℹ️ Buchstabe „i“ in blauem Quadrat|Information
🔔 Glocke|Ton eingeschaltet
🔕 durchgestrichene Glocke|Ton ausgeschaltet
🔍 Lupe nach links|Suche Vergrößerungsglas
📍 Stecknadel|anpinnen Reißzwecke rund runde Reißzwecke
🏁 Zielflagge|karierte Flagge Rennen Sport
🚩 Wimpel|Dreiecksflagge Flagge rot
🏳️‍🌈 Regenbogenflagge
🇪🇺 Flagge: Europäische Union
🇩🇪 Flagge: Deutschland
🇦🇹 Flagge: Österreich
🇨🇭 Flagge: Schweiz
🇬🇧 Flagge: Vereinigtes Königreich
🇫🇷 Flagge: Frankreich
🇪🇸 Flagge: Spanien
🇮🇹 Flagge: Italien
🇳🇱 Flagge: Niederlande
🇵🇱 Flagge: Polen
🇹🇷 Flagge: Türkei
🇺🇦 Flagge: Ukraine
🇺🇸 Flagge: Vereinigte Staaten
🇪🇬 Flagge: Ägypten
🇸🇦 Flagge: Saudi-Arabien
🇦🇪 Flagge: Vereinigte Arabische Emirate
🇲🇦 Flagge: Marokko
🇸🇾 Flagge: Syrien
`;
