import type { DemoCatalogue } from '../demo-catalogue.ts';
import { show } from './element.ts';
import { openMarket } from './market.ts';
import { lastPerson, rememberPerson } from './notified.ts';

const query = new URLSearchParams(location.search);

if (query.has('side-by-side')) show('side-by-side');
else {
  const catalogue = (await (await fetch('/demo/catalogue')).json()) as DemoCatalogue;
  const key = query.get('as') ?? lastPerson();
  const me = catalogue.people.find((person) => person.key === key) ?? catalogue.people[0];
  if (me === undefined) throw new Error('the catalogue has nobody');
  rememberPerson(me);
  show('market');
  openMarket(catalogue, me);
}
