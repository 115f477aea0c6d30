import type { MutedConversation, RegisteredDevice } from '../../protocol/rest-people.ts';
import type { Account, Device, Settings, SettingsChange } from '../account-types.ts';
import type { Rest } from '../rest/rest.ts';
import type { Cancellable, Muted } from '../types.ts';

export interface AccountParts {
  readonly rest: Rest;
  readonly onMuted: (conversationId: string, muted: Muted | undefined) => void;
}

/** Over REST. Loaded when it is needed. */
export class UserAccount implements Account {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  mute(conversationId: string, until: Date | null = null, options?: Cancellable): Promise<void> {
    return this.#mute('PUT', conversationId, { until: until?.toISOString() ?? null }, options);
  }

  unmute(conversationId: string, options?: Cancellable): Promise<void> {
    return this.#mute('DELETE', conversationId, undefined, options);
  }

  settings({ signal }: Cancellable = {}): Promise<Settings> {
    return this.#parts.rest.call<Settings>('settings', signal);
  }

  changeSettings(change: SettingsChange, { signal }: Cancellable = {}): Promise<Settings> {
    return this.#parts.rest.call<Settings>('settings', signal, change, 'PATCH');
  }

  async registerDevice(device: Device, { signal }: Cancellable = {}): Promise<void> {
    await this.#parts.rest.call<RegisteredDevice>('devices', signal, device);
  }

  async removeDevice(
    { platform, token }: Pick<Device, 'platform' | 'token'>,
    { signal }: Cancellable = {},
  ): Promise<void> {
    await this.#parts.rest.call('devices', signal, { platform, token }, 'DELETE');
  }

  async #mute(
    method: 'PUT' | 'DELETE',
    conversationId: string,
    body: object | undefined,
    { signal }: Cancellable = {},
  ): Promise<void> {
    const path = `conversations/${encodeURIComponent(conversationId)}/mute`;
    const { rest, onMuted } = this.#parts;
    const { muted } = await rest.call<MutedConversation>(path, signal, body, method);
    onMuted(conversationId, muted ?? undefined);
  }
}
