/**
 * English names and search words of the emoji in catalogue.ts, a line each: `<emoji> <name>|<words>`. From the annotations of Unicode CLDR 45,
 * © 1991–2024 Unicode, Inc., under the Unicode License v3 (https://www.unicode.org/license.txt).
 */
export const names = `
😀 grinning face
😃 grinning face with big eyes|mouth open smile
😄 grinning face with smiling eyes|mouth open smile
😁 beaming face with smiling eyes|grin smile
😆 grinning squinting face|laugh mouth satisfied smile
😅 grinning face with sweat|cold open smile
🤣 rolling on the floor laughing|face rofl rotfl
😂 face with tears of joy|laugh
🙂 slightly smiling face|smile
🙃 upside-down face
😉 winking face
😊 smiling face with smiling eyes|blush smile
😇 smiling face with halo|angel fantasy innocent
🥰 smiling face with hearts|adore crush in love
😍 smiling face with heart-eyes|love smile
🤩 star-struck|eyes face grinning
😘 face blowing a kiss
😗 kissing face
😚 kissing face with closed eyes
😙 kissing face with smiling eyes|smile
😋 face savoring food|delicious savouring smile yum
😛 face with tongue
😜 winking face with tongue|eye joke
🤪 zany face|eye goofy large small
😝 squinting face with tongue|eye horrible taste
🤑 money-mouth face
🤗 smiling face with open hands|hug hugging
🤭 face with hand over mouth|whoops
🤫 shushing face|quiet
🤔 thinking face
🤐 zipper-mouth face
🤨 face with raised eyebrow|distrust skeptic
😐 neutral face|deadpan meh
😑 expressionless face|inexpressive meh unexpressive
😶 face without mouth|quiet silent
😏 smirking face
😒 unamused face|unhappy
🙄 face with rolling eyes|eyeroll
😬 grimacing face|grimace
😌 relieved face
😔 pensive face|dejected
😪 sleepy face|good night
🤤 drooling face
😴 sleeping face|good night ZZZ
😷 face with medical mask|cold doctor sick
🤒 face with thermometer|ill sick
🤕 face with head-bandage|hurt injury
🤢 nauseated face|vomit
🤮 face vomiting|puke sick
🤧 sneezing face|gesundheit sneeze
🥵 hot face|feverish heat stroke red-faced sweating
🥶 cold face|blue-faced freezing frostbite icicles
🥴 woozy face|dizzy intoxicated tipsy uneven eyes wavy mouth
😵 face with crossed-out eyes|dead knocked out
🤯 exploding head|mind blown shocked
🤠 cowboy hat face|cowgirl
🥳 partying face|celebration hat horn
😎 smiling face with sunglasses|bright cool
🤓 nerd face|geek
🧐 face with monocle|stuffy
😕 confused face|meh
😟 worried face
🙁 slightly frowning face
😮 face with open mouth|sympathy
😯 hushed face|stunned surprised
😲 astonished face|shocked totally
😳 flushed face|dazed
🥺 pleading face|begging mercy puppy eyes
😦 frowning face with open mouth
😧 anguished face
😨 fearful face|scared
😰 anxious face with sweat|blue cold rushed
😥 sad but relieved face|disappointed whew
😢 crying face|sad tear
😭 loudly crying face|sad sob tear
😱 face screaming in fear|munch scared
😖 confounded face
😣 persevering face|persevere
😞 disappointed face
😓 downcast face with sweat|cold
😩 weary face|tired
😫 tired face
🥱 yawning face|bored tired
😤 face with steam from nose|triumph won
😡 enraged face|angry mad pouting red
😠 angry face|anger mad
🤬 face with symbols on mouth|swearing
💩 pile of poo|dung face monster poop
👻 ghost|creature face fairy tale fantasy monster
👽 alien|creature extraterrestrial face fantasy ufo
🤖 robot|face monster
🙈 see-no-evil monkey|face forbidden
🙉 hear-no-evil monkey|face forbidden
🙊 speak-no-evil monkey|face forbidden
👍 thumbs up|+1 hand
👎 thumbs down|-1 hand
👌 OK hand
🤌 pinched fingers|hand gesture interrogation sarcastic
🤏 pinching hand|small amount
✌️ victory hand
🤞 crossed fingers|hand luck
🤟 love-you gesture|hand ILY
🤘 sign of the horns|finger hand rock-on
🤙 call me hand|hang loose Shaka
👈 backhand index pointing left|finger
👉 backhand index pointing right|finger
👆 backhand index pointing up|finger
👇 backhand index pointing down|finger
☝️ index pointing up|finger hand
✋ raised hand|high 5 high five
🤚 raised back of hand|backhand
🖐️ hand with fingers splayed
🖖 vulcan salute|finger hand spock
👋 waving hand|wave
👏 clapping hands
🙌 raising hands|celebration gesture hooray raised
🫶 heart hands|love
👐 open hands
🤲 palms up together|prayer
🤝 handshake|agreement meeting
🙏 folded hands|ask high 5 high five please pray thanks
✍️ writing hand|write
💪 flexed biceps|comic muscle
👀 eyes|face
👂 ear|body
👃 nose|body
🧠 brain|intelligent
👄 mouth|lips
👶 baby|young
🧒 child|gender-neutral unspecified gender young
🧑 person|adult gender-neutral unspecified gender
👩 woman|adult
👨 man|adult
🧓 older person|adult gender-neutral unspecified gender
🙋 person raising hand|gesture happy raised
🙅 person gesturing NO|forbidden gesture hand prohibited
🙆 person gesturing OK|gesture hand
💁 person tipping hand|help information sassy
🤷 person shrugging|doubt ignorance indifference
🤦 person facepalming|disbelief exasperation
🙇 person bowing|apology gesture sorry
🏃 person running|marathon
🚶 person walking|hike
💃 woman dancing|dance
🕺 man dancing|dance
👫 woman and man holding hands|couple
❤️ red heart
🧡 orange heart
💛 yellow heart
💚 green heart
💙 blue heart
💜 purple heart
🤎 brown heart
🖤 black heart|evil wicked
🤍 white heart
💔 broken heart|break
❣️ heart exclamation|mark punctuation
💕 two hearts|love
💞 revolving hearts
💓 beating heart|heartbeat pulsating
💗 growing heart|excited nervous pulse
💖 sparkling heart|excited sparkle
💘 heart with arrow|cupid
💝 heart with ribbon|valentine
💯 hundred points|100 full score
💢 anger symbol|angry comic mad
💥 collision|boom comic
💫 dizzy|comic star
💦 sweat droplets|comic splashing
💨 dashing away|comic running
💬 speech balloon|bubble comic dialog
💭 thought balloon|bubble comic
💤 ZZZ|comic good night sleep
🔥 fire|flame tool
✨ sparkles|* star
⭐ star
🌟 glowing star|glittery shining sparkle
🎉 party popper|celebration tada
🎊 confetti ball|celebration
🎁 wrapped gift|box celebration present
🎈 balloon|celebration
🏆 trophy|prize
🥇 1st place medal|first gold
🎂 birthday cake|celebration dessert pastry sweet
🐶 dog face|pet
🐱 cat face|pet
🐭 mouse face
🐹 hamster|face pet
🐰 rabbit face|bunny pet
🦊 fox|face
🐻 bear|face
🐼 panda|face
🐨 koala|face marsupial
🐯 tiger face
🦁 lion|face Leo zodiac
🐮 cow face
🐷 pig face
🐸 frog|face
🐵 monkey face
🐔 chicken|bird
🐧 penguin|bird
🐦 bird
🦆 duck|bird
🦉 owl|bird wise
🐝 honeybee|insect
🦋 butterfly|insect pretty
🐌 snail
🐞 lady beetle|insect ladybird ladybug
🐢 turtle|terrapin tortoise
🐟 fish|Pisces zodiac
🐬 dolphin|flipper
🐳 spouting whale|face
🐴 horse face
🦄 unicorn|face
🌵 cactus|plant
🎄 Christmas tree|celebration
🌲 evergreen tree
🌳 deciduous tree|shedding
🌴 palm tree
🌱 seedling|young
🌿 herb|leaf
🍀 four leaf clover|4 four-leaf clover
🍁 maple leaf|falling
🌹 rose|flower
🌷 tulip|flower
🌻 sunflower
🌸 cherry blossom|flower
☀️ sun|bright rays sunny
⛅ sun behind cloud
☁️ cloud|weather
🌧️ cloud with rain
⛈️ cloud with lightning and rain|thunder
❄️ snowflake|cold
⛄ snowman without snow|cold
🌈 rainbow
⚡ high voltage|danger electric lightning zap
🌊 water wave|ocean
🌍 globe showing Europe-Africa|earth world
🌙 crescent moon
🍎 red apple|fruit
🍐 pear|fruit
🍊 tangerine|fruit orange
🍋 lemon|citrus fruit
🍌 banana|fruit
🍉 watermelon|fruit
🍇 grapes|fruit
🍓 strawberry|fruit
🍒 cherries|berries cherry fruit red
🍑 peach|fruit
🥝 kiwi fruit|food
🍅 tomato|fruit vegetable
🥑 avocado|food fruit
🥕 carrot|food vegetable
🌽 ear of corn|maize maze
🍞 bread|loaf
🥐 croissant|bread breakfast food french roll
🥨 pretzel|twisted
🧀 cheese wedge
🥚 egg|breakfast food
🍳 cooking|breakfast egg frying pan
🥞 pancakes|breakfast crêpe food hotcake
🍔 hamburger
🍟 french fries
🍕 pizza|cheese slice
🌭 hot dog|frankfurter hotdog sausage
🥪 sandwich|bread
🌮 taco|mexican
🥗 green salad|food
🍝 spaghetti|pasta
🍜 steaming bowl|noodle ramen
🍣 sushi
🍚 cooked rice
🍦 soft ice cream|dessert icecream sweet
🍩 doughnut|breakfast dessert donut sweet
🍪 cookie|dessert sweet
🍰 shortcake|dessert pastry slice sweet
🍫 chocolate bar|dessert sweet
🍬 candy|dessert sweet
🍿 popcorn
☕ hot beverage|coffee drink steaming tea
🍵 teacup without handle|beverage drink
🥤 cup with straw|juice soda
🍺 beer mug|bar drink
🍻 clinking beer mugs|bar drink
🥂 clinking glasses|celebrate drink
🍷 wine glass|bar beverage drink
🍸 cocktail glass|bar drink
🚲 bicycle|bike
🛴 kick scooter
🚗 automobile|car
🚌 bus|vehicle
🚆 train|railway
✈️ airplane|aeroplane
🚀 rocket|space
⛵ sailboat|resort sea yacht
🏠 house|home
🏡 house with garden|home
🏢 office building
🏥 hospital|doctor medicine
🏪 convenience store
🏫 school|building
⛺ tent|camping
🏖️ beach with umbrella
🏔️ snow-capped mountain|cold
⚽ soccer ball|football
🏀 basketball|hoop
🎾 tennis|ball racquet
🏐 volleyball|game
🎮 video game|controller
🎲 game die|dice
🧩 puzzle piece|clue interlocking jigsaw
🎨 artist palette|museum painting
🎵 musical note
🎶 musical notes
🎸 guitar|instrument music
🎹 musical keyboard|instrument piano
🥁 drum|drumsticks music
🎧 headphone|earbud
📷 camera|video
📱 mobile phone|cell telephone
💻 laptop|computer pc personal
🖨️ printer|computer
📺 television|tv video
⏰ alarm clock
⌛ hourglass done|sand timer
🔋 battery
💡 light bulb|comic electric idea
🕯️ candle|light
🔧 wrench|spanner tool
🔨 hammer|tool
🔑 key|lock password
🔒 locked|closed
🛋️ couch and lamp|hotel
🪑 chair|seat sit
🛏️ bed|hotel sleep
🚪 door
🧸 teddy bear|plaything plush stuffed toy
👕 t-shirt|clothing tshirt
👖 jeans|clothing pants trousers
👗 dress|clothing
👟 running shoe|athletic clothing sneaker
👠 high-heeled shoe|clothing woman
👜 handbag|clothing purse
🎒 backpack|bag rucksack satchel school
👓 glasses|clothing eye eyeglasses eyewear
👑 crown|clothing king queen
💍 ring|diamond
📚 books
📖 open book
✏️ pencil
📌 pushpin
📎 paperclip
✂️ scissors|cutting tool
📦 package|box parcel
📮 postbox|mail mailbox
✉️ envelope|email letter
📅 calendar|date
💶 euro banknote|bill currency money
💵 dollar banknote|bill currency money
💳 credit card|money
💰 money bag|dollar moneybag
🧾 receipt|accounting bookkeeping evidence proof
🛒 shopping cart|trolley
🏷️ label
✅ check mark button|✓
❌ cross mark|× cancel multiplication multiply x
❓ red question mark|? punctuation
❗ red exclamation mark|! punctuation
⚠️ warning
🚫 prohibited|entry forbidden no not
⛔ no entry|forbidden not prohibited traffic
♻️ recycling symbol|recycle
➕ plus|+ math sign
➖ minus|- − math sign
✔️ check mark|✓
☑️ check box with check|✓
🔴 red circle|geometric
🟠 orange circle
🟡 yellow circle
🟢 green circle
🔵 blue circle|geometric
🟣 purple circle
⚫ black circle|geometric
⚪ white circle|geometric
⬆️ up arrow|cardinal direction north
⬇️ down arrow|cardinal direction south
⬅️ left arrow|cardinal direction west
➡️ right arrow|cardinal direction east
🔄 counterclockwise arrows button|anticlockwise withershins
🔝 TOP arrow|up
🆗 OK button
🆕 NEW button
🆓 FREE button
ℹ️ information
🔔 bell
🔕 bell with slash|forbidden mute quiet silent
🔍 magnifying glass tilted left|search tool
📍 round pushpin
🏁 chequered flag|checkered racing
🚩 triangular flag|post
🏳️‍🌈 rainbow flag|pride
🇪🇺 flag: European Union
🇩🇪 flag: Germany
🇦🇹 flag: Austria
🇨🇭 flag: Switzerland
🇬🇧 flag: United Kingdom
🇫🇷 flag: France
🇪🇸 flag: Spain
🇮🇹 flag: Italy
🇳🇱 flag: Netherlands
🇵🇱 flag: Poland
🇹🇷 flag: Türkiye
🇺🇦 flag: Ukraine
🇺🇸 flag: United States
🇪🇬 flag: Egypt
🇸🇦 flag: Saudi Arabia
🇦🇪 flag: United Arab Emirates
🇲🇦 flag: Morocco
🇸🇾 flag: Syria
`;
