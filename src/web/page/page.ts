import type { DemoCatalogue } from '../demo-catalogue.ts';
import { show } from './element.ts';
import { openMarket } from './market.ts';

const query = new URLSearchParams(location.search);

if (query.has('side-by-side')) show('side-by-side');
else {
  const catalogue = (await (await fetch('/demo/catalogue')).json()) as DemoCatalogue;
  const me = catalogue.people.find(({ key }) => key === query.get('as')) ?? catalogue.people[0];
  if (me === undefined) throw new Error('the catalogue has nobody');
  show('market');
  openMarket(catalogue, me);
}
