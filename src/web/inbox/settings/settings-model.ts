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
      /** As they will be when all is saved. */
      readonly settings: Settings;
      readonly saved: Settings;
      readonly push: PushStatus;
      /** Notifications are being turned on or off. */
      readonly isBusy: boolean;
      /** A change was not taken. */
      readonly hasFailed: boolean;
    };

type Ready = Extract<SettingsState, { status: 'ready' }>;

/**
 * The settings of a client's user as a panel shows them. Each change is shown at once, and saved when those before it are, so that what was chosen
 * last is what is kept. One that is not taken is taken back, and no other with it.
 */
export class SettingsModel {
  state: SettingsState = { status: 'loading' };
  readonly client: Client;
  readonly #onChange: () => void;
  /** The oldest first. */
  #unsaved: readonly SettingsChange[] = [];
  #saving = Promise.resolve();

  constructor(client: Client, onChange: () => void) {
    this.client = client;
    this.#onChange = onChange;
  }

  async load(): Promise<void> {
    this.#enter({ status: 'loading' });
    // What was changed just before shall be in it.
    await this.#saving;
    try {
      const settings = await this.client.settings();
      // A push service that is away keeps nobody from the rest.
      const push = await this.client.push.status().catch(() => 'off' as const);
      const saved = settings;
      this.#enter({ status: 'ready', settings, saved, push, isBusy: false, hasFailed: false });
    } catch {
      this.#enter({ status: 'failed' });
    }
  }

  change(change: SettingsChange): Promise<void> {
    this.#unsaved = [...this.#unsaved, change];
    this.#show({ hasFailed: false });
    return (this.#saving = this.#saving.then(() => this.#save(change)));
  }

  /** To be called by a click: the browser asks then. */
  async togglePush(isOn: boolean): Promise<void> {
    const { push } = this.client;
    const toggled = isOn ? push.enable() : push.disable();
    this.#show({ isBusy: true, hasFailed: false });
    try {
      this.#show({ push: await toggled, isBusy: false });
    } catch {
      this.#show({ isBusy: false, hasFailed: true });
    }
  }

  async #save(change: SettingsChange): Promise<void> {
    const saved = await this.client.changeSettings(change).catch(() => undefined);
    this.#unsaved = this.#unsaved.filter((each) => each !== change);
    this.#show(saved ? { saved } : { hasFailed: true });
  }

  #show(news: Partial<Ready>): void {
    if (this.state.status !== 'ready') return;
    const now = { ...this.state, ...news };
    this.#enter({ ...now, settings: Object.assign({ ...now.saved }, ...this.#unsaved) });
  }

  #enter(state: SettingsState): void {
    this.state = state;
    this.#onChange();
  }
}

/** The times that a form shows, in the time zone that holds for them. */
export const shownHours = (quietHours: QuietHours | null, timeZone: string): QuietHours =>
  quietHours ?? { ...NIGHT, timeZone };

/** Of the reader's device. Some don't say, or say that they don't know (`Etc/Unknown`): a server takes none of that. */
export function timeZoneHere(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions() as { timeZone?: string };
  return !timeZone || timeZone === 'Etc/Unknown' ? 'UTC' : timeZone;
}
