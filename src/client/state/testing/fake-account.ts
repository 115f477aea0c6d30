import type { Settings } from '../../../protocol/rest-people.ts';

/** What a user has chosen, and where that user is told of messages. */
export class FakeAccount {
  settings: Settings = {
    hidePresence: false,
    email: true,
    quietHours: null,
    push: { platforms: ['web'], webPushKey: 'AQID' },
  };
  /** Each request for devices: its method and what it said. */
  readonly devices: [method: string, body: unknown][] = [];

  /** @returns nothing when it is not asked for */
  answer(area: string | undefined, { method = 'GET', body }: RequestInit) {
    if (area === 'settings') {
      if (method === 'PATCH')
        this.settings = { ...this.settings, ...(JSON.parse(body as string) as Partial<Settings>) };
      return { status: 200, body: this.settings };
    }
    if (area !== 'devices') return undefined;
    this.devices.push([method, JSON.parse(body as string)]);
    if (method === 'DELETE') return { status: 204, body: undefined };
    return { status: 201, body: { device: {} } };
  }
}
