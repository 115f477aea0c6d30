/** What the demo's marketplace has. Parley knows none of it but the ids. */
export interface DemoPerson {
  /** In `?as=` and `/demo/token?as=`. */
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly pictureUrl: string;
}

export interface DemoListing {
  readonly id: number;
  readonly sellerId: string;
  readonly title: { readonly en: string; readonly de: string; readonly ar: string };
  readonly euros: number;
  readonly pictureUrl: string;
}

export interface DemoCatalogue {
  readonly people: readonly DemoPerson[];
  readonly listings: readonly DemoListing[];
}

const person = (key: string, id: string, name: string): DemoPerson => ({
  key,
  id: `00000000-0000-4000-8000-00000000${id}`,
  name,
  pictureUrl: `/demo/pictures/${name.toLowerCase()}.svg`,
});

export const BUYER = person('buyer', 'b0b0', 'Bea');
export const SELLER = person('seller', 'a11c', 'Sam');
const NOOR = person('noor', '0009', 'Noor');
const JONAS = person('jonas', '0010', 'Jonas');

const listing = (
  id: number,
  picture: string,
  seller: DemoPerson,
  euros: number,
  [en, de, ar]: readonly [string, string, string],
): DemoListing => ({
  id,
  sellerId: seller.id,
  title: { en, de, ar },
  euros,
  pictureUrl: `/demo/pictures/${picture}.svg`,
});

export const CATALOGUE: DemoCatalogue = {
  people: [BUYER, SELLER, NOOR, JONAS],
  listings: [
    listing(1, 'bike', SELLER, 240, [
      'Steel racing bike',
      'Rennrad aus Stahl',
      'دراجة سباق فولاذية',
    ]),
    listing(2, 'armchair', NOOR, 85, ['Velvet armchair', 'Samtsessel', 'كرسي مخملي بذراعين']),
    listing(3, 'camera', JONAS, 120, [
      '35\u00a0mm film camera',
      'Kleinbildkamera',
      'كاميرا فيلم 35\u00a0مم',
    ]),
    listing(4, 'plant', NOOR, 25, [
      'Monstera, 90\u00a0cm',
      'Monstera, 90\u00a0cm',
      'نبتة مونستيرا، 90\u00a0سم',
    ]),
    listing(5, 'record-player', SELLER, 140, ['Record player', 'Plattenspieler', 'مشغّل أسطوانات']),
    listing(6, 'moka-pot', JONAS, 18, ['Moka pot', 'Espressokocher', 'إبريق موكا']),
    listing(7, 'guitar', SELLER, 160, ['Acoustic guitar', 'Akustikgitarre', 'غيتار أكوستيك']),
    listing(8, 'lamp', NOOR, 35, ['Desk lamp', 'Schreibtischlampe', 'مصباح مكتب']),
  ],
};

/** What the protocol's walk through talks of. */
export const LISTING = 1;
