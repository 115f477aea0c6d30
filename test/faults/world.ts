import { setTimeout as sleep } from 'node:timers/promises';
import { packagePath } from '../../src/lib/package-path.ts';
import { type User, newConversation, newUser } from '../support/client.ts';
import { query } from '../support/query.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { type NodeProcess, SECRET, startNode } from '../support/spawn-node.ts';
import { ChatClient } from './chat-client.ts';
import type { Evidence } from './evidence.ts';
import type { Sabotage } from './node.ts';
import { pick, seeded } from './random.ts';
import { type Chat, readConversations } from './read-evidence.ts';

const NODES = 3;
const BUYERS = 9;
const SELLERS = 3;
/** One message of somebody in so many milliseconds. */
const SAY_EVERY_MS = 15;
/** An edit, a deletion or a reaction beside so many of them. */
const CHANGES = 0.4;
/** How long everything may take to arrive in the end. The checker judges; this is only the end of waiting. */
const SETTLE_MS = 30_000;

const FAULT_NODE = ['--import', 'tsx', packagePath('test/faults/node.ts')];

/** A node behind its own way to Redis, and whether a balancer would send anybody there. */
export interface WorldNode {
  process: NodeProcess;
  readonly redis: Proxy;
  isUp: boolean;
  /** While it is being replaced. */
  replacing: Promise<void> | undefined;
  readonly env: Readonly<Record<string, string>>;
}

export interface WorldOptions {
  readonly postgresUrl: string;
  readonly redisUrl: string;
  readonly seed: number;
  readonly sabotage: Sabotage;
  /** What the changes begin with behind which the nodes die that are told to, in turn; any with none. */
  readonly crashAfter?: readonly string[];
  /** A balancer that clients go through. */
  readonly front?: {
    readonly wsUrl: string;
    /** What the nodes must be told to stand behind it. */
    readonly nodeEnv: (index: number) => Readonly<Record<string, string>>;
  };
  /** What else the nodes' environment has: another way to their database, say. */
  readonly nodeEnv?: (databaseUrl: string) => Readonly<Record<string, string>>;
}

const people = (count: number): Promise<User[]> =>
  Promise.all(Array.from({ length: count }, newUser));

/** A cluster with its own database, and people who chat over it. */
export class World {
  readonly random: () => number;
  readonly nodes: WorldNode[] = [];
  readonly clients: ChatClient[] = [];
  readonly #options: WorldOptions;
  readonly #databaseUrl: string;
  readonly #chats: Chat[] = [];
  #talk: NodeJS.Timeout | undefined;

  private constructor(options: WorldOptions, databaseUrl: string) {
    this.#options = options;
    this.random = seeded(options.seed);
    this.#databaseUrl = databaseUrl;
  }

  static async create(options: WorldOptions): Promise<World> {
    const name = `faults_${options.seed}_${Date.now()}`;
    await query(options.postgresUrl, `CREATE DATABASE ${name}`);
    const world = new World(options, new URL(`/${name}`, options.postgresUrl).href);
    try {
      await world.#build();
    } catch (error) {
      await world.destroy();
      throw error;
    }
    return world;
  }

  async #build(): Promise<void> {
    const starting = Array.from({ length: NODES }, async (_, index) => {
      const redis = await startProxy(this.#options.redisUrl);
      const env = {
        CRASH_AFTER: this.#options.crashAfter?.[index] ?? '',
        ...this.#options.front?.nodeEnv(index),
      };
      const process = await this.#startNode(redis, env);
      this.nodes.push({ process, redis, env, isUp: true, replacing: undefined });
    });
    await Promise.all(starting);
    const [buyers, sellers] = [await people(BUYERS), await people(SELLERS)];
    for (const buyer of buyers) {
      for (const seller of sellers) {
        const { url } = this.anyNode().process;
        this.#chats.push({ id: await newConversation(url, buyer, seller), buyer, seller });
      }
    }
    const idsOf = (user: User) =>
      this.#chats
        .filter(({ buyer, seller }) => buyer === user || seller === user)
        .map(({ id }) => id);
    const add = (name: string, user: User) =>
      this.clients.push(
        new ChatClient({
          name,
          user,
          conversationIds: idsOf(user),
          random: this.random,
          pickNode: () => this.#pickNode(),
        }),
      );
    for (const [i, user] of buyers.entries()) add(`buyer-${i}`, user);
    // Sellers have two devices.
    for (const [i, user] of sellers.entries())
      for (const device of 'ab') add(`seller-${i}${device}`, user);
    await Promise.all(this.clients.map((client) => client.start()));
  }

  #startNode(redis: Proxy, env: WorldNode['env']): Promise<NodeProcess> {
    return startNode(
      {
        DATABASE_URL: this.#databaseUrl,
        REDIS_URL: redis.url,
        JWT_SECRET: SECRET,
        DRAIN_SECONDS: '2',
        LOG_LEVEL: 'info',
        // They talk faster than people.
        RATE_LIMITS: 'off',
        SABOTAGE: this.#options.sabotage,
        ...env,
        ...this.#options.nodeEnv?.(this.#databaseUrl),
      },
      FAULT_NODE,
    );
  }

  /** As a supervisor does it: a node does not start while PostgreSQL is away. */
  async #restartNode({ redis, env }: WorldNode): Promise<NodeProcess> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#startNode(redis, env);
      } catch (error) {
        if (attempt === 20) throw error;
        await sleep(500);
      }
    }
  }

  #pickNode(): string {
    if (this.#options.front !== undefined) return this.#options.front.wsUrl;
    const up = this.nodes.filter(({ isUp }) => isUp);
    return pick(this.random, up.length > 0 ? up : this.nodes).process.wsUrl;
  }

  anyNode(): WorldNode {
    return pick(this.random, this.nodes);
  }

  startTalking(): void {
    this.#talk = setInterval(() => {
      pick(this.random, this.clients).say();
      if (this.random() < CHANGES) pick(this.random, this.clients).change();
    }, SAY_EVERY_MS);
  }

  /** Ends a node's process in this way, waits, and starts it again. Two faults at once that want the same node share one end. */
  async replace(
    node: WorldNode,
    end: (process: NodeProcess) => void,
    downMs: number,
  ): Promise<void> {
    node.replacing ??= this.#replace(node, end, downMs).finally(() => (node.replacing = undefined));
    await node.replacing;
  }

  async #replace(
    node: WorldNode,
    end: (process: NodeProcess) => void,
    downMs: number,
  ): Promise<void> {
    node.isUp = false;
    end(node.process);
    await node.process.exited;
    await sleep(downMs);
    node.process = await this.#restartNode(node);
    node.isUp = true;
  }

  /** Stops talking and waits until everybody has heard everything, or it takes too long. */
  async settle(): Promise<void> {
    clearInterval(this.#talk);
    const deadline = Date.now() + SETTLE_MS;
    const isDone = async (): Promise<boolean> => {
      const seqs = await query<{ id: string; seq: number }>(
        this.#databaseUrl,
        'SELECT id, seq FROM conversations',
      );
      return this.clients.every(
        (client) =>
          client.hasAllAnswers &&
          seqs.every(({ id, seq }) => !client.isIn(id) || client.hasUpTo(id, seq)),
      );
    };
    // A receipt may be under way when the last message has arrived.
    let quiet = 0;
    while (quiet < 3 && Date.now() < deadline) {
      quiet = (await isDone()) ? quiet + 1 : 0;
      await sleep(200);
    }
  }

  async evidence(
    faultEndedAt: number | undefined,
    allowed: Pick<Evidence, 'allowedErrors' | 'allowedCloses'>,
  ): Promise<Evidence> {
    return {
      conversations: await readConversations(this.#databaseUrl, this.#chats, () =>
        pick(
          this.random,
          this.nodes.map(({ process }) => process.url),
        ),
      ),
      clients: this.clients.map((client) => client.evidence),
      faultEndedAt,
      ...allowed,
    };
  }

  async destroy(): Promise<void> {
    clearInterval(this.#talk);
    for (const client of this.clients) client.stop();
    for (const { process, redis } of this.nodes) {
      process.kill('SIGKILL');
      await process.exited;
      await redis[Symbol.asyncDispose]();
    }
  }

  /** What the nodes wrote: the first place to look when something failed. */
  logs(): string {
    return this.nodes.map(({ process }, i) => `--- node ${i}\n${process.output()}`).join('\n');
  }
}
