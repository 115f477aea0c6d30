/** What the picker offers, by category, as Unicode writes them in full. Each needs a line in every file of names/. */
export const catalogue = [
  {
    key: 'smileys',
    emoji:
      '😀 😃 😄 😁 😆 😅 🤣 😂 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😗 😚 😙 😋 😛 😜 🤪 😝 🤑 🤗 🤭 🤫 🤔 🤐 🤨 😐 😑 😶 😏 😒 🙄 😬 😌 😔 😪 🤤 😴 😷 🤒 🤕 🤢 🤮 🤧 🥵 🥶 🥴 😵 🤯 🤠 🥳 😎 🤓 🧐 😕 😟 🙁 😮 😯 😲 😳 🥺 😦 😧 😨 😰 😥 😢 😭 😱 😖 😣 😞 😓 😩 😫 🥱 😤 😡 😠 🤬 💩 👻 👽 🤖 🙈 🙉 🙊',
  },
  {
    key: 'people',
    emoji:
      '👍 👎 👌 🤌 🤏 ✌️ 🤞 🤟 🤘 🤙 👈 👉 👆 👇 ☝️ ✋ 🤚 🖐️ 🖖 👋 👏 🙌 🫶 👐 🤲 🤝 🙏 ✍️ 💪 👀 👂 👃 🧠 👄 👶 🧒 🧑 👩 👨 🧓 🙋 🙅 🙆 💁 🤷 🤦 🙇 🏃 🚶 💃 🕺 👫',
  },
  {
    key: 'hearts',
    emoji:
      '❤️ 🧡 💛 💚 💙 💜 🤎 🖤 🤍 💔 ❣️ 💕 💞 💓 💗 💖 💘 💝 💯 💢 💥 💫 💦 💨 💬 💭 💤 🔥 ✨ ⭐ 🌟 🎉 🎊 🎁 🎈 🏆 🥇 🎂',
  },
  {
    key: 'nature',
    emoji:
      '🐶 🐱 🐭 🐹 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐵 🐔 🐧 🐦 🦆 🦉 🐝 🦋 🐌 🐞 🐢 🐟 🐬 🐳 🐴 🦄 🌵 🎄 🌲 🌳 🌴 🌱 🌿 🍀 🍁 🌹 🌷 🌻 🌸 ☀️ ⛅ ☁️ 🌧️ ⛈️ ❄️ ⛄ 🌈 ⚡ 🌊 🌍 🌙',
  },
  {
    key: 'food',
    emoji:
      '🍎 🍐 🍊 🍋 🍌 🍉 🍇 🍓 🍒 🍑 🥝 🍅 🥑 🥕 🌽 🍞 🥐 🥨 🧀 🥚 🍳 🥞 🍔 🍟 🍕 🌭 🥪 🌮 🥗 🍝 🍜 🍣 🍚 🍦 🍩 🍪 🍰 🍫 🍬 🍿 ☕ 🍵 🥤 🍺 🍻 🥂 🍷 🍸',
  },
  {
    key: 'things',
    emoji:
      '🚲 🛴 🚗 🚌 🚆 ✈️ 🚀 ⛵ 🏠 🏡 🏢 🏥 🏪 🏫 ⛺ 🏖️ 🏔️ ⚽ 🏀 🎾 🏐 🎮 🎲 🧩 🎨 🎵 🎶 🎸 🎹 🥁 🎧 📷 📱 💻 🖨️ 📺 ⏰ ⌛ 🔋 💡 🕯️ 🔧 🔨 🔑 🔒 🛋️ 🪑 🛏️ 🚪 🧸 👕 👖 👗 👟 👠 👜 🎒 👓 👑 💍 📚 📖 ✏️ 📌 📎 ✂️ 📦 📮 ✉️ 📅 💶 💵 💳 💰 🧾 🛒 🏷️',
  },
  {
    key: 'symbols',
    emoji:
      '✅ ❌ ❓ ❗ ⚠️ 🚫 ⛔ ♻️ ➕ ➖ ✔️ ☑️ 🔴 🟠 🟡 🟢 🔵 🟣 ⚫ ⚪ ⬆️ ⬇️ ⬅️ ➡️ 🔄 🔝 🆗 🆕 🆓 ℹ️ 🔔 🔕 🔍 📍 🏁 🚩 🏳️‍🌈 🇪🇺 🇩🇪 🇦🇹 🇨🇭 🇬🇧 🇫🇷 🇪🇸 🇮🇹 🇳🇱 🇵🇱 🇹🇷 🇺🇦 🇺🇸 🇪🇬 🇸🇦 🇦🇪 🇲🇦 🇸🇾',
  },
] as const;

export type CategoryKey = (typeof catalogue)[number]['key'];
