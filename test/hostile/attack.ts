/**
 * A thousand hostile sockets, in a process of their own: `node attack.ts <ports> <milliseconds>`. Each comes again a second after
 * it was cut. Prints a line when all are there, and an {@link AttackReport} when the time is over.
 */
import { type User, newConversation, newUser } from '../support/client.ts';
import { ATTACKERS, type Attacker } from './attackers.ts';

export interface AttackReport {
  /** The most sockets there were at once. */
  readonly most: number;
  /** What attacking took of the CPU that all share, in seconds. */
  readonly cpuSeconds: number;
  /** How many sockets of each kind ended how: an HTTP status, a close code, or `cut`. */
  readonly ends: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const ADDRESSES = 10;
const RETURN_MS = 1_000;

const ports = (process.argv[2] ?? '').split(',').map(Number);
const durationMs = Number(process.argv[3]);

const users: User[] = await Promise.all(Array.from({ length: 60 }, newUser));
const conversations: string[] = [];
for (const [i, user] of users.entries()) {
  const url = `http://127.0.0.1:${ports[i % ports.length]}`;
  conversations.push(await newConversation(url, user, users[(i + 1) % users.length] ?? user));
}

const ends: Record<string, Record<string, number>> = {};
const open = new Set<{ stop(): void }>();
let most = 0;
let isOver = false;

function attack(name: string, attacker: Attacker, number: number): void {
  if (isOver) return;
  const who = number % users.length;
  const attackers = attacker({
    port: ports[number % ports.length] ?? 0,
    localAddress: `127.66.0.${1 + (number % ADDRESSES)}`,
    user: users[who] as User,
    conversationId: conversations[who] ?? '',
    ended(reason) {
      open.delete(attackers);
      const counts = (ends[name] ??= {});
      counts[reason] = (counts[reason] ?? 0) + 1;
      setTimeout(() => attack(name, attacker, number), RETURN_MS);
    },
  });
  open.add(attackers);
  most = Math.max(most, open.size);
}

const startCpu = process.cpuUsage();
let number = 0;
for (const [name, [count, attacker]] of Object.entries(ATTACKERS)) {
  for (let i = 0; i < count; i += 1) {
    attack(name, attacker, number);
    number += 1;
    // They come over a second, as a crowd does, and not in one turn of the event loop.
    if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
console.log('attacking');
setTimeout(() => {
  isOver = true;
  for (const attacker of open) attacker.stop();
  const { user: us, system } = process.cpuUsage(startCpu);
  const cpuSeconds = (us + system) / 1e6;
  console.log(JSON.stringify({ most, cpuSeconds, ends } satisfies AttackReport));
  process.exit(0);
}, durationMs);
