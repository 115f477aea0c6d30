import type {
  ParleyClient,
  PushStatus,
  QuietHours,
  Settings,
  SettingsChange,
} from '../../../client/parley-client.ts';

type Client = Pick<ParleyClient, 'settings' | 'changeSettings' | 'push'>;

/** What is shown before somebody has chosen other times. */
const NIGHT = { from: '22:00', to: '07:00' };

export type SettingsState =
  | { readonly status: 'loading' }
  | { readonly status: 'failed' }
  | {
      readonly status: 'ready';
      readonly settings: Settings;
      readonly push: PushStatus;
      /** Something is being changed. */
      readonly isBusy: boolean;
      /** The last change was not taken. */
      readonly hasFailed: boolean;
    };

/** The settings of a client's user as a panel shows them. Each change is saved at once. */
export class SettingsModel {
  state: SettingsState = { status: 'loading' };
  readonly #client: Client;
  readonly #onChange: () => void;

  constructor(client: Client, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  async load(): Promise<void> {
    this.#show({ status: 'loading' });
    try {
      const settings = await this.#client.settings();
      // A push service that is away keeps nobody from the rest.
      const push = await this.#client.push.status().catch(() => 'off' as const);
      this.#show({ status: 'ready', settings, push, isBusy: false, hasFailed: false });
    } catch {
      this.#show({ status: 'failed' });
    }
  }

  /** Is shown at once, and taken back when it is not taken. */
  change(change: SettingsChange): Promise<void> {
    return this.#work(
      async () => ({ settings: await this.#client.changeSettings(change) }),
      change,
    );
  }

  /** To be called by a click: the browser asks then. */
  togglePush(isOn: boolean): Promise<void> {
    const { push } = this.#client;
    const toggled = isOn ? push.enable() : push.disable();
    return this.#work(async () => ({ push: await toggled }));
  }

  async #work(
    work: () => Promise<{ readonly settings?: Settings; readonly push?: PushStatus }>,
    change: SettingsChange = {},
  ): Promise<void> {
    if (this.state.status !== 'ready') return;
    const { settings } = this.state;
    const expected = { ...settings, ...change };
    this.#show({ ...this.state, settings: expected, isBusy: true, hasFailed: false });
    try {
      const done = await work();
      this.#show({ ...this.state, ...done, isBusy: false });
    } catch {
      this.#show({ ...this.state, settings, isBusy: false, hasFailed: true });
    }
  }

  #show(state: SettingsState): void {
    this.state = state;
    this.#onChange();
  }
}

/** The times that a form shows, in the time zone that holds for them. */
export const shownHours = (quietHours: QuietHours | null, timeZone: string): QuietHours =>
  quietHours ?? { ...NIGHT, timeZone };

/** Of the reader's device. */
export const timeZoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
