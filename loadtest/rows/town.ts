import type { Bench } from '../bench.ts';
import { type Dataset, idOf } from '../dataset.ts';
import type { ClientSpec } from '../generator/load-client.ts';
import { query } from '../../test/support/query.ts';

/** Clients who each have conversations with some of a few shops, and pairs who chat with each other. */
export interface Town {
  readonly url: string;
  readonly live: Dataset;
  /** Ids of users. */
  readonly clients: readonly string[];
  readonly shops: readonly Omit<ClientSpec, 'port'>[];
}

const CONVERSATIONS_EACH = 10;
const LIVE: Dataset = { users: 100, rounds: 1, messages: 1 };
/** Numbers of listings from here on are the town's. */
const FIRST_LISTING = 1_000_000;

export async function loadTown(bench: Bench): Promise<Town> {
  const [clients, shops] = bench.size([1_000, 20], [10_000, 100]);
  const url = await bench.once('town', async () => {
    const made = await bench.database(LIVE);
    await query(
      made,
      `INSERT INTO conversations (id, listing_id, buyer_id, seller_id, created_at)
       SELECT md5('town conversation ' || k)::uuid, $1::int + k, md5('client ' || k / $2::int)::uuid,
         md5('shop ' || k % $3::int)::uuid, now() - interval '30 days'
       FROM generate_series(0, $4::int - 1) k`,
      [FIRST_LISTING, CONVERSATIONS_EACH, shops, clients * CONVERSATIONS_EACH],
    );
    await query(made, 'VACUUM ANALYZE conversations');
    return made;
  });
  return {
    url,
    live: LIVE,
    clients: numbers(clients).map((n) => idOf(`client ${n}`)),
    shops: numbers(shops).map((n) => ({
      userId: idOf(`shop ${n}`),
      conversations: numbers((clients * CONVERSATIONS_EACH) / shops).map((i) =>
        idOf(`town conversation ${i * shops + n}`),
      ),
    })),
  };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** By conversation of clients, its last change. */
export async function readSeqs({ url }: Town): Promise<Map<string, number>> {
  const rows = await query<{ id: string; seq: number }>(
    url,
    'SELECT id, seq FROM conversations WHERE listing_id >= $1 AND seq > 0',
    [FIRST_LISTING],
  );
  return new Map(rows.map(({ id, seq }) => [id, seq]));
}
