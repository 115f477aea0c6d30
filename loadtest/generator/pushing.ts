import { giveWay } from '../give-way.ts';
import { PushSink } from './push-sink.ts';

export interface PushTarget {
  /** Variables of whoever pushes. */
  readonly env: Readonly<Record<string, string>>;
  readonly tokens: readonly string[];
}

/** A push service with devices, in the process of a generator. */
export function createPushing() {
  let service: PushSink | undefined;
  return {
    async openPushService(devices: number): Promise<PushTarget> {
      // It would be on somebody else's machines: it is not to take from what is measured.
      await giveWay(process.pid);
      service = await PushSink.start(devices);
      return { env: service.env, tokens: service.tokens };
    },

    /** @returns how many pushes it has taken */
    pushed(): number {
      const complaint = service?.complaint;
      if (complaint !== undefined) throw new Error(`a push was refused: ${complaint}`);
      return service?.taken ?? 0;
    },

    /** Its files go. */
    async closePushService(): Promise<void> {
      await service?.[Symbol.asyncDispose]();
      service = undefined;
    },
  };
}
