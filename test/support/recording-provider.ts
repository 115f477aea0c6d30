import type {
  Push,
  PushDevice,
  PushPlatform,
  PushProvider,
  PushResult,
} from '../../src/push/provider.ts';

/** Takes pushes, and remembers them: for tests of what is decided. */
export class RecordingProvider implements PushProvider {
  readonly platform: PushPlatform;
  readonly sent: { readonly token: string; readonly push: Push }[] = [];
  /** How the next ones are answered; then they are taken. */
  readonly results: PushResult[] = [];
  /** Waited for before each answer. */
  hold: Promise<void> | undefined;

  constructor(platform: PushPlatform = 'fcm') {
    this.platform = platform;
  }

  async send({ token }: PushDevice, push: Push): Promise<PushResult> {
    this.sent.push({ token, push });
    await this.hold;
    return this.results.shift() ?? { kind: 'sent' };
  }

  /** What came to a device. */
  to(token: string): Push[] {
    return this.sent.flatMap((one) => (one.token === token ? [one.push] : []));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
