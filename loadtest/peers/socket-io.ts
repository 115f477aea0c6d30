/**
 * One node of what Parley is compared with: Socket.IO 4 and its Redis adapter, as its documentation shows them, over the
 * same PostgreSQL with the same durability. Each message is a transaction: an UPDATE that also checks that the sender is a
 * party, and an INSERT. Environment: DATABASE_URL, REDIS_URL, HOST, PORT.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { Server } from 'socket.io';

interface Send {
  readonly conversationId: string;
  readonly content: string;
}

const env = (name: string): string => process.env[name] ?? '';
const pool = new Pool({ connectionString: env('DATABASE_URL'), max: 10 });
const publisher = new Redis(env('REDIS_URL'));
const subscriber = publisher.duplicate();
const http = createServer((_, response) => response.end('ready'));
const io = new Server(http, { adapter: createAdapter(publisher, subscriber) });

// Prepared once on each connection, as a careful author would.
const TOUCH = {
  name: 'touch',
  text: `UPDATE conversations SET last_message_at = now()
    WHERE id = $1 AND (buyer_id = $2 OR seller_id = $2) RETURNING buyer_id, seller_id`,
};
const INSERT = {
  name: 'insert',
  text: `INSERT INTO messages (id, conversation_id, sender_id, content) VALUES ($1, $2, $3, $4)
    RETURNING created_at`,
};

async function store(id: string, senderId: string, { conversationId, content }: Send) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const touched = await client.query<{ buyer_id: string; seller_id: string }>({
      ...TOUCH,
      values: [conversationId, senderId],
    });
    const parties = touched.rows[0];
    if (parties === undefined) throw new Error('not authorized for this conversation');
    const inserted = await client.query<{ created_at: Date }>({
      ...INSERT,
      values: [id, conversationId, senderId, content],
    });
    await client.query('COMMIT');
    return { parties, createdAt: inserted.rows[0]?.created_at };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

const room = (userId: string): string => `user:${userId}`;

io.on('connection', (socket) => {
  const senderId = String(socket.handshake.auth['user']);
  void socket.join(room(senderId));
  socket.on('send_message', (send: Send) => {
    const id = randomUUID();
    store(id, senderId, send).then(
      ({ parties, createdAt }) =>
        io.to([room(parties.buyer_id), room(parties.seller_id)]).emit('new_message', {
          conversationId: send.conversationId,
          message: { id, senderId, content: send.content, createdAt },
        }),
      (error: unknown) => socket.emit('error_message', String(error)),
    );
  });
});

http.listen(Number(env('PORT')), env('HOST'));
